"""Thin lines across a pane for selected layers: one item for any number of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QLineF
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from gradviz.views.plots.ink import density, fitted
from gradviz.views.plots.plot_box import PlotBox


class SelectedLines(pg.GraphicsObject):  # type: ignore[misc]
    """Level lines at places of the upright axis, or `upright` ones of the other; hidden without any."""

    def __init__(self, box: PlotBox, *, upright: bool = False) -> None:
        super().__init__()
        self._upright = upright
        self._pen = QPen()
        self.places: tuple[float, ...] = ()
        self.hide()
        box.addItem(self, ignoreBounds=True)

    def set_colour(self, colour: str) -> None:
        """Draw in that colour."""
        self._pen = pg.mkPen(colour, width=1)
        self.update()

    def show_places(self, places: Sequence[float]) -> None:
        """Have lines there, and nowhere else."""
        if tuple(places) != self.places:
            self.places = tuple(places)
            self.setVisible(bool(self.places))
            self.update()

    def viewRangeChanged(self, *_unused: object) -> None:
        """Follow the box."""
        if self.places:
            self.prepareGeometryChange()
            self.update()

    def boundingRect(self) -> Any:
        """All that is visible."""
        return self.viewRect()

    def paint(self, painter: QPainter, _option: Any, widget: QWidget | None = None) -> None:
        """Draw those in sight."""
        rect = self.viewRect()
        painter.setPen(fitted(self._pen, density(painter, widget)))
        if self._upright:
            lines = [
                QLineF(x, rect.top(), x, rect.bottom())
                for x in self.places
                if rect.left() <= x <= rect.right()
            ]
        else:
            lines = [
                QLineF(rect.left(), y, rect.right(), y)
                for y in self.places
                if rect.top() <= y <= rect.bottom()
            ]
        painter.drawLines(lines)
