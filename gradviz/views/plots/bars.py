"""Bars that stand on zero, each with its own left and right edge; the exact zero's bar in its own colour."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter


class Bars(pg.GraphicsObject):  # type: ignore[misc]
    """Filled rectangles; `special` is the index of the one that is drawn in the second colour."""

    def __init__(self, left: np.ndarray, right: np.ndarray, special: int) -> None:
        super().__init__()
        self._left = left
        self._width = right - left
        self._special = special
        self._heights = np.zeros(len(left))
        self._colour = QColor()
        self._special_colour = QColor()

    def set_colours(self, colour: str, special: str) -> None:
        """Fill with those colours."""
        self._colour, self._special_colour = QColor(colour), QColor(special)
        self.update()

    def set_edges(self, left: np.ndarray, right: np.ndarray) -> None:
        """Stand between other edges [n]."""
        self.prepareGeometryChange()
        self._left, self._width = left, right - left
        self.update()

    def set_heights(self, heights: np.ndarray) -> None:
        """Show other heights [n], none above 1."""
        self._heights = heights
        self.update()

    def boundingRect(self) -> QRectF:
        """Around all bars, however high: of bars that are gone nothing must stay on the screen."""
        return QRectF(self._left[0], 0, self._left[-1] + self._width[-1] - self._left[0], 1)

    def paint(self, painter: QPainter, *_unused: Any) -> None:
        """Fill those that are not empty."""
        for index in np.flatnonzero(self._heights):
            bar = QRectF(self._left[index], 0, self._width[index], self._heights[index])
            painter.fillRect(bar, self._special_colour if index == self._special else self._colour)
