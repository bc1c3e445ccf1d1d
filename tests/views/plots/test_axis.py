"""An axis draws its texts only where they are exposed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem

from gradviz.views.plots.axis import Axis, Side
from gradviz.views.plots.canvas import Canvas
from gradviz.views.plots.plot_box import PlotBox
from gradviz.views.plots.ticks import Tick


@pytest.fixture
def canvas(app, qtbot):
    view = Canvas(Axis(Side.BOTTOM, ticks))
    view.add_pane(PlotBox(), Axis(Side.LEFT, ticks))
    view.finish_layout()
    qtbot.addWidget(view)
    view.resize(300, 200)
    view.show()
    return view


def ticks(low: float, high: float, _pixels: float) -> list[Tick]:
    return [Tick((low + high) / 2, "middle")]


def texts(axis: Axis, exposed: QRectF, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(axis, "_draw_text", lambda *given: found.append(given[-1].text))
    option = QStyleOptionGraphicsItem()
    option.exposedRect = exposed
    image = QImage(300, 200, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    axis.paint(painter, option, None)
    painter.end()
    return found


@pytest.mark.parametrize("at", [0, 1], ids=["bottom", "left"])
def test_the_edge_beside_a_pane_has_no_text(canvas, monkeypatch, at: int) -> None:
    axis = canvas._axes[at]
    whole = axis.boundingRect()
    edge = QRectF(whole)
    edge.setBottom(2) if at == 0 else edge.setLeft(whole.right() - 2)
    assert texts(axis, whole, monkeypatch) == ["middle"]
    assert texts(axis, edge, monkeypatch) == []


def test_ticks_follow_the_range_and_the_ticker(canvas) -> None:
    axis, box = canvas._axes[0], canvas.boxes[0]
    box.setXRange(0, 10, padding=0)
    assert axis.ticks()[0].value == 5
    box.setXRange(0, 20, padding=0)
    assert axis.ticks()[0].value == 10
    axis.set_ticker(lambda low, _high, _pixels: [Tick(low, "low")])
    assert axis.ticks()[0].text == "low"


def test_a_title_that_has_no_room_is_said_in_fewer_words(canvas) -> None:
    axis = canvas._axes[0]
    axis.set_title("layer, from input to output", "layer")
    assert axis.title_in(1000) == "layer, from input to output"
    assert axis.title_in(60) == "layer"
    assert axis.title_in(24).endswith("…")
    axis.set_title("learning rate")
    assert axis.title_in(1000) == "learning rate"
    assert axis.title_in(50).endswith("…")
