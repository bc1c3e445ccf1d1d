"""One line of a pane: a quantity of every step with its spread, or one that is measured now and then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Qt

from gradviz.records.frozen import Frozen, frozen_steps
from gradviz.records.series import Series
from gradviz.records.single_numbers import Curve
from gradviz.views.plots.band import Band
from gradviz.views.plots.curve_design import Line
from gradviz.views.plots.ink import faint
from gradviz.views.plots.magnitude import log10
from gradviz.views.plots.plain_items import PlainCurve, PlainMarks
from gradviz.views.plots.plot_box import PlotBox
from gradviz.views.plots.plotted_values import Column, at_steps
from gradviz.views.plots.sparse import wide_gaps
from gradviz.views.theme import Theme

_DOTS_UP_TO = 300
"""Of more, in sight or not, drawing them takes longer than all the rest of a zoom."""
_DOTS, _FEW_DOTS = 4, 6
"""Pixels, where there are many and where they are far apart."""
_DOT_ROOM = 7
"""Pixels from dot to dot: closer together they would be a bar over what lies below."""
_DOTTED = (1, 4)
_FAINT = 0.7
_NOTHING = np.empty(0)
_BANDS = -2
"""Bands lie below the lines of all runs."""


class Recorded(Protocol):
    """What was recorded of a run's single numbers: a snapshot, or a run that is compared."""

    @property
    def numbers(self) -> Mapping[str, Series]:
        """Those of every step."""

    @property
    def curves(self) -> Mapping[str, Curve]:
        """Those that are measured now and then."""


class CurveItem:
    """Draws what was recorded of one quantity; on a `powers` axis the log10 of it.

    Over wide gaps between measurements it is dotted and faint. That of another run, named by `whose`, lies
    below the others, and a selected layer's above: where it is the median it would not be seen below that.
    One of another run is `thin` too: it has no band, and dots only where measurements are far apart. `spans`
    are those in which its layer is frozen; `called` says which layer it tells of now.
    """

    def __init__(
        self, box: PlotBox, line: Line, *, powers: bool, whose: str = "", thin: bool = False
    ) -> None:
        self.line = line
        self.called = line.name
        self.whose = whose
        self._powers = powers
        self._thin = thin or bool(whose)
        self._band = Band()
        self._curve, self._gaps = PlainCurve(), PlainCurve()
        self._dots = PlainMarks(size=_DOTS, pen=None)
        self._first = self._span = 0.0
        self._crowded = False
        self._colour = ""
        self._wide = np.empty(0, bool)
        for item in self._items:
            item.setZValue(_BANDS if item is self._band else self._above)
            box.addItem(item, ignoreBounds=True)
        self._box = box
        self._drawn: object = None
        self.steps = np.empty(0, np.int64)
        self.values = np.empty(0, np.float32)
        self._low = self._high = self.values
        self._counts: np.ndarray | None = None
        self.spans: tuple[Frozen, ...] = ()

    @property
    def _items(self) -> tuple[pg.GraphicsObject, ...]:
        """What it draws with: a pane that compares eight runs has no item that never shows anything."""
        bands = () if self._thin else (self._band,)
        return *bands, *((self._gaps, self._curve, self._dots) if self.line.sampled else (self._curve,))

    @property
    def _above(self) -> int:
        """Which lines it lies above."""
        if self.whose:
            return -1
        return 2 if self.line.selected else int(self.line.layer is not None)

    @property
    def name(self) -> str:
        """The line's name, that of another run with the run's before it."""
        return f"{self.whose}, {self.called}" if self.whose else self.called

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        colour = getattr(theme, self.line.tone)
        style = Qt.PenStyle.DashLine if self.line.dashed else Qt.PenStyle.SolidLine
        self._curve.setPen(pg.mkPen(colour, width=1, style=style))
        self._gaps.setPen(pg.mkPen(faint(colour, theme.panel, _FAINT), width=1, dash=_DOTTED))
        self._dots.setBrush(pg.mkBrush(colour))
        self._colour = colour
        self._shade_band()

    def remove(self) -> None:
        """Take it out of its box for good."""
        for item in self._items:
            self._box.removeItem(item)

    def show(self, recorded: Recorded) -> bool:
        """Draw what is new; whether there was anything."""
        series = recorded.numbers.get(self.line.quantity)
        if series is not None:
            return self._show_series(series)
        steps, values = recorded.curves.get(self.line.quantity, (self.steps[:0], self.values[:0]))
        if np.array_equal(steps, self.steps) and np.array_equal(values, self.values, equal_nan=True):
            return False
        self._drawn = None
        low = high = values
        if not len(steps):
            self._band.set_data(*[_NOTHING] * 3)
        elif self.line.spread is not None:
            low, high = (recorded.curves[quantity][1] for quantity in self.line.spread)
            self._band.set_data(steps, self._placed(low), self._placed(high))
        self._take(steps, values, low, high)
        self._counts = None
        self._connect()
        return True

    @property
    def zeros(self) -> tuple[np.ndarray, np.ndarray]:
        """The drawn steps at which it is zero: of a layer that learns, and of a frozen one."""
        frozen = frozen_steps(self.spans, self.steps)
        zero = self.values == 0
        return self.steps[zero & ~frozen], self.steps[zero & frozen]

    def is_frozen_at(self, step: int) -> bool:
        """Whether its layer was frozen at that step."""
        return any(span.covers(step) for span in self.spans)

    def show_stretch(self, first: float, last: float) -> None:
        """So much of the axis is in sight: what lies far apart is told by that."""
        self._first, self._span = first, last - first
        if self.line.sampled and (
            self._is_crowded() is not self._crowded
            or not np.array_equal(wide_gaps(self.steps, self._span), self._wide)
        ):
            self._connect()

    def clear(self) -> None:
        """Show nothing."""
        self._drawn = None
        self.steps, self.values = self.steps[:0], self.values[:0]
        self._low = self._high = self.values
        self._wide = self._wide[:0]
        self.spans = ()
        for item in (self._curve, self._gaps, self._dots):
            item.clear()
        self._band.set_data(*[_NOTHING] * 3)

    def set_visible(self, *, visible: bool) -> None:
        """Show or hide it."""
        for item in self._items:
            item.setVisible(visible)

    @property
    def is_visible(self) -> bool:
        """Whether it is shown."""
        return bool(self._curve.isVisible())

    def extremes(self) -> np.ndarray:
        """The finite values, in units of the axis, among which the smallest and the largest are."""
        found = self._placed(np.concatenate([self._low, self._high]))
        finite: np.ndarray = found[np.isfinite(found)]
        return finite

    def value_at(self, step: int) -> float | None:
        """The newest drawn value at or before a step, None where there is none."""
        place = int(np.searchsorted(self.steps, step, side="right")) - 1
        return float(self.values[place]) if place >= 0 else None

    def stretch_at(self, step: int) -> tuple[int, int] | None:
        """The first and last step that the value at a step stands for: of a measurement its own, twice."""
        place = int(np.searchsorted(self.steps, step, side="right")) - 1
        if place < 0:
            return None
        first = int(self.steps[place])
        return first, first + (1 if self._counts is None else int(self._counts[place])) - 1

    def measured_in(self, recorded: Recorded, step: int) -> int:
        """The step that the value at a step was measured at, which is that step of what every step has."""
        steps = recorded.curves[self.line.quantity][0] if self.line.quantity in recorded.curves else ()
        place = int(np.searchsorted(steps, step, side="right")) - 1
        return int(steps[place]) if place >= 0 else step

    def value_in(self, recorded: Recorded) -> float | None:
        """The newest value of what was recorded, drawn or not; None where there is none."""
        series = recorded.numbers.get(self.line.quantity)
        if series is None:
            values = recorded.curves.get(self.line.quantity, (None, _NOTHING))[1]
        else:
            values = self._averaged(series)
        return float(values[-1]) if len(values) else None

    def columns(self, steps: np.ndarray, first: float, last: float, pane: str) -> list[Column]:
        """What is drawn between two places of the axis, as columns of a table of all those steps."""
        shown = self._between(first, last)
        measured, values = self.steps[shown], self.values[shown]
        name = f"{self.name}: {pane}"
        mean = self.together(first, last) > 1
        said = QCoreApplication.translate("StepCurves", "{0} (mean)").format(name) if mean else name
        found = [Column(name=said, cells=at_steps(steps, measured, values))]
        if self._low is not self.values and len(measured) and not np.array_equal(self._low, self._high):
            for text, edge in (
                (QT_TRANSLATE_NOOP("StepCurves", "smallest"), self._low),
                (QT_TRANSLATE_NOOP("StepCurves", "largest"), self._high),
            ):
                word = QCoreApplication.translate("StepCurves", str(text))
                found.append(Column(name=f"{name} ({word})", cells=at_steps(steps, measured, edge[shown])))
        return found

    def together(self, first: float, last: float) -> int:
        """Of how many steps at most one value between two places of the axis is the mean."""
        inside = self._between(first, last)
        averages = self._counts is not None and self.line.averaged == 1 and inside.any()
        return int(self._counts[inside].max()) if averages and self._counts is not None else 1

    def steps_between(self, first: float, last: float) -> np.ndarray:
        """The steps of what is drawn between two places of the axis."""
        steps: np.ndarray = self.steps[self._between(first, last)]
        return steps

    def _connect(self) -> None:
        """Draw what was measured now and then, dotted where nothing was measured for long."""
        y = self._placed(self.values)
        finite = np.isfinite(y)
        self._wide = wide_gaps(self.steps, self._span)
        known = finite[:-1] & finite[1:]
        far = known & self._wide
        for item, joined in ((self._curve, known & ~self._wide), (self._gaps, far)):
            if joined.any() or item is self._curve:
                connect = np.append(joined, [False] * bool(len(y))).astype(np.int32)
                item.setData(x=self.steps, y=y, connect=connect)
            else:
                item.clear()
        few = len(self.steps) == 1 or bool(self._wide.any())
        self._crowded = self._is_crowded()
        if len(self.steps) <= _DOTS_UP_TO and (few or not (self._thin or self._crowded)):
            self._dots.setSize(_FEW_DOTS if few else _DOTS)
            self._dots.setData(x=self.steps[finite], y=y[finite])
        else:
            self._dots.clear()
        self._shade_band()

    def _is_crowded(self) -> bool:
        """Whether those in sight would lie upon each other as dots, where it could have some."""
        if self._thin or len(self.steps) > _DOTS_UP_TO:
            return False
        begin, end = np.searchsorted(self.steps, (self._first, self._first + self._span))
        return bool((end - begin) * _DOT_ROOM > self._box.width() > 0)

    def _shade_band(self) -> None:
        """Where most of it lies between measurements that are far apart it is faint."""
        gaps = np.diff(self.steps) if self.line.sampled else self._wide
        mostly = len(gaps) == len(self._wide) and 2 * gaps[self._wide].sum() > gaps.sum()
        self._band.set_colour(self._colour, 0.08 if mostly else 0.2)

    def _between(self, first: float, last: float) -> np.ndarray:
        inside: np.ndarray = (self.steps >= first) & (self.steps <= last)
        return inside

    def _show_series(self, series: Series) -> bool:
        if series is self._drawn:
            return False
        self._drawn = series
        values = self._averaged(series)
        low, high = (values, values) if self.line.averaged > 1 else (series.low[0], series.high[0])
        self._take(series.steps, values, low, high)
        self._counts = series.counts
        y = self._placed(values)
        finite = bool(np.isfinite(y).all())
        self._curve.setData(x=series.steps, y=y, connect="finite", skipFiniteCheck=finite)
        is_spread = not np.array_equal(low, high, equal_nan=True)
        if is_spread and self.line.averaged == 1 and not self._thin:
            self._band.set_data(series.steps, self._placed(low), self._placed(high))
        else:
            self._band.set_data(*[_NOTHING] * 3)
        return True

    def _averaged(self, series: Series) -> np.ndarray:
        values: np.ndarray = series.mean[0]
        if self.line.averaged > 1:
            return trailing_mean(values, series.counts, self.line.averaged)
        return values

    def _take(self, steps: np.ndarray, values: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
        self.steps, self.values, self._low, self._high = steps, values, low, high

    def _placed(self, values: np.ndarray) -> np.ndarray:
        return log10(values) if self._powers else values


def trailing_mean(values: np.ndarray, counts: np.ndarray, steps: int) -> np.ndarray:
    """Of each column `[n]` the mean over it and those before it that make up `steps` steps.

    `counts` says for how many steps a column stands; NaN is left out.
    """
    known = np.isfinite(values)
    weights = np.where(known, counts, 0)
    sums = np.concatenate([[0.0], np.cumsum(np.where(known, values, 0.0) * weights, dtype=np.float64)])
    seen = np.concatenate([[0], np.cumsum(weights)])
    ends = np.cumsum(counts)
    first = np.searchsorted(ends, ends - steps, side="right")
    last = np.arange(len(values))
    first = np.minimum(first, last)
    total = seen[last + 1] - seen[first]
    with np.errstate(invalid="ignore", divide="ignore"):
        result: np.ndarray = (sums[last + 1] - sums[first]) / total
    return result
