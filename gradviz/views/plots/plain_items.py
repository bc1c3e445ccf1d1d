"""Thin curves, marks and lines that cost their pane little, as wide on a dense screen as on any other.

Qt asks every item for its bounds several times a picture. pyqtgraph works them out anew from all points after
each zoom, and asks how large a pixel is for that; a window that compares eight runs has a hundred curves, and
their bounds took 2 of a zoom's 20 ms (measured). A pane clips what it holds, so what is in sight is enough.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from gradviz.views.plots.ink import density, draw_thin, fitted

_STAMPED = 2.5
"""On denser screens segments are quicker than a line of one pixel so many times."""


class PlainCurve(pg.PlotCurveItem):  # type: ignore[misc]
    """A line without fill or steps in a view box, which does not follow it (`ignoreBounds`)."""

    def boundingRect(self) -> QRectF:
        """All that is in sight; nothing while there are no points."""
        return _in_sight(self) if self.xData is not None and len(self.xData) else QRectF()

    def viewTransformChanged(self) -> None:
        """Another stretch is in sight."""
        self.prepareGeometryChange()
        pg.GraphicsObject.viewTransformChanged(self)

    def paint(self, painter: QPainter, option: Any, widget: QWidget | None = None) -> None:
        """Draw it; what goes into a figure, or is wide, as pyqtgraph does, in segments."""
        if self.xData is None or not len(self.xData):
            return
        pen, dense = self.opts["pen"], density(painter, widget)
        if self._exportOpts is not False or pen.style() == Qt.PenStyle.NoPen:
            super().paint(painter, option, widget)
        elif pen.widthF() > 1 or (dense > _STAMPED and pen.style() == Qt.PenStyle.SolidLine):
            self.opts["pen"] = fitted(pen, dense)
            try:
                super().paint(painter, option, widget)
            finally:
                self.opts["pen"] = pen
        else:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, self.opts["antialias"])
            if dense == 1:
                painter.setPen(pen)
                painter.drawPath(self.getPath())
            else:
                draw_thin(painter, self.getPath(), pen, dense)


class PlainMarks(pg.ScatterPlotItem):  # type: ignore[misc]
    """Marks in a view box, which does not follow them (`ignoreBounds`); one pen draws their outlines."""

    _dense = 1.0
    _outline: QPen | None = None

    def setPen(self, *pen: Any, **options: Any) -> None:
        """Draw outlines with another pen, as wide as it says on what was painted on last."""
        super().setPen(*pen, **options)
        self._outline = self.opts["pen"]
        if self._dense != 1:
            self._fit_outline(self._dense, **options)

    def boundingRect(self) -> QRectF:
        """All that is in sight; nothing while there are none."""
        return _in_sight(self) if len(self.data) else QRectF()

    def viewTransformChanged(self) -> None:
        """Another stretch is in sight."""
        self.prepareGeometryChange()
        pg.GraphicsObject.viewTransformChanged(self)

    def paint(self, painter: QPainter, option: Any, widget: QWidget | None = None) -> None:
        """Draw them, where there are any."""
        if not len(self.data):
            return
        is_picture = widget is None and self._exportOpts is False  # then from pictures made for the window
        dense = 1.0 if is_picture else density(painter, widget)
        if dense != self._dense:
            self._dense = dense
            self._fit_outline(dense)
        super().paint(painter, option, widget)

    def _fit_outline(self, dense: float, **options: Any) -> None:
        pen = self._outline
        if pen is not None and pen.style() != Qt.PenStyle.NoPen:
            fitting = QPen(pen)
            fitting.setWidthF(pen.widthF() * dense)
            super().setPen(fitting, **options)

    def _maskAt(self, rect: QRectF) -> np.ndarray:
        """Of what is painted all: what is out of sight is clipped sooner than it is found out."""
        if rect is self.viewRect():
            return np.ones(len(self.data), bool)
        found: np.ndarray = super()._maskAt(rect)
        return found


class PlainLine(pg.InfiniteLine):  # type: ignore[misc]
    """A straight line across a view box."""

    def paint(self, painter: QPainter, option: Any, widget: QWidget | None = None) -> None:
        """Draw it with a pen for what is painted on."""
        pen: QPen = self.currentPen  # type: ignore[has-type]
        self.currentPen = fitted(pen, density(painter, widget))
        try:
            super().paint(painter, option, widget)
        finally:
            self.currentPen = pen


def _in_sight(item: pg.GraphicsObject) -> QRectF:
    return item.viewRect() or QRectF()
