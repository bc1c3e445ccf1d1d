"""The right margin of a pane with many lines: each line's label at the height where the line is.

A legend of sixteen lines would be longer than the plot is wide; the label at its end needs no search. Labels
that would lie upon each other are pushed apart, and where there is no room for all, some are left out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsWidget

from gradviz.views.plots.canvas import plot_font
from gradviz.views.theme import LIGHT, Theme

ROW = 13.0
_LEFT = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class LineLabel:
    """A line's label, the theme's colour of the line, and its place from 0 (bottom) to 1 (top)."""

    text: str
    tone: str
    place: float


class LineLabels(QGraphicsWidget):
    """Labels beside the lines' ends."""

    def __init__(self) -> None:
        super().__init__()
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
        font = plot_font()
        font.setWeight(font.Weight.DemiBold)
        painter.setFont(font)
        ordered = sorted(self.labels, key=lambda label: -label.place)
        height = self.rect().height()
        kept = spaced([(1 - label.place) * height for label in ordered], height)
        for at, middle in kept:
            painter.setPen(QColor(getattr(self._theme, ordered[at].tone)))
            painter.drawText(
                QRectF(_LEFT, middle - ROW / 2, self.rect().width() - _LEFT, ROW),
                Qt.AlignmentFlag.AlignVCenter,
                ordered[at].text,
            )


def spaced(places: Sequence[float], height: float) -> list[tuple[int, float]]:
    """Which of the ascending places are labelled, and where, ROW apart and within 0…height.

    The first and the last are always kept; each is moved as little as the others allow.
    """
    if not places:
        return []
    room = max(int(height // ROW), 1)
    every = max(1, math.ceil((len(places) - 1) / max(room - 1, 1)))
    chosen = [*range(0, len(places) - 1, every), len(places) - 1] if room > 1 else [0]
    middles: list[float] = []
    for at in chosen:
        lowest = ROW / 2 if not middles else middles[-1] + ROW
        middles.append(max(places[at], lowest))
    limit = height - ROW / 2
    for number in range(len(middles) - 1, -1, -1):
        middles[number] = min(middles[number], limit)
        limit = middles[number] - ROW
    return list(zip(chosen, middles, strict=True))
