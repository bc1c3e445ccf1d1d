"""A pane places what it shows as soon as its range changes, so that a zoom is painted once."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject, QPointF

from gradviz.views.plots.axis import Axis, Side
from gradviz.views.plots.canvas import Canvas
from gradviz.views.plots.plot_box import PlotBox
from gradviz.views.plots.ticks import step_ticks


class Paints(QObject):
    """How often a widget was painted."""

    count = 0

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.count += event.type() is QEvent.Type.Paint
        return False


@pytest.fixture
def canvas(app, qtbot) -> Canvas:
    canvas = Canvas(Axis(Side.BOTTOM, step_ticks))
    canvas.add_pane(PlotBox(), Axis(Side.LEFT, step_ticks))
    canvas.finish_layout()
    qtbot.addWidget(canvas)
    canvas.resize(500, 300)
    canvas.show()
    qtbot.waitExposed(canvas)
    qtbot.wait(50)
    return canvas


def test_a_zoom_is_painted_once(canvas, qtbot) -> None:
    paints = Paints(canvas)
    canvas.viewport().installEventFilter(paints)
    canvas.boxes[0].setXRange(100, 300, padding=0)
    qtbot.waitUntil(lambda: paints.count > 0)
    qtbot.wait(50)
    assert paints.count == 1


def test_places_are_right_before_anything_is_painted(canvas) -> None:
    box = canvas.boxes[0]
    box.setRange(xRange=(100, 300), yRange=(0, 10), padding=0)
    corner = box.mapViewToScene(QPointF(100, 0))
    expected = box.mapRectToScene(box.rect()).bottomLeft()
    assert (corner.x(), corner.y()) == pytest.approx((expected.x(), expected.y()))
