"""A filled band between two curves, broken where either is not finite."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath

Floats = np.ndarray


class Band(pg.GraphicsObject):  # type: ignore[misc]
    """Between `low` and `high` over `along`; `upright` puts `along` on the y axis."""

    def __init__(self, *, upright: bool = False) -> None:
        super().__init__()
        self._upright = upright
        self._path = QPainterPath()
        self._bounds = QRectF()
        self._colour = QColor()
        self.setZValue(-1)

    def set_colour(self, colour: str, alpha: float) -> None:
        """Fill with a transparent colour."""
        self._colour = QColor(colour)
        self._colour.setAlphaF(alpha)
        self.update()

    def set_data(self, along: Floats, low: Floats, high: Floats) -> None:
        """Show another band; entries with a NaN or Inf are gaps."""
        self.prepareGeometryChange()
        self._path = QPainterPath()
        finite = np.isfinite(low) & np.isfinite(high)
        edges = np.flatnonzero(np.diff(np.concatenate([[False], finite, [False]]).astype(np.int8)))
        for start, stop in zip(edges[::2], edges[1::2], strict=True):
            if stop - start > 1:
                places = np.concatenate([along[start:stop], along[start:stop][::-1]]).astype(float)
                values = np.concatenate([low[start:stop], high[start:stop][::-1]]).astype(float)
                x, y = (values, places) if self._upright else (places, values)
                self._path.addPath(pg.arrayToQPath(x, y, connect="all", finiteCheck=False))
        self._bounds = self._path.boundingRect()
        self.update()

    def boundingRect(self) -> QRectF:
        """Around the whole band."""
        return self._bounds

    def paint(self, painter: QPainter, *_unused: Any) -> None:
        """Fill it."""
        painter.fillPath(self._path, self._colour)
