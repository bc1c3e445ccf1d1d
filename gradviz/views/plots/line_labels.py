"""The right margin of a pane with many lines: each line's label at the height where the line is.

A legend of sixteen lines would be longer than the plot is wide; the label at its end needs no search, and has
the value beside it. Labels that would lie upon each other are pushed apart, and where there is no room for
all, some are left out. What they count stands above them, and how many of them there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QGraphicsWidget

from gradviz.views.plots.canvas import RIGHT_PADDING, plot_font
from gradviz.views.theme import LIGHT, Theme

ROW = 13.0
_LEFT = 12
_GAP = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class LineLabel:
    """A line's label and value, the theme's colour of the line, its place from 0 (bottom) to 1 (top)."""

    text: str
    value: str
    tone: str
    place: float


class LineLabels(QGraphicsWidget):
    """Labels beside the lines' ends."""

    def __init__(self, heading: str = "") -> None:
        super().__init__()
        self.heading = heading
        self._theme = LIGHT
        self.labels: tuple[LineLabel, ...] = ()

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        self._theme = theme
        self.update()

    def set_labels(self, labels: Sequence[LineLabel]) -> None:
        """Show those labels."""
        if tuple(labels) != self.labels:
            self.labels = tuple(labels)
            self.update()

    def paint(self, painter: QPainter, *_unused: Any) -> None:
        """Draw those that have room."""
        if not self.labels:
            return
        plain, strong = plot_font(), plot_font()
        strong.setWeight(strong.Weight.DemiBold)
        above = ROW + 2 if self.heading else 0.0
        painter.setFont(plain)
        painter.setPen(QColor(self._theme.secondary))
        ordered = sorted(self.labels, key=lambda label: -label.place)
        height = self.rect().height()
        kept = spaced([(1 - label.place) * height - above for label in ordered], height - above)
        self._write(painter, _LEFT, ROW / 2, self.words_above())
        values_from = _LEFT + _GAP + max(_width(strong, label.text) for label in ordered)
        for at, middle in kept:
            label = ordered[at]
            painter.setPen(QColor(getattr(self._theme, label.tone)))
            painter.setFont(strong)
            self._write(painter, _LEFT, middle + above, label.text)
            painter.setFont(plain)
            self._write(painter, values_from, middle + above, label.value)

    def words_above(self) -> str:
        """What the labels count, and how many of them stand there, where that is not all."""
        every = len(self.labels)
        shown = len(spaced([0.0] * every, self.rect().height() - ROW - 2))
        if not self.heading or shown == every:
            return self.heading
        few = QCoreApplication.translate("LineLabels", "{0}: {1} of {2}")
        return few.format(self.heading, shown, every)

    def _write(self, painter: QPainter, left: float, middle: float, text: str) -> None:
        room = self.rect().width() - left + RIGHT_PADDING
        row = QRectF(left, middle - ROW / 2, room, ROW)
        painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, text)


def _width(font: QFont, text: str) -> float:
    return QFontMetricsF(font).horizontalAdvance(text)


def spaced(places: Sequence[float], height: float) -> list[tuple[int, float]]:
    """Which of the ascending places are labelled, and where, ROW apart and within 0…height.

    The first and the last are always kept; each is moved as little as the others allow.
    """
    if not places:
        return []
    room = max(int(height // ROW), 1)
    count = min(room, len(places))
    chosen = [round(number * (len(places) - 1) / max(count - 1, 1)) for number in range(count)]
    middles: list[float] = []
    for at in chosen:
        lowest = ROW / 2 if not middles else middles[-1] + ROW
        middles.append(max(places[at], lowest))
    limit = height - ROW / 2
    for number in range(len(middles) - 1, -1, -1):
        middles[number] = min(middles[number], limit)
        limit = middles[number] - ROW
    return list(zip(chosen, middles, strict=True))
