"""A plot as a figure for paper: white ground, title and legend above, letters legible in one column.

A column of a paper is about 85 mm wide. The plot is laid out anew for that width, as 380 px, so that its
letters of 11 px come out at 7 points and lines at two thirds of one; on a PNG 450 pixels make an inch.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pyqtgraph as pg
from PySide6.QtCore import QBuffer, QByteArray, QRect, QRectF, QSize
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter, QPen
from PySide6.QtSvg import QSvgGenerator

from gradviz.views.plots.canvas import Canvas
from gradviz.views.plots.figure_head import PAD, FigureHead
from gradviz.views.theme import LIGHT

WIDTH = 380
_COLUMN_MM = 85.0
_DOTS_PER_INCH = round(WIDTH / _COLUMN_MM * 25.4)
_INCHES_A_METRE = 39.37
_PLOT, _PANE = 236, 96


class Drawable(Protocol):
    """What can be drawn as a picture of its own."""

    figure_scale: float
    """Pixels of a PNG for each of the painter's units."""

    def figure_size(self) -> QSize:
        """In the painter's units."""

    def draw_figure(self, painter: QPainter) -> None:
        """Draw all of it from (0, 0)."""

    def full_title(self) -> str:
        """What it is called, in plain text."""


def save(drawn: Drawable, path: Path) -> bool:
    """Write a picture; the ending says as what, PNG or SVG. Whether that was possible."""
    data = svg(drawn) if path.suffix.lower() == ".svg" else _png(drawn)
    try:
        path.write_bytes(data)
    except OSError:
        return False
    return True


def image(drawn: Drawable) -> QImage:
    """The picture in pixels."""
    size, scale = drawn.figure_size(), drawn.figure_scale
    result = QImage(size * scale, QImage.Format.Format_RGB32)
    result.fill(QColor(LIGHT.panel))
    result.setDevicePixelRatio(scale)
    painter = QPainter(result)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    drawn.draw_figure(painter)
    painter.end()
    per_metre = round(_DOTS_PER_INCH * scale * _INCHES_A_METRE)
    result.setDotsPerMeterX(per_metre)
    result.setDotsPerMeterY(per_metre)
    return result


def svg(drawn: Drawable) -> bytes:
    """The picture as lines, texts and, for maps, an embedded image."""
    size = drawn.figure_size()
    generator, written = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11), QBuffer()  # 1.2 Tiny cannot clip
    generator.setOutputDevice(written)
    generator.setResolution(_DOTS_PER_INCH)
    generator.setSize(size)
    generator.setViewBox(QRect(0, 0, size.width(), size.height()))
    generator.setTitle(drawn.full_title())
    painter = QPainter(generator)
    drawn.draw_figure(painter)
    painter.end()
    return bytes(written.data().data())


def paper_size(canvas: Canvas, head: FigureHead) -> QSize:
    """How large a canvas' figure is: panes get room of their own."""
    plot = max(_PLOT, len(canvas.boxes) * _PANE + 48)
    return QSize(WIDTH, head.height + plot + PAD)


def draw_on_paper(painter: QPainter, canvas: Canvas, head: FigureHead) -> None:
    """Draw the canvas, which has the light theme's colours now, below its head."""
    size = paper_size(canvas, head)
    painter.fillRect(0, 0, size.width(), size.height(), QColor(LIGHT.panel))
    head.draw(painter)
    scale = painter.device().devicePixelRatioF()
    room = QSize(size.width(), size.height() - head.height - PAD)
    with _laid_out(canvas, room) as place, _inked(canvas, scale):
        canvas.render(painter, QRectF(0, head.height, place.width(), place.height()), place)


@contextmanager
def _laid_out(canvas: Canvas, size: QSize) -> Iterator[QRect]:
    """The canvas at another size, without a paint between."""
    before = canvas.size()
    canvas.resize(size)
    canvas.centralLayout.activate()
    try:
        yield QRect(0, 0, size.width(), size.height())
    finally:
        canvas.resize(before)
        canvas.centralLayout.activate()


@contextmanager
def _inked(canvas: Canvas, scale: float) -> Iterator[None]:
    """Curves as wide as in the figure's units: pens count pixels, of which a unit has several.

    Lines see to it themselves. Symbols are drawn as shapes and not, as on the screen, from a picture of them.
    """
    items = canvas.scene().items()
    curves = [item for item in items if isinstance(item, pg.PlotCurveItem)]
    symbols = [item for item in items if isinstance(item, pg.ScatterPlotItem)]
    before = [curve.opts["pen"] for curve in curves]
    for curve, pen in zip(curves, before, strict=True):
        wider = QPen(pen)
        wider.setWidthF(pen.widthF() * scale)
        curve.setPen(wider)
        curve.setExportMode(export=True, opts={"antialias": curve.opts["antialias"]})
    for symbol in symbols:
        symbol.setExportMode(export=True, opts={"antialias": True, "resolutionScale": 1.0})
    try:
        yield
    finally:
        for curve, pen in zip(curves, before, strict=True):
            curve.setPen(pen)
            curve.setExportMode(export=False)
        for symbol in symbols:
            symbol.setExportMode(export=False)


def _png(drawn: Drawable) -> bytes:
    written = QBuffer()
    written.open(QBuffer.OpenModeFlag.WriteOnly)
    QImageWriter(written, QByteArray(b"PNG")).write(image(drawn))
    return bytes(written.data().data())
