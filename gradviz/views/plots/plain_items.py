"""Thin curves and marks that cost their pane little: their bounds are what is in sight.

Qt asks every item for its bounds several times a picture. pyqtgraph works them out anew from all points after
each zoom, and asks how large a pixel is for that; a window that compares eight runs has a hundred curves, and
their bounds took 2 of a zoom's 20 ms (measured). A pane clips what it holds, so what is in sight is enough.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter


class PlainCurve(pg.PlotCurveItem):  # type: ignore[misc]
    """A line without fill or steps in a view box, which does not follow it (`ignoreBounds`)."""

    def boundingRect(self) -> QRectF:
        """All that is in sight; nothing while there are no points."""
        return _in_sight(self) if self.xData is not None and len(self.xData) else QRectF()

    def viewTransformChanged(self) -> None:
        """Another stretch is in sight."""
        self.prepareGeometryChange()
        pg.GraphicsObject.viewTransformChanged(self)

    def paint(self, painter: QPainter, *unused: Any) -> None:
        """Draw it; what goes into a figure, or is wide, as pyqtgraph does."""
        if self.xData is None or not len(self.xData):
            return
        pen = self.opts["pen"]
        if self._exportOpts is not False or pen.widthF() > 1:
            super().paint(painter, *unused)
        elif pen.style() != Qt.PenStyle.NoPen:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, self.opts["antialias"])
            painter.setPen(pen)
            painter.drawPath(self.getPath())


class PlainMarks(pg.ScatterPlotItem):  # type: ignore[misc]
    """Marks in a view box, which does not follow them (`ignoreBounds`)."""

    def boundingRect(self) -> QRectF:
        """All that is in sight; nothing while there are none."""
        return _in_sight(self) if len(self.data) else QRectF()

    def viewTransformChanged(self) -> None:
        """Another stretch is in sight."""
        self.prepareGeometryChange()
        pg.GraphicsObject.viewTransformChanged(self)

    def paint(self, painter: QPainter, *unused: Any) -> None:
        """Draw them, where there are any."""
        if len(self.data):
            super().paint(painter, *unused)

    def _maskAt(self, rect: QRectF) -> np.ndarray:
        """Of what is painted all: what is out of sight is clipped sooner than it is found out."""
        if rect is self.viewRect():
            return np.ones(len(self.data), bool)
        found: np.ndarray = super()._maskAt(rect)
        return found


def _in_sight(item: pg.GraphicsObject) -> QRectF:
    return item.viewRect() or QRectF()
