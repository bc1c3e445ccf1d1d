"""The short piece of a series that stands before its name in a legend, on the screen and in a figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyqtgraph import mkPen
from pyqtgraph.graphicsItems.ScatterPlotItem import drawSymbol
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

SYMBOLS = {"disc": "o", "diamond": "d", "square": "s", "triangle": "t1", "star": "star", "plus": "+"}
"""Marks, by pyqtgraph's names for them."""
WIDTH, HEIGHT = 18, 12
_MARK = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """`tone` names the theme's colour.

    `style` is line, dots, dashes (drawn and left out in turn, in pixels), band, or one of SYMBOLS: a mark
    without a line. `symbol`, one of SYMBOLS, stands hollow upon the line.
    """

    tone: str
    style: str = "line"
    dashes: Sequence[float] = (5, 3)
    symbol: str | None = None

    def draw(self, painter: QPainter, colour: str, ground: str) -> None:
        """Draw it from (0, 0), WIDTH × HEIGHT, in that colour; what is hollow shows the ground's."""
        pen = QPen(QColor(colour), 2)
        middle = HEIGHT / 2
        if self.style in SYMBOLS:
            painter.save()
            painter.translate(WIDTH / 2, middle)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            drawSymbol(painter, SYMBOLS[self.style], _MARK, QPen(Qt.PenStyle.NoPen), QBrush(QColor(colour)))
            painter.restore()
        elif self.style == "band":
            fill = QColor(colour)
            fill.setAlphaF(0.35)
            painter.fillRect(QRectF(0, 1, WIDTH, HEIGHT - 2), fill)
        else:
            if self.style == "dashes":
                pen.setCapStyle(Qt.PenCapStyle.FlatCap)
                pen.setDashPattern([length / pen.widthF() for length in self.dashes])
            painter.setPen(pen)
            painter.drawLine(0, int(middle), WIDTH, int(middle))
        if self.symbol is not None:
            painter.save()
            painter.translate(WIDTH / 2, middle)
            outline = mkPen(QColor(colour), width=1.5)
            drawSymbol(painter, SYMBOLS[self.symbol], _MARK, outline, QBrush(QColor(ground)))
            painter.restore()
        if self.style == "dots":
            painter.setBrush(QColor(colour))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(QRectF(WIDTH / 2 - 3, middle - 3, 6, 6))
