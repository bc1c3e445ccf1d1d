"""Thin lines across a pane for selected layers: one item for any number of them.

Where lines would lie too close to be told apart, a faint wash with a line at either edge stands for all of
them: a fold of fifty layers among a thousand was an opaque bar over the curves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from gradviz.views.plots.ink import density, fitted
from gradviz.views.plots.plot_box import PlotBox

_APART = 16
"""Pixels, a row of text: three lines that lie closer rule the plot like a sheet of paper."""
_WASH = 0.16
_BELOW = -5
"""Above the grid, below everything that is measured."""


class SelectedLines(pg.GraphicsObject):  # type: ignore[misc]
    """Level lines at places of the upright axis, or `upright` ones of the other; hidden without any."""

    def __init__(self, box: PlotBox, *, upright: bool = False) -> None:
        super().__init__()
        self._upright = upright
        self._pen = QPen()
        self.places: tuple[float, ...] = ()
        self._filled: tuple[float, ...] = ()
        self.hide()
        self.setZValue(_BELOW)
        box.addItem(self, ignoreBounds=True)

    def set_colour(self, colour: str) -> None:
        """Draw in that colour."""
        self._pen = pg.mkPen(colour, width=1)
        self.update()

    def show_places(self, places: Sequence[float], primary: float | None = None) -> None:
        """Have lines there, and nowhere else; the primary's own line makes no gap in a wash."""
        filled = tuple(sorted({*places, *([] if primary is None else [primary])})) if places else ()
        if tuple(places) != self.places or filled != self._filled:
            self.places, self._filled = tuple(places), filled
            self.setVisible(bool(self.places))
            self.update()

    def washes(self) -> list[tuple[float, float]]:
        """From which place to which one wash stands for all lines, at the present zoom."""
        (left, right), (low, high) = self.getViewBox().viewRange()
        size = self.getViewBox().rect()
        length = size.width() if self._upright else size.height()
        near = _APART * ((right - left) if self._upright else (high - low)) / max(length, 1)
        return [(run[0], run[-1]) for run in _runs(self._filled, near) if len(run) > 2]

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
        washes = self.washes()
        wash = QColor(self._pen.color())
        wash.setAlphaF(_WASH)
        for low, high in washes:
            painter.fillRect(self._across(rect, low, high), wash)
        painter.setPen(fitted(self._pen, density(painter, widget)))
        within = [place for place in self.places if not any(low <= place <= high for low, high in washes)]
        places = [*within, *(edge for wash in washes for edge in wash)]
        if self._upright:
            lines = [
                QLineF(x, rect.top(), x, rect.bottom()) for x in places if rect.left() <= x <= rect.right()
            ]
        else:
            lines = [
                QLineF(rect.left(), y, rect.right(), y) for y in places if rect.top() <= y <= rect.bottom()
            ]
        painter.drawLines(lines)

    def _across(self, rect: QRectF, low: float, high: float) -> QRectF:
        """What of a pane lies between two places."""
        if self._upright:
            return QRectF(low, rect.top(), high - low, rect.height())
        return QRectF(rect.left(), low, rect.width(), high - low)


def _runs(places: Sequence[float], near: float) -> list[list[float]]:
    """Ascending places, parted where two lie as far apart as `near` or farther."""
    runs: list[list[float]] = []
    for place in places:
        if runs and place - runs[-1][-1] < near:
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs
