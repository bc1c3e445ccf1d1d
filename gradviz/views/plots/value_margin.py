"""The right margin of a pane over steps: the newest value of each series, beside its own sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QGraphicsWidget

from gradviz.views.plots.canvas import RIGHT_PADDING, plot_font
from gradviz.views.theme import LIGHT, Theme

_PAST = RIGHT_PADDING - 2
"""How far a name may reach into the padding beside the margin, in pixels."""

_TEXT, _VALUE, _TIGHT = 15, 20, 16
"""The height of a value's text, and with what is free below it: as a rule, and where there is little room."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MarginValue:
    """A series' name, its value as text, the theme's colour that it is drawn in, and when it was measured."""

    name: str
    value: str
    tone: str
    note: str = ""


class ValueMargin(QGraphicsWidget):
    """Direct labels, so that the legend is read where the curves end."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self._values: tuple[MarginValue, ...] = ()

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        self._theme = theme
        self.update()

    def set_values(self, values: Sequence[MarginValue]) -> None:
        """Show those values from the top."""
        if tuple(values) != self._values:
            self._values = tuple(values)
            self.update()

    def names(self, metrics: QFontMetricsF, room: float) -> tuple[list[list[str]], int]:
        """The lines of each name, none where several values have room only without; the height of a value."""
        names = [_lines(value.name, metrics, room) for value in self._values]
        for height in (_VALUE, _TIGHT):
            all_of_them = 14 * sum(map(len, names)) + height * len(names) - (height - _TEXT)
            if len(names) < 2 or all_of_them <= self.rect().height():
                return names, height
        return [[] for _ in names], _VALUE

    def paint(self, painter: QPainter, *_unused: Any) -> None:
        """Draw name above value, and below it the note, where there is room for all of them.

        In a low pane the values of several stand alone: their colours are those of the legend.
        """
        font = plot_font()
        metrics = QFontMetricsF(font)
        room = self.rect().width() - 12 + _PAST
        names, height = self.names(metrics, room)
        notes = sum(bool(value.note) for value in self._values)
        noted = 14 * (sum(map(len, names)) + notes) + height * len(names) <= self.rect().height()
        y = 0.0
        for value, lines in zip(self._values, names, strict=True):
            painter.setFont(font)
            painter.setPen(QColor(self._theme.secondary))
            for words in lines:
                painter.drawText(QRectF(12, y, room, 14), Qt.AlignmentFlag.AlignVCenter, words)
                y += 14
            font.setWeight(font.Weight.DemiBold)
            painter.setFont(font)
            painter.setPen(QColor(getattr(self._theme, value.tone)))
            painter.drawText(QRectF(12, y, room, _TEXT), Qt.AlignmentFlag.AlignVCenter, value.value)
            font.setWeight(font.Weight.Normal)
            y += height
            if value.note and noted:
                painter.setFont(font)
                painter.setPen(QColor(self._theme.secondary))
                painter.drawText(
                    QRectF(12, y - (height - _TEXT), room, 14), Qt.AlignmentFlag.AlignVCenter, value.note
                )
                y += 14


def _lines(name: str, metrics: QFontMetricsF, room: float) -> list[str]:
    """A name in one line, or its last word in a second one where it is too long; what is longer is cut."""
    words = [name]
    if metrics.horizontalAdvance(name) > room and " " in name:
        words = name.rsplit(" ", 1)
    return [metrics.elidedText(part, Qt.TextElideMode.ElideRight, room) for part in words]
