"""The flow map's key: the colours of magnitudes with their powers of ten, and what the marks mean.

The ends of the bar name what they stand for (▼ vanishing, ▲ exploding); zero, NaN and ±Inf have
swatches of their own, because they are no magnitudes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import QGraphicsWidget, QWidget

from gradviz.views.plots.canvas import plot_font
from gradviz.views.plots.ink import density, fitted
from gradviz.views.plots.magnitude import MAGNITUDES, ramp
from gradviz.views.plots.ticks import vertical_power_ticks
from gradviz.views.theme import LIGHT, Theme

_BAR_LEFT, _BAR_WIDTH = 12, 12
_ROW = 16


class ColourBar(QGraphicsWidget):
    """Stands in the right margin of the map."""

    def __init__(self, *, zero: bool = True) -> None:
        """`zero` names the colour of exact zeros too."""
        super().__init__()
        self._zero = zero
        self._theme = LIGHT
        self._low, self._high = -6.0, 0.0
        self._frozen = False
        self._unit = ""
        self._image = _gradient(MAGNITUDES)

    def set_levels(self, low: float, high: float) -> None:
        """Name the colours from 10^low to 10^high."""
        self._low, self._high = low, high
        self.update()

    def set_colours(self, colours: Sequence[str]) -> None:
        """Show that map."""
        self._image = _gradient(colours)
        self.update()

    def set_unit(self, unit: str) -> None:
        """Name what the numbers are, above the bar."""
        self._unit = unit
        self.update()

    def set_frozen(self, *, shown: bool) -> None:
        """Name the hatching of frozen layers too, or not."""
        if shown != self._frozen:
            self._frozen = shown
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        self._theme = theme
        self.update()

    def paint(self, painter: QPainter, _option: Any = None, widget: QWidget | None = None) -> None:
        """Draw bar, ticks and swatches."""
        painter.setFont(plot_font())
        rect = self.rect()
        head = _ROW + 2 if self._unit else 1
        rows = 2 + self._zero + self._frozen
        bar = QRectF(_BAR_LEFT, rect.top() + head, _BAR_WIDTH, rect.height() - rows * _ROW - 9 - head)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(bar, self._image)
        text = QColor(self._theme.secondary)
        line = fitted(QPen(QColor(self._theme.field_line), 1), density(painter, widget))
        if self._unit:
            painter.setPen(text)
            painter.drawText(
                QRectF(_BAR_LEFT, rect.top() - 2, rect.width() - _BAR_LEFT, _ROW),
                Qt.AlignmentFlag.AlignVCenter,
                self._unit,
            )
        for tick in vertical_power_ticks(self._low, self._high, bar.height()):
            y = bar.bottom() - (tick.value - self._low) / (self._high - self._low) * bar.height()
            painter.setPen(line)
            painter.drawLine(QPointF(bar.right() + 1, y), QPointF(bar.right() + 4, y))
            painter.setPen(text)
            top = min(max(y - 8, rect.top() - 5), bar.bottom() - 10)
            painter.drawText(
                QRectF(bar.right() + 7, top, rect.width() - bar.right() - 7, 16),
                Qt.AlignmentFlag.AlignVCenter,
                tick.text,
            )
        self._draw_marks(painter, bar.bottom() + 8)

    def _draw_marks(self, painter: QPainter, top: float) -> None:
        zero = (self._theme.zero, "", QCoreApplication.translate("ColourBar", "exact 0"))
        marks = (
            *([zero] if self._zero else []),
            (self._theme.non_finite, "✕", QCoreApplication.translate("ColourBar", "NaN")),
            (self._theme.exploding, "▲", QCoreApplication.translate("ColourBar", "±Inf")),
        )
        for row, (colour, glyph, name) in enumerate(marks):
            swatch = QRectF(_BAR_LEFT, top + row * _ROW + 2, _BAR_WIDTH, 12)
            painter.fillRect(swatch, QColor(colour))
            painter.setPen(QColor(self._theme.panel))
            painter.drawText(swatch, Qt.AlignmentFlag.AlignCenter, glyph)
            painter.setPen(QColor(self._theme.secondary))
            label = QRectF(
                swatch.right() + 7, top + row * _ROW, self.rect().width() - swatch.right() - 7, _ROW
            )
            painter.drawText(label, Qt.AlignmentFlag.AlignVCenter, name)
        if self._frozen:
            self._draw_frozen(painter, top + len(marks) * _ROW)

    def _draw_frozen(self, painter: QPainter, top: float) -> None:
        swatch = QRectF(_BAR_LEFT, top + 2, _BAR_WIDTH, 12)
        painter.fillRect(swatch, QColor(self._theme.ground))
        painter.fillRect(swatch, QBrush(QColor(self._theme.zero), Qt.BrushStyle.BDiagPattern))
        label = QRectF(swatch.right() + 7, top, self.rect().width() - swatch.right() - 7, _ROW)
        painter.setPen(QColor(self._theme.secondary))
        text = QCoreApplication.translate("ColourBar", "frozen")
        painter.drawText(label, Qt.AlignmentFlag.AlignVCenter, text)


def _gradient(stops: Sequence[str]) -> QImage:
    colours = np.ascontiguousarray(ramp(256, stops)[::-1])
    image = QImage(1, 256, QImage.Format.Format_RGB32)
    for row, (red, green, blue) in enumerate(colours):
        image.setPixelColor(0, row, QColor(int(red), int(green), int(blue)))
    return image
