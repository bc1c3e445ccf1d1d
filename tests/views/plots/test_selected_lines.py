"""Lines of many selected layers never cover what is measured."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor

from gradviz.views.plots.axis import Axis, Side
from gradviz.views.plots.canvas import Canvas
from gradviz.views.plots.plain_items import PlainCurve
from gradviz.views.plots.plot_box import PlotBox
from gradviz.views.plots.selected_lines import SelectedLines
from gradviz.views.plots.ticks import number_ticks


@pytest.fixture
def box(app, qtbot):
    view = Canvas(Axis(Side.BOTTOM, number_ticks))
    box = PlotBox()
    view.add_pane(box, Axis(Side.LEFT, number_ticks))
    view.finish_layout()
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show()
    box.setRange(xRange=(0, 1000), yRange=(0, 1000), padding=0)
    return box


@pytest.mark.parametrize("upright", [True, False])
def test_lines_that_lie_close_become_one_wash(box, upright: bool) -> None:
    lines = SelectedLines(box, upright=upright)
    lines.show_places([*range(100, 150), 600, 900])
    assert lines.washes() == [(100, 149)]
    lines.show_places([*range(100, 150), *range(600, 620)])
    assert lines.washes() == [(100, 149), (600, 619)]
    lines.show_places([100, 101, 400])  # two lines are not yet a bar
    assert lines.washes() == []


def test_zoomed_in_each_has_its_line(box) -> None:
    lines = SelectedLines(box, upright=True)
    lines.show_places(range(100, 150))
    box.setXRange(100, 110, padding=0)
    assert lines.washes() == []


def test_the_primary_makes_no_gap(box) -> None:
    lines = SelectedLines(box, upright=True)
    lines.show_places([*range(0, 200, 12), *range(280, 400, 12)])
    assert len(lines.washes()) == 2
    lines.show_places([*range(0, 200, 12), *range(280, 400, 12)], 236)
    assert lines.washes() == [(0, 388)]
    lines.show_places((), 204)
    assert lines.washes() == []
    assert not lines.isVisible()


def test_a_thousand_lines_leave_what_is_measured_to_be_seen(box, app) -> None:
    curve = PlainCurve(pen="#ff0000")
    box.addItem(curve)
    curve.setData(x=np.array([0.0, 1000.0]), y=np.array([500.0, 500.0]))
    lines = SelectedLines(box, upright=True)
    lines.set_colour("#606060")
    lines.show_places(range(1000))
    view = box.scene().views()[0]
    app.processEvents()
    picture = view.grab().toImage()
    middle = view.mapFromScene(box.mapToScene(box.rect().center()))
    column = [picture.pixelColor(middle.x(), y) for y in range(middle.y() - 40, middle.y() + 40)]
    assert QColor("#ff0000") in column
    ground = {colour.name() for colour in column} - {"#ff0000"}
    assert all(QColor(name).lightness() > 200 for name in ground)
