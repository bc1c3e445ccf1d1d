"""The lines of a profile across depth: now, after clipping, compared runs, marked steps.

Now is the thick one. Marked steps are black, each with dashes and a symbol of its own; their symbols take
turns, so that lines which lie on each other are still told apart. Where layers lie closer than pixels every
line goes through medians; the band behind them, and the marks at the edges, are of every layer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QObject, Qt, Signal

from gradviz.control.compared_run import ComparedRun
from gradviz.records.snapshot import Profile
from gradviz.views.plots.folded_line import Fold, fold_for, folded
from gradviz.views.plots.plain_items import PlainCurve, PlainMarks
from gradviz.views.plots.plot_box import PlotBox
from gradviz.views.plots.step_marks import MarkCurves
from gradviz.views.theme import LIGHT, Theme, run_tone

_DOTS_UP_TO = 80


class ProfileLines(QObject):
    """Draws norms [layers] over the rows 0, 1, 2, … of an upright pane."""

    folds = Signal(object)
    """How many layers (int) a point stands for now."""

    def __init__(self, box: PlotBox) -> None:
        super().__init__(box)
        self._box = box
        self._theme = LIGHT
        self._fold = Fold()
        self.now = PlainCurve(connect="finite")
        self.clipped = PlainCurve(connect="finite")
        self.dots = PlainMarks(size=5, pen=None)
        for item in (self.clipped, self.now, self.dots):
            box.addItem(item, ignoreBounds=True)
        self.others: dict[str, pg.PlotCurveItem] = {}
        self.marked = MarkCurves(box)
        self._values: np.ndarray | None = None
        self._clipped: np.ndarray | None = None
        self._of_runs: Mapping[str, np.ndarray] = {}
        self._of_marks: Mapping[int, np.ndarray] = {}
        box.sigYRangeChanged.connect(self._on_room)
        box.sigResized.connect(self._on_room)

    @property
    def each(self) -> int:
        """How many layers a point stands for."""
        return self._fold.each

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        self._theme = theme
        self.now.setPen(pg.mkPen(theme.accent, width=2))
        self.dots.setBrush(pg.mkBrush(theme.accent))
        self.clipped.setPen(pg.mkPen(theme.exploding, width=1, style=Qt.PenStyle.DashLine))
        self._draw_marked()

    def clear_now(self) -> None:
        """Show nothing of the shown run."""
        self._values = self._clipped = None
        for item in (self.now, self.clipped, self.dots):
            item.clear()

    def show_now(self, values: np.ndarray, clipped: np.ndarray | None) -> None:
        """Draw the norms [layers] of the shown step, and those after clipping."""
        self._values, self._clipped = values, clipped
        self._draw_now()

    def have_runs(self, runs: Sequence[ComparedRun]) -> None:
        """Have a line for each compared run, in its colour."""
        for run_id in set(self.others) - {run.id for run in runs}:
            self._box.removeItem(self.others.pop(run_id))
        for run in runs:
            if run.id not in self.others:
                curve = self.others[run.id] = PlainCurve(connect="finite")
                curve.setZValue(-1)
                self._box.addItem(curve, ignoreBounds=True)

    def colour_runs(self, runs: Sequence[ComparedRun], theme: Theme) -> None:
        """Give them their colours in that theme."""
        for run in runs:
            self.others[run.id].setPen(pg.mkPen(getattr(theme, run_tone(run.number)), width=1))

    def show_runs(self, values: Mapping[str, np.ndarray]) -> None:
        """Draw the norms [layers] of compared runs, by their ids."""
        self._of_runs = values
        self._draw_runs()

    def show_marks(self, values: Mapping[int, np.ndarray]) -> None:
        """Draw the norms [layers] of marked steps, in ascending order."""
        self._of_marks = values
        self._draw_marked()

    def _on_room(self, *_unused: object) -> None:
        low, high = self._box.viewRange()[1]
        fold = fold_for(self._box.height() / max(high - low, 1e-9))
        if fold == self._fold:
            return
        before, self._fold = self._fold, fold
        self._draw_marked()
        if fold.each != before.each:
            self._draw_now()
            self._draw_runs()
            self.folds.emit(fold.each)

    def _draw_now(self) -> None:
        values = self._values
        if values is None:
            return
        x, y = folded(values, 1)
        few = np.isfinite(x) if len(x) <= _DOTS_UP_TO else np.zeros(len(x), bool)
        self.dots.setData(x=x[few], y=y[few])
        _draw(self.now, values, self.each)
        if self._clipped is None:
            self.clipped.clear()
        else:
            _draw(self.clipped, self._clipped, self.each)

    def _draw_runs(self) -> None:
        for run_id, values in self._of_runs.items():
            if run_id in self.others:
                _draw(self.others[run_id], values, self.each)

    def _draw_marked(self) -> None:
        points = {step: folded(values, self.each) for step, values in self._of_marks.items()}
        self.marked.show(points, self._theme, apart=self._fold.apart)


def draws_alike(before: Profile | None, now: Profile) -> bool:
    """Whether a zoom over the steps, which changes nothing here, has read the same profile again."""
    if before is None or before.step != now.step or (before.clipped is None) != (now.clipped is None):
        return False
    for old, new in zip(before[1:], now[1:], strict=True):
        if old is not None and new is not None and not np.array_equal(old, new, equal_nan=True):
            return False
    return True


def _draw(curve: pg.PlotCurveItem, values: np.ndarray, each: int) -> None:
    x, y = folded(values, each)
    curve.setData(x=x, y=y, connect="finite", skipFiniteCheck=bool(np.isfinite(x).all()))
