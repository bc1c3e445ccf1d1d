"""A view box with gradviz's gestures: the wheel zooms along one axis at the pointer, a drag pans.

Shift or Ctrl with the wheel zooms the other axis. A double click resets, a right click exports.
"""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from gradviz.views.picking import Pick, pick_of
from gradviz.views.plots.axis import Axis
from gradviz.views.plots.ink import density, fitted
from gradviz.views.theme import LIGHT, Theme


class PlotBox(pg.ViewBox):  # type: ignore[misc]
    """One pane; `main` is the axis (0: x, 1: y) that the bare wheel zooms."""

    clicked = Signal(object)
    """The place in the plot's coordinates (QPointF); `pick` is what the click means."""
    hovered = Signal(object)
    """The place, or None when the pointer has left."""
    reset_wanted = Signal()
    menu_wanted = Signal(object)
    """The place on the screen (QPoint)."""

    def __init__(self, *, main: int = 0, x: bool = True, y: bool = True) -> None:
        super().__init__(enableMenu=False, defaultPadding=0)
        self._main = main
        self.pick = Pick.ONE
        self.disableAutoRange()
        self.setMouseEnabled(x=x, y=y)

    def updateViewRange(self, *forced: Any, **forced_axes: Any) -> None:
        """Place the items in the new range at once.

        Left to the paint event, as ViewBox does, it marks the scene as changed while that is painted: every
        picture after a zoom was painted twice.
        """
        super().updateViewRange(*forced, **forced_axes)
        if not self.rect().isEmpty():
            self.updateMatrix()

    def wheelEvent(self, event: Any, axis: int | None = None) -> None:
        """Zoom at the pointer; what was told of the place below it is no longer there."""
        if axis is None:
            other = event.modifiers() & (
                Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
            )
            axis = 1 - self._main if other else self._main
        super().wheelEvent(event, axis=axis)
        self.hovered.emit(None)

    def mouseDragEvent(self, event: Any, axis: int | None = None) -> None:
        """Pan with the left or middle button; the right one only opens the menu."""
        if event.button() == Qt.MouseButton.RightButton:
            event.ignore()
            return
        super().mouseDragEvent(event, axis=axis)

    def mouseClickEvent(self, event: Any) -> None:
        """Tell a click, a double click or the wish for the menu."""
        event.accept()
        if event.button() == Qt.MouseButton.RightButton:
            self.menu_wanted.emit(event.screenPos().toPoint())
        elif event.button() == Qt.MouseButton.LeftButton and event.double():
            self.reset_wanted.emit()
        elif event.button() == Qt.MouseButton.LeftButton:
            self.pick = pick_of(event.modifiers())
            self.clicked.emit(QPointF(self.mapToView(event.pos())))

    def hoverEvent(self, event: Any) -> None:
        """Tell where the pointer is."""
        self.hovered.emit(None if event.isExit() else QPointF(self.mapToView(event.pos())))


class GridLines(pg.GraphicsObject):  # type: ignore[misc]
    """Faint lines at an upright axis' ticks, behind everything else in a pane."""

    def __init__(self, axis: Axis, *, upright: bool = False) -> None:
        super().__init__()
        self._axis = axis
        self._upright = upright
        self._theme = LIGHT
        self.setZValue(-10)

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        self._theme = theme
        self.update()

    def viewRangeChanged(self, *_unused: object) -> None:
        """Follow the box."""
        self.prepareGeometryChange()
        self.update()

    def boundingRect(self) -> Any:
        """All that is visible."""
        return self.viewRect()

    def paint(self, painter: QPainter, _option: Any, widget: QWidget | None = None) -> None:
        """Draw one line a tick; on paper, where they are finer than all else, as thin as can be."""
        rect = self.viewRect()
        pen = QPen(pg.mkColor(self._theme.line), 1)
        pen.setCosmetic(True)
        painter.setPen(fitted(pen, density(painter, widget)) if widget is not None else pen)
        for tick in self._axis.ticks():
            if self._upright:
                painter.drawLine(QPointF(tick.value, rect.top()), QPointF(tick.value, rect.bottom()))
            else:
                painter.drawLine(QPointF(rect.left(), tick.value), QPointF(rect.right(), tick.value))
