"""What a pane has of compared runs: an item for each, in its colour, gone when it is compared no longer.

What lies across depth is asked for whenever something of a run was read anew, and seldom differs then: an
item is given points, and painted, only where they do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor

from gradviz.control.compared_run import ComparedRun
from gradviz.views.plots.plain_items import PlainCurve, PlainMarks
from gradviz.views.theme import Theme, run_tone

Points = tuple[np.ndarray, np.ndarray]
_SIZE, _SMALL, _FEW = 6, 3, 120
"""The size of marks in pixels: where there are few of them, where there are many, and how many are few."""


def thin_line(connect: str = "finite") -> Callable[[QColor], pg.PlotCurveItem]:
    """Makes lines of one pixel."""
    return lambda colour: PlainCurve(pen=pg.mkPen(colour, width=1), connect=connect)


def hollow_marks(symbol: str) -> Callable[[QColor], pg.ScatterPlotItem]:
    """Makes marks of pyqtgraph's `symbol` that are an outline only: those of the shown run are filled."""
    return lambda colour: PlainMarks(symbol=symbol, pen=pg.mkPen(colour, width=1), brush=None)


class RunItems:
    """The items of one kind in one pane."""

    def __init__(self, box: pg.ViewBox, make: Callable[[QColor], pg.GraphicsObject]) -> None:
        self._box = box
        self._make = make
        self._tones: dict[str, str] = {}
        self._points: dict[str, Points] = {}
        self.items: dict[str, pg.GraphicsObject] = {}

    def show(self, runs: Sequence[ComparedRun], points: Mapping[str, Points], theme: Theme) -> None:
        """Draw (x, y) of each run, by its id; NaN breaks a line and is no mark."""
        for run_id in set(self.items) - {run.id for run in runs}:
            self._remove(run_id)
        for run in runs:
            colour = getattr(theme, run_tone(run.number))
            if self._tones.get(run.id) != colour:
                self._remove(run.id)
                item = self.items[run.id] = self._make(QColor(colour))
                item.setZValue(-1)
                self._box.addItem(item, ignoreBounds=True)
                self._tones[run.id] = colour
            x, y = points.get(run.id, (np.empty(0), np.empty(0)))
            before = self._points.get(run.id)
            if before is not None and _same(before, (x, y)):
                continue
            self._points[run.id] = (x, y)
            item = self.items[run.id]
            if isinstance(item, pg.ScatterPlotItem):
                known = np.isfinite(y)
                item.setData(x=x[known], y=y[known], size=_SIZE if len(x) <= _FEW else _SMALL)
            else:
                item.setData(x=x, y=y)

    def set_visible(self, visible: Mapping[str, bool]) -> None:
        """Show or hide runs, by their ids."""
        for run_id, item in self.items.items():
            item.setVisible(visible.get(run_id, False))

    def _remove(self, run_id: str) -> None:
        self._tones.pop(run_id, None)
        self._points.pop(run_id, None)
        item = self.items.pop(run_id, None)
        if item is not None:
            self._box.removeItem(item)


def _same(before: Points, now: Points) -> bool:
    return all(np.array_equal(old, new, equal_nan=True) for old, new in zip(before, now, strict=True))
