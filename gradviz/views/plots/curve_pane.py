"""One pane of curves over the steps: its lines, the cursor, and the values beside it."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication, Qt

from gradviz.control.compared_run import ComparedRun
from gradviz.records.frozen import frozen_spans
from gradviz.records.snapshot import Snapshot
from gradviz.views.appearance import appearance
from gradviz.views.number_format import count
from gradviz.views.plots.axis import Axis, Side
from gradviz.views.plots.canvas import Canvas
from gradviz.views.plots.cursor_line import CursorLine
from gradviz.views.plots.curve_design import Line, Pane, Scale
from gradviz.views.plots.curve_item import CurveItem, Recorded
from gradviz.views.plots.edge_marks import EdgeMarks, Mark
from gradviz.views.plots.line_labels import LineLabel, LineLabels
from gradviz.views.plots.plain_items import PlainLine
from gradviz.views.plots.plot_box import PlotBox
from gradviz.views.plots.slow_range import SlowRange, from_zero, whole_decades
from gradviz.views.plots.sparse import few_words
from gradviz.views.plots.ticks import number_ticks, percent_ticks, vertical_power_ticks
from gradviz.views.plots.value_margin import MarginValue, ValueMargin
from gradviz.views.theme import Theme, run_tone

_TICKS = {
    Scale.NUMBER: number_ticks,
    Scale.SHARE: percent_ticks,
    Scale.POWER: vertical_power_ticks,
}
SPELT_OUT = 4
"""Up to so many lines have their values in the margin, more have a label there."""
_EMPTY = {Scale.NUMBER: (0.0, 2.5), Scale.SHARE: (0.0, 1.0), Scale.POWER: (-3.0, 1.0)}


class CurvePane:
    """A pane of a canvas, as its design says."""

    def __init__(self, canvas: Canvas, design: Pane) -> None:
        self.design = design
        self.box = PlotBox(y=False)
        self._margin, self._labels = ValueMargin(), LineLabels(design.each)
        self._guide: PlainLine | None = None
        margin = self._labels if self._is_crowded else self._margin
        axis = Axis(Side.LEFT, _TICKS[design.scale], design.title)
        canvas.add_pane(self.box, axis, stretch=design.stretch, margin=margin)
        powers = design.scale is Scale.POWER
        self.items = tuple(CurveItem(self.box, line, powers=powers) for line in design.lines)
        self.compared: dict[str, tuple[CurveItem, ...]] = {}
        self._ends: dict[str, int] = {}
        self._last = -1
        self.beside: tuple[CurveItem, ...] = ()
        self._beside_at_cursor: Recorded | None = None
        if design.guide is not None:
            place = math.log10(design.guide) if powers else design.guide
            self._guide = PlainLine(pos=place, angle=0, movable=False)
            self.box.addItem(self._guide, ignoreBounds=True)
        self.cursor = CursorLine()
        self.box.addItem(self.cursor, ignoreBounds=True)
        self._marks = EdgeMarks(self.box)
        self._range = SlowRange(whole_decades if powers else from_zero, _EMPTY[design.scale])
        self._show_range()
        self.box.sigXRangeChanged.connect(self._on_stretch)

    @property
    def all_items(self) -> tuple[CurveItem, ...]:
        """The lines of the shown run and of those that are compared."""
        return (*self._own, *(item for items in self.compared.values() for item in items))

    @property
    def last_compared(self) -> int:
        """The last step of the longest compared run that is seen; -1 where none is."""
        seen = (run for run, items in self.compared.items() if any(item.is_visible for item in items))
        return max((self._ends[run] for run in seen), default=-1)

    @property
    def _own(self) -> tuple[CurveItem, ...]:
        """The lines of the shown run."""
        return (*self.items, *self.beside)

    @property
    def _is_crowded(self) -> bool:
        """Whether its lines are so many that the margin has no room for their values."""
        return len(self.design.lines) > SPELT_OUT

    @property
    def guide(self) -> float | None:
        """Where the dashed line stands on the axis."""
        return None if self._guide is None else float(self._guide.value())

    @property
    def mark_count(self) -> int:
        """How many steps are marked as not finite."""
        return self._marks.count(Mark.NAN) + self._marks.count(Mark.INFINITE)

    @property
    def marks(self) -> EdgeMarks:
        """The marks at the edges."""
        return self._marks

    @property
    def top(self) -> float:
        """The upper end of the axis."""
        return self._range.high

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        for item in self.all_items:
            item.set_theme(theme)
        self._marks.set_theme(theme)
        if self._guide is not None:
            self._guide.setPen(pg.mkPen(theme.limit_line, width=1, style=Qt.PenStyle.DashLine))
        self.cursor.set_theme(theme)
        self._margin.set_theme(theme)
        self._labels.set_theme(theme)

    def clear(self) -> None:
        """Show nothing."""
        for item in self._own:
            item.clear()
        self._marks.show({})
        self._margin.set_values(())
        self._labels.set_labels(())
        self.cursor.hide()
        self._range.reset()
        self._show_range()

    def show(self, snapshot: Snapshot) -> None:
        """Draw what is new."""
        self._last = snapshot.last_step
        for item in self.all_items:
            item.called = item.line.name_in(snapshot)
        news = [item.show(snapshot) for item in self.items]
        rests = self._know_frozen(snapshot)
        if any(news):
            self._fit()
        elif rests:
            self._draw_marks()
        self.cursor.show_step(snapshot.cursor, snapshot.last_step)

    def _know_frozen(self, snapshot: Snapshot) -> bool:
        """Know when the layers that its lines tell of were frozen; whether that is new."""
        rows = [item.line.row_in(snapshot) for item in self._own]
        if not any(row is not None for row in rows):
            return False
        names = [layer.name for layer in snapshot.run.measured]
        spans = frozen_spans(snapshot.events, names)
        before = [item.spans for item in self._own]
        for item, row in zip(self._own, rows, strict=True):
            item.spans = tuple(span for span in spans if span.row == row)
        return before != [item.spans for item in self._own]

    def show_beside(
        self, snapshot: Snapshot, lines: Sequence[Line], recorded: Recorded, at_cursor: Recorded
    ) -> None:
        """Draw those lines too, thin, in place of the ones before; the first line's switch is theirs.

        `at_cursor` has the values at the shown step, which may be out of sight.
        """
        self._beside_at_cursor = at_cursor
        others = [item.line for item in self.beside] != [*lines]
        if others:
            for item in self.beside:
                item.remove()
            powers = self.design.scale is Scale.POWER
            self.beside = tuple(CurveItem(self.box, line, powers=powers, thin=True) for line in lines)
            for item in self.beside:
                item.set_theme(appearance().theme)
                item.show_stretch(*self.box.viewRange()[0])
                item.set_visible(visible=self.items[0].is_visible)
        news = [item.show(recorded) for item in self.beside]
        if others:
            self._know_frozen(snapshot)
        if others or any(news):
            self._fit()

    def show_compared(self, runs: Sequence[ComparedRun]) -> None:
        """Draw those runs below, thin and in their colours, in place of those before."""
        gone = set(self.compared) - {run.id for run in runs}
        for run_id in gone:
            self._remove(run_id)
        self._ends = {run.id: run.last_step for run in runs}
        news: list[bool] = []
        for run in runs:
            items = self.compared.get(run.id)
            if items is None or items[0].whose != run.name or items[0].line.tone != run_tone(run.number):
                self._remove(run.id)
                items = self.compared[run.id] = self._thin(run)
            news += [item.show(run) for item in items]
        if gone:  # what made it wide is gone, and of an ended run nothing more comes that it could follow
            self._range.reset()
            self._show_range()
        if gone or any(news):
            self._fit()

    def show_run(self, run_id: str, *, visible: bool) -> None:
        """Show or hide the lines of a compared run."""
        for item in self.compared.get(run_id, ()):
            item.set_visible(visible=visible)

    def show_line(self, name: str, *, visible: bool) -> None:
        """Show or hide the lines of that name."""
        also = self.beside if name == self.design.lines[0].name else ()
        for item in self.items:
            if item.line.name == name:
                item.set_visible(visible=visible)
        for item in also:
            item.set_visible(visible=visible)

    def show_values(self, snapshot: Snapshot) -> None:
        """Write the values at the shown step into the margin, also where it is out of sight."""
        aside = snapshot.at_cursor
        cursor = snapshot.cursor
        found = [
            (
                item,
                item.value_at(cursor) if aside is None else item.value_in(self._aside(item, aside)),
                item.is_frozen_at(cursor),
            )
            for item in self._own[: max(SPELT_OUT, len(self.items))]
        ]
        if self._is_crowded:
            self._labels.set_labels(
                [
                    LineLabel(
                        text=item.line.label,
                        value=self._worded(value, frozen=frozen),
                        tone=item.line.tone,
                        place=self._share_of_height(value),
                    )
                    for item, value, frozen in found
                    if value is not None
                ]
            )
            return
        self._margin.set_values(
            [
                MarginValue(
                    name=item.called,
                    value=self._worded(value, frozen=frozen),
                    tone=item.line.tone if np.isfinite(value) else "non_finite",
                    note="" if measured == cursor else _tr("step {0}").format(count(measured)),
                )
                for item, value, frozen in found
                for measured in (item.measured_in(self._aside(item, aside or snapshot), cursor),)
                if value is not None
            ]
        )

    def _aside(self, item: CurveItem, recorded: Recorded) -> Recorded:
        """What has the value at the shown step of a line: of a layer beside the selected one it is apart."""
        beside = self._beside_at_cursor if item in self.beside else None
        return recorded if beside is None else beside

    def values_at(self, step: int, height: float | None = None) -> list[tuple[str, str]]:
        """Name and value, as text, of every line that has one at or before a step.

        The value says its own step or steps where these are others; a run that has ended before has none. Of
        a compared run it is the first line that has one. Where there are many it is the line nearest to that
        height of the axis, the largest and the smallest.
        """
        found = [(item, item.value_at(step)) for item in self._own if step <= self._last]
        for run, items in self.compared.items():
            drawn = (item for item in items if item.is_visible and step <= self._ends[run])
            values = [(item, item.value_at(step)) for item in drawn]
            found += [each for each in values if each[1] is not None][:1]
        known = [(item, value) for item, value in found if value is not None]
        if self._is_crowded and height is not None and known:
            return self._telling(known, height, step)
        return [(item.name, self._said(item, value, step)) for item, value in known]

    def _said(self, item: CurveItem, value: float, step: int) -> str:
        """A value as text, with its own step or steps where these are others."""
        frozen = item.is_frozen_at(step)
        text = self._worded(value, frozen=frozen)
        first, last = item.stretch_at(step) or (step, step)
        if frozen or item.line.averaged > 1 or (first, last) == (step, step):
            return text
        if first == last:
            return _tr("{0} (step {1})").format(text, count(first))
        return _tr("{0} (mean of steps {1}–{2})").format(text, count(first), count(last))

    def _worded(self, value: float, *, frozen: bool) -> str:
        """A value as text; the zero of a frozen layer is none."""
        return _tr("frozen") if frozen and value == 0 else self.design.worded(value)

    def _telling(
        self, known: list[tuple[CurveItem, float]], height: float, step: int
    ) -> list[tuple[str, str]]:
        low, high = self.box.viewRange()[1]
        share = (height - low) / (high - low)
        nearest = min(known, key=lambda each: abs(self._share_of_height(each[1]) - share))
        ordered = sorted(known, key=lambda each: self._share_of_height(each[1]))
        least, most = ordered[0], ordered[-1]
        return [
            (name.format(item.name), self._said(item, value, step))
            for name, (item, value) in (
                ("{0}", nearest),
                (_tr("largest, {0}"), most),
                (_tr("smallest, {0}"), least),
            )
        ]

    def _share_of_height(self, value: float) -> float:
        """Where a value stands, from 0 (bottom) to 1 (top); what has no place on the axis is at its end."""
        low, high = self.box.viewRange()[1]
        if not math.isfinite(value):
            return 1.0
        if self.design.scale is not Scale.POWER:
            place = value
        elif value <= 0:
            return 0.0
        else:
            place = math.log10(value)
        return float(min(max((place - low) / (high - low), 0.0), 1.0))

    def _thin(self, run: ComparedRun) -> tuple[CurveItem, ...]:
        """The first line and, dashed, what is measured beside it: more of one colour nobody tells apart."""
        first, *further = self.design.lines
        lines = (first, *[replace(line, dashed=True) for line in further if line.sampled])
        powers = self.design.scale is Scale.POWER
        items = []
        for line in lines:
            own = replace(line, tone=run_tone(run.number), spread=None)
            item = CurveItem(self.box, own, powers=powers, whose=run.name)
            item.called = next(of.called for of in self.items if of.line.quantity == line.quantity)
            item.set_theme(appearance().theme)
            item.show_stretch(*self.box.viewRange()[0])
            items.append(item)
        return tuple(items)

    def _on_stretch(self, _box: object, stretch: tuple[float, float]) -> None:
        for item in self.all_items:
            item.show_stretch(*stretch)

    def measured_words(self) -> str:
        """How often what is measured now and then was measured in sight, where that is seldom."""
        steps = [item.steps for item in self.items if item.line.sampled]
        return few_words(max(steps, key=len), *self.box.viewRange()[0]) if steps else ""

    def _remove(self, run_id: str) -> None:
        for item in self.compared.pop(run_id, ()):
            item.remove()

    def _fit(self) -> None:
        values = np.concatenate([item.extremes() for item in self.all_items])
        if self._guide is not None and values.size:
            values = np.append(values, self._guide.value())
        if self.design.scale is not Scale.SHARE and values.size:
            top = max(float(values.max()), self.design.least)
            changed = self._range.include(float(values.min()), top, time.monotonic())
            if changed:
                self._show_range()
        self._draw_marks()

    def _show_range(self) -> None:
        low, high = self._range.low, self._range.high
        span = high - low
        self.box.setYRange(low - 0.02 * span, high + 0.04 * span, padding=0)

    def _draw_marks(self) -> None:
        """What is not finite stands at the upper edge; on an axis of powers zero stands at the lower one."""
        places: dict[Mark, tuple[np.ndarray, np.ndarray]] = {}
        powers = self.design.scale is Scale.POWER
        lines = [item for item in self._own if (powers or not item.line.sampled) and item.line.averaged == 1]
        for mark, test in ((Mark.NAN, np.isnan), (Mark.INFINITE, np.isinf)):
            steps = _joined([item.steps[test(item.values)] for item in lines])
            places[mark] = (steps, np.full(len(steps), self._range.high))
        if powers:
            zeros, rests = zip(*(item.zeros for item in lines), strict=True) if lines else ((), ())
            for mark, found in ((Mark.ZERO, zeros), (Mark.FROZEN, rests)):
                steps = np.unique(_joined(found))
                places[mark] = (steps, np.full(len(steps), self._range.low))
        self._marks.show(places)


def _tr(text: str) -> str:
    return QCoreApplication.translate("StepCurves", text)


def _joined(parts: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate(parts) if parts else np.empty(0)
