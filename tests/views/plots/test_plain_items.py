"""Plain curves and marks look as pyqtgraph's own do, and their bounds are what is in sight."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
import pytest

from gradviz.views.plots.axis import Axis, Side
from gradviz.views.plots.canvas import Canvas
from gradviz.views.plots.plain_items import PlainCurve, PlainMarks
from gradviz.views.plots.plot_box import PlotBox
from gradviz.views.plots.ticks import number_ticks
from gradviz.views.theme import LIGHT


@pytest.fixture
def pane(app, qtbot):
    canvas, box = Canvas(Axis(Side.BOTTOM, number_ticks)), PlotBox()
    canvas.add_pane(box, Axis(Side.LEFT, number_ticks))
    canvas.finish_layout()
    canvas.set_theme(LIGHT)
    qtbot.addWidget(canvas)
    canvas.resize(300, 200)
    canvas.show()
    box.setRange(xRange=(0, 99), yRange=(-2, 2), padding=0)
    return canvas, box


def picture(pane, item, **data) -> np.ndarray:
    canvas, box = pane
    box.addItem(item, ignoreBounds=True)
    item.setData(**data)
    image = canvas.grab().toImage()
    box.removeItem(item)
    return np.frombuffer(image.constBits(), np.uint8).copy()


@pytest.mark.parametrize(
    ("plain", "usual", "options"),
    [
        (PlainCurve, pg.PlotCurveItem, {"pen": pg.mkPen("b", width=1), "connect": "finite"}),
        (PlainCurve, pg.PlotCurveItem, {"pen": pg.mkPen("b", width=2), "connect": "finite"}),
        (PlainMarks, pg.ScatterPlotItem, {"symbol": "d", "size": 7, "pen": None, "brush": pg.mkBrush("r")}),
    ],
    ids=["thin", "wide", "marks"],
)
@pytest.mark.parametrize("stretch", [(0, 99), (40, 60)], ids=["all", "zoomed"])
def test_they_look_as_usual(pane, plain, usual, options, stretch: tuple[int, int]) -> None:
    x = np.arange(100.0)
    y = np.sin(x)
    if plain is PlainCurve:
        y[30:35] = np.nan
    pane[1].setXRange(*stretch, padding=0)
    empty = picture(pane, plain(**options), x=x[:0], y=y[:0])
    found = picture(pane, plain(**options), x=x, y=y)
    assert np.array_equal(found, picture(pane, usual(**options), x=x, y=y))
    assert not np.array_equal(found, empty)


@pytest.mark.parametrize("plain", [PlainCurve, PlainMarks])
def test_bounds_are_what_is_in_sight(pane, plain) -> None:
    box, item = pane[1], plain()
    box.addItem(item, ignoreBounds=True)
    assert item.boundingRect().isEmpty()
    item.setData(x=np.arange(5.0), y=np.zeros(5))
    for stretch in ((0, 99), (40, 60)):
        box.setXRange(*stretch, padding=0)
        bounds = item.boundingRect()
        assert (bounds.left(), bounds.right()) == pytest.approx(stretch)
        assert (bounds.top(), bounds.bottom()) == pytest.approx((-2, 2))
    item.clear()
    assert item.boundingRect().isEmpty()
