"""Lines on a dense screen are as wide and as dashed as on any other, and as Qt would draw them."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import groupby

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QTransform

from gradviz.views.plots.axis import Axis, Side
from gradviz.views.plots.canvas import Canvas
from gradviz.views.plots.ink import density, draw_thin, faint, fitted
from gradviz.views.plots.plain_items import PlainCurve, PlainLine, PlainMarks
from gradviz.views.plots.plot_box import PlotBox
from gradviz.views.plots.selected_lines import SelectedLines
from gradviz.views.plots.ticks import number_ticks
from gradviz.views.theme import LIGHT

WIDTH, HEIGHT = 300, 200
ON_A_DENSE_SCREEN = """
import numpy as np, pyqtgraph as pg
from PySide6.QtWidgets import QApplication
from gradviz.views.plots.axis import Axis, Side
from gradviz.views.plots.canvas import Canvas
from gradviz.views.plots.plain_items import PlainCurve, PlainLine, PlainMarks
from gradviz.views.plots.plot_box import PlotBox
from gradviz.views.plots.ticks import number_ticks
from gradviz.views.theme import LIGHT

app = QApplication([])
canvas, box = Canvas(Axis(Side.BOTTOM, number_ticks)), PlotBox()
canvas.add_pane(box, Axis(Side.LEFT, number_ticks))
canvas.finish_layout()
canvas.set_theme(LIGHT)
canvas.resize(300, 200)
box.setRange(xRange=(0, 99), yRange=(-2.5, 2.5), padding=0)
pen = pg.mkPen("#FF0000", width=1)
curve, line = PlainCurve(x=[10, 90], y=[1, 1], pen=pen), PlainLine(pos=-1, angle=0, pen=pen)
marks = PlainMarks(symbol="s", size=21, brush=None, pen=pen)
marks.setData(x=[50], y=[0])
for item in (curve, line, marks):
    box.addItem(item, ignoreBounds=True)
canvas.show()
app.processEvents()
picture = canvas.grab().toImage().convertToFormat(canvas.grab().toImage().Format.Format_RGB32)
pixels = np.frombuffer(picture.constBits(), np.uint32).reshape(picture.height(), -1) & 0xFFFFFF
x = round(2 * canvas.mapFromScene(box.mapViewToScene(pg.Point(50, 0))).x())
is_red = (pixels[:, x] >> 16 > 200) & (pixels[:, x] & 0xFF < 150)
edges = np.flatnonzero(np.diff(np.concatenate([[False], is_red, [False]]).astype(int)))
grid = pixels[:, x + 100] == int(LIGHT.line[1:], 16)
ends = np.flatnonzero(np.diff(np.concatenate([[False], grid, [False]]).astype(int)))
print(canvas.devicePixelRatioF(), *(edges[1::2] - edges[::2]), {int(n) for n in ends[1::2] - ends[::2]})
"""
DENSITIES = (1.0, 1.25, 1.5, 2.0, 3.0)


@pytest.fixture
def pane(app, qtbot):
    canvas, box = Canvas(Axis(Side.BOTTOM, number_ticks)), PlotBox()
    canvas.add_pane(box, Axis(Side.LEFT, number_ticks), grid=False)
    canvas.finish_layout()
    canvas.set_theme(LIGHT)
    qtbot.addWidget(canvas)
    canvas.resize(WIDTH, HEIGHT)
    canvas.show()
    box.setRange(xRange=(0, 99), yRange=(-2, 2), padding=0)
    return canvas, box


def ink(picture: QImage, colour: str = "#000000") -> np.ndarray:
    """Where that colour is, [rows, columns]."""
    pixels = np.frombuffer(picture.constBits(), np.uint32).reshape(picture.height(), -1)
    return (pixels & 0xFFFFFF) == QColor(colour).rgb() & 0xFFFFFF


def blank(dense: float, width: int = WIDTH, height: int = HEIGHT) -> QImage:
    picture = QImage(round(width * dense), round(height * dense), QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(dense)
    picture.fill(QColor("white"))
    return picture


def shown(canvas: Canvas, dense: float) -> QImage:
    """The pane as a screen of that density shows it."""
    picture = blank(dense)
    painter = QPainter(picture)
    place = QRect(0, 0, WIDTH, HEIGHT)
    canvas.render(painter, QRectF(place), place)
    painter.end()
    return picture


def runs(line: np.ndarray) -> list[int]:
    """How long each stretch of ink is, those at the ends left out."""
    return [len(list(found)) for is_ink, found in groupby(line.tolist()) if is_ink][1:-1]


def noisy() -> QPainterPath:
    y = np.random.default_rng(3).normal(0, 20, WIDTH) + HEIGHT / 2
    return pg.arrayToQPath(np.arange(WIDTH, dtype=float), y, connect="all")


@pytest.mark.parametrize("dense", DENSITIES)
def test_a_thin_curve_is_a_line_of_one_pixel_grown_by_so_many(dense: float) -> None:
    pen = pg.mkPen("k", width=1)
    picture, twin = blank(dense), blank(1, round(WIDTH * dense), round(HEIGHT * dense))
    painter = QPainter(picture)
    assert density(painter, None) == dense
    draw_thin(painter, noisy(), pen, dense)
    assert painter.transform().isIdentity()
    painter.end()
    painter = QPainter(twin)
    painter.setTransform(QTransform.fromScale(dense, dense))
    painter.setPen(pen)
    painter.drawPath(noisy())
    painter.end()
    wide, line = round(dense), ink(twin)
    grown = np.zeros_like(line)
    for down in range(-(wide // 2), wide - wide // 2):
        for across in range(-(wide // 2), wide - wide // 2):
            grown |= np.roll(line, (down, across), (0, 1))
    inside = np.s_[wide:-wide, wide:-wide]
    assert np.array_equal(ink(picture)[inside], grown[inside])
    assert grown[inside].sum() > 500


@pytest.mark.parametrize("dense", DENSITIES)
@pytest.mark.parametrize("width", [1, 2])
def test_a_curve_of_a_pane_is_as_wide_as_its_pen(pane, dense: float, width: int) -> None:
    canvas, box = pane
    curve = PlainCurve(x=[10, 90], y=[0.1, 0.1], pen=pg.mkPen("#000000", width=width))
    box.addItem(curve, ignoreBounds=True)
    found = ink(shown(canvas, dense))
    assert set(found.sum(axis=0)) == {0, round(width * dense)}
    assert curve.opts["pen"].widthF() == width


@pytest.mark.parametrize("dense", DENSITIES)
def test_straight_lines_are_as_wide_as_their_pens(pane, dense: float) -> None:
    canvas, box = pane
    line = PlainLine(pos=31, angle=90, pen=pg.mkPen("#000000", width=1))
    box.addItem(line, ignoreBounds=True)
    across = ink(shown(canvas, dense)).sum(axis=1)
    assert across.max() == round(dense)
    line.hide()
    selected = SelectedLines(box)
    selected.set_colour("#000000")
    selected.show_places([0.3])
    found = ink(shown(canvas, dense)).sum(axis=0)
    assert found.max() == round(dense)
    assert line.currentPen.widthF() == 1


@pytest.mark.parametrize("dense", DENSITIES)
def test_an_axis_is_of_even_lines(pane, dense: float) -> None:
    canvas, box = pane
    found = ink(shown(canvas, dense), LIGHT.field_line)
    ticks = round((canvas.mapFromScene(box.sceneBoundingRect().bottomLeft()).y() + 3) * dense)
    widths = [len(list(each)) for is_ink, each in groupby(found[ticks].tolist()) if is_ink]
    assert len(widths) > 3
    assert set(widths) == {round(dense)}


@pytest.mark.parametrize("dense", DENSITIES[1:])
@pytest.mark.parametrize("kind", ["curve", "line"])
def test_dashes_are_as_long_as_they_are_on_another_screen(pane, dense: float, kind: str) -> None:
    canvas, box = pane
    pen = pg.mkPen("#000000", width=1, dash=(6, 3))
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if kind == "curve":
        item = PlainCurve(x=[0, 99], y=[0.1, 0.1], pen=pen)
    else:
        item = PlainLine(pos=0.1, angle=0, pen=pen)
    box.addItem(item, ignoreBounds=True)
    found = ink(shown(canvas, dense))
    line = found[found.sum(axis=1).argmax()]
    dashes, gaps = runs(line), runs(~line[line.argmax() : len(line) - line[::-1].argmax()])
    assert np.mean(dashes) == pytest.approx(6 * dense, abs=1)
    assert np.mean(gaps) == pytest.approx(3 * dense, abs=1)


def test_marks_have_outlines_as_wide_as_their_pens(pane) -> None:
    canvas, box = pane
    marks = PlainMarks(symbol="s", size=20, brush=None, pen=pg.mkPen("#000000", width=2))
    box.addItem(marks, ignoreBounds=True)
    marks.setData(x=[50.0], y=[0.0])
    marks.setExportMode(export=True, opts={"antialias": False})
    for width in (2, 1):
        marks.setPen(pg.mkPen("#000000", width=width))
        for dense in (4.0, 1.0, 2.0):
            assert ink(shown(canvas, dense)).sum() / dense**2 == pytest.approx(4 * 20 * width, rel=0.15)


def test_a_window_on_a_dense_screen_has_lines_and_outlines_of_two_pixels() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ON_A_DENSE_SCREEN],
        env=os.environ | {"QT_SCALE_FACTOR": "2", "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["2.0", "2", "2", "2", "2", "{2}"]


def test_a_pen_is_of_whole_pixels_of_what_is_painted_on() -> None:
    pen = pg.mkPen("k", width=1, cosmetic=False)
    assert fitted(pen, 1.0) is pen
    assert fitted(pen, 2.0).widthF() == 1
    assert fitted(pen, 1.5).widthF() * 1.5 == pytest.approx(2)
    thin = pg.mkPen("k", width=1)
    assert fitted(thin, 1.0) is thin
    assert fitted(thin, 2.0).widthF() == 2


def test_a_faint_colour_is_opaque_and_between_its_two() -> None:
    assert faint("#204060", "#FFFFFF", 1.0) == QColor("#204060")
    assert faint("#204060", "#FFFFFF", 0.0) == QColor("#FFFFFF")
    found = faint("#000000", "#FFFFFF", 0.4)
    assert found.alpha() == 255
    assert found.getRgb()[:3] == (153, 153, 153)
