"""Activations across depth: how much of each output is zero, dead or saturated, its mean and its spread.

Zero counts entries, dead counts units that are zero for the whole batch, and saturated the entries whose
slope is nearly gone; the latter two are known of activations only. What was not measured has no mark.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QWidget

from gradviz.control.compared_run import ComparedRun
from gradviz.records.depth import LayerOutputs
from gradviz.records.snapshot import Snapshot
from gradviz.views.appearance import appearance
from gradviz.views.number_format import count, percent, significant
from gradviz.views.plots.across_depth import MARKS_UP_TO, AcrossDepth, mark_size
from gradviz.views.plots.axis import Axis, Side
from gradviz.views.plots.edge_marks import EdgeMarks, Mark
from gradviz.views.plots.ink import faint
from gradviz.views.plots.legend_sample import SYMBOLS
from gradviz.views.plots.moments import Moments
from gradviz.views.plots.plain_items import PlainCurve, PlainMarks
from gradviz.views.plots.plotted_values import Column, PlottedValues, measured, texts, where
from gradviz.views.plots.run_items import RunItems, hollow_marks
from gradviz.views.plots.slow_range import SlowRange, from_zero
from gradviz.views.plots.ticks import number_ticks, percent_ticks
from gradviz.views.theme import Theme

_LOOKS = {"zero": ("zero", "disc"), "dead": ("exploding", "square"), "saturated": ("accent", "diamond")}


class ActivationShares(AcrossDepth):
    """Shows `snapshot.outputs`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        axes = [Axis(Side.LEFT, ticks, "") for ticks in (percent_ticks, number_ticks)]
        super().__init__("", axes, parent)
        self.title.setText(self.tr("Activations"))
        self.canvas.setAccessibleName(self.tr("Activations across depth"))
        for axis, title in zip(axes, (self.tr("share"), self.tr("mean ± std")), strict=True):
            axis.set_title(title)
        self._shares, self._moments = self.boxes
        words = {
            "zero": (self.tr("zero"), self.tr("Show how much of the output is exactly zero")),
            "dead": (self.tr("dead"), self.tr("Show how many units are zero for the whole batch")),
            "saturated": (self.tr("saturated"), self.tr("Show how many entries have almost no slope")),
        }
        self._words = {key: text for key, (text, _) in words.items()}
        self.switches = {key: self.add_legend(text, *_LOOKS[key], tip) for key, (text, tip) in words.items()}
        self._courses = {key: PlainCurve() for key in words}
        self._dots = {key: PlainMarks(symbol=SYMBOLS[_LOOKS[key][1]], pen=None) for key in words}
        for key, switch in self.switches.items():
            self._shares.addItem(self._courses[key], ignoreBounds=True)
            self._shares.addItem(self._dots[key], ignoreBounds=True)
            switch.toggled.connect(self._courses[key].setVisible)
            switch.toggled.connect(self._dots[key].setVisible)
        self._shares.setYRange(-0.04, 1.04, padding=0)
        self.moments = Moments(self._moments)
        self._marks = EdgeMarks(self._moments)
        self._of_runs = {
            **{key: RunItems(self._shares, hollow_marks(SYMBOLS[look[1]])) for key, look in _LOOKS.items()},
            "mean": RunItems(self._moments, hollow_marks("o")),
        }
        for switch in self.switches.values():
            switch.toggled.connect(self._on_switched)
        self._range = SlowRange(from_zero, (-1.0, 1.0))
        self._outputs: LayerOutputs | None = None
        self.set_theme(appearance().theme)
        self.clear()

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        super().set_theme(theme)
        for key, (tone, _) in _LOOKS.items():
            self._dots[key].setBrush(pg.mkBrush(getattr(theme, tone)))
            colour = faint(getattr(theme, tone), theme.panel, 0.6)
            self._courses[key].setPen(pg.mkPen(colour, width=1))
        self.moments.set_theme(theme)
        self._marks.set_theme(theme)

    def clear(self) -> None:
        """Show nothing: nothing was measured yet."""
        super().clear()
        self._outputs = None
        for items in (self._courses, self._dots):
            for item in items.values():
                item.clear()
        self.moments.clear()
        self._marks.show({})
        self.canvas.set_quiet_line(self.tr("How much of each layer’s output is zero, dead or saturated"))

    def step_of(self, snapshot: Snapshot) -> int | None:
        """The step of the statistics."""
        return None if snapshot.outputs is None else snapshot.outputs.step

    def draw(self, snapshot: Snapshot, *, fresh: bool) -> None:
        """Draw what was measured."""
        outputs = snapshot.outputs
        if outputs is None:
            return
        self._outputs = outputs
        self.remark.setText(self.tr("at step {0}").format(count(outputs.step)))
        size = mark_size(len(self.layers))
        for key, switch in self.switches.items():
            share = self._share(outputs, key)
            rows = np.flatnonzero(np.isfinite(share))
            switch.setVisible(bool(len(rows)))
            if key == "zero":  # a stem each: a line would go up and down between layers of two kinds
                stems = rows if len(rows) <= MARKS_UP_TO else rows[:0]  # of many they would be one area
                _stems(self._courses[key], stems, np.zeros(len(stems)), share[stems])
            else:
                self._courses[key].setData(x=rows, y=share[rows])
            self._dots[key].setData(x=rows, y=share[rows], size=size + 2 if key == "zero" else size)
        if fresh:
            self._range.reset()
        self._draw_moments(outputs)

    def card(self, row: int) -> list[str]:
        """Every number that there is of it."""
        outputs = self._outputs
        if outputs is None:
            return []
        lines = [self.tr("step {0}").format(count(outputs.step))]
        for key, word in self._words.items():
            share = float(self._share(outputs, key)[row])
            if np.isfinite(share):
                lines.append(f"{word} {percent(share)}")
        if np.isnan(outputs.zero[row]):
            return [*lines, self.tr("its output was not measured")]
        mean, std = significant(float(outputs.mean[row])), significant(float(outputs.std[row]))
        lines.append(self.tr("mean {0}, standard deviation {1}").format(mean, std))
        return lines + [line for run in self.runs_on() if (line := self._run_line(run, row))]

    def items_of_runs(self) -> Sequence[RunItems]:
        """Marks of each share, and of the means."""
        return tuple(self._of_runs.values())

    def draw_runs(self, theme: Theme) -> None:
        """Draw the compared runs' shares and means where they have layers that stand beside these."""
        rows = np.arange(len(self.layers))
        found = {run.id: (run, run.outputs) for run in self.compared if run.outputs is not None}
        for key, switch in self.switches.items():
            points = {}
            if switch.isChecked():
                points = {
                    run_id: (rows, self.of_run(run, self._share(outputs, key)))
                    for run_id, (run, outputs) in found.items()
                }
            self._of_runs[key].show(self.compared, points, theme)
        means = {run_id: (rows, self.of_run(run, outputs.mean)) for run_id, (run, outputs) in found.items()}
        self._of_runs["mean"].show(self.compared, means, theme)
        if self._outputs is not None:
            self._fit_moments(self._outputs)
            self._mark_moments(self._outputs)

    def forget_ranges(self) -> None:
        """Let the axis of the means go only as far as what is drawn from now on."""
        self._range.reset()

    def full_title(self) -> str:
        """What is shown, in words that need no tab beside them."""
        return self.tr("Activations across depth")

    def values(self) -> PlottedValues | None:
        """A row for each layer in sight, the shares that are shown, mean and spread."""
        outputs = self._outputs
        if outputs is None:
            return None
        rows = self.rows_in_sight()
        at = self.tr("at step {0}").format(outputs.step)
        shares = [
            Column(name=f"{self._words[key]} {at}", cells=measured(self._share(outputs, key)[rows]))
            for key, switch in self.switches.items()
            if switch.isChecked() and not switch.isHidden()
        ]
        layers = Column(name=self.tr("layer"), cells=texts(self.layers[row].name for row in rows))
        known = ~np.isnan(outputs.zero)[rows]  # of every output that was seen, also where its mean is NaN
        mean = Column(name=self.tr("mean {0}").format(at), cells=where(known, outputs.mean[rows]))
        spread = where(known, outputs.std[rows])
        std = Column(name=self.tr("standard deviation {0}").format(at), cells=spread)
        others = [column for run in self.runs_on() for column in self._run_columns(run, rows)]
        return PlottedValues(columns=(layers, *shares, mean, std, *others))

    @staticmethod
    def _share(outputs: LayerOutputs, key: str) -> np.ndarray:
        return {"zero": outputs.zero, "dead": outputs.dead, "saturated": outputs.saturated}[key]

    def _run_columns(self, run: ComparedRun, rows: list[int]) -> list[Column]:
        """The shares that are shown and the means of a compared run, where it has layers beside these."""
        outputs = run.outputs
        if outputs is None:
            return []
        at = self.tr("at step {0}").format(outputs.step)
        drawn = [
            (self._words[key], measured(self.of_run(run, self._share(outputs, key))))
            for key, switch in self.switches.items()
            if switch.isChecked() and not switch.isHidden()
        ]
        known = ~np.isnan(self.of_run(run, outputs.zero))
        drawn.append((self.tr("mean"), where(known, self.of_run(run, outputs.mean))))
        return [Column(name=f"{run.name}: {name} {at}", cells=cells[rows]) for name, cells in drawn]

    def _run_line(self, run: ComparedRun, row: int) -> str:
        """What the card tells of a compared run's layer there."""
        outputs = run.outputs
        if outputs is None or np.isnan(mean := float(self.of_run(run, outputs.mean)[row])):
            return ""
        zero = percent(float(self.of_run(run, outputs.zero)[row]))
        return self.tr("{0}: zero {1}, mean {2}").format(self.name_of_run(run, row), zero, significant(mean))

    def _on_switched(self, _on: bool) -> None:
        self.redraw_runs(appearance().theme)

    def _fit_moments(self, outputs: LayerOutputs) -> None:
        low, high = outputs.mean - outputs.std, outputs.mean + outputs.std
        others = [self.of_run(run, run.outputs.mean) for run in self.runs_on() if run.outputs is not None]
        ends = np.concatenate([low, high, *others])
        usable = ends[np.isfinite(ends)]
        if len(usable):
            self._range.include(float(usable.min()), float(usable.max()), time.monotonic())
        margin = 0.04 * (self._range.high - self._range.low)
        self._moments.setYRange(self._range.low - margin, self._range.high + margin, padding=0)

    def _draw_moments(self, outputs: LayerOutputs) -> None:
        self._fit_moments(outputs)
        self.moments.show(self.layers, outputs)
        self._mark_moments(outputs)

    def _mark_moments(self, outputs: LayerOutputs) -> None:
        """What is not finite stands at the upper edge."""
        broken = {Mark.NAN: np.isnan(outputs.mean), Mark.INFINITE: np.isinf(outputs.mean)}
        known = np.isfinite(outputs.zero)
        places = {mark: np.flatnonzero(found & known) for mark, found in broken.items()}
        self._marks.show({mark: (x, np.full(len(x), self._range.high)) for mark, x in places.items()})


def _stems(item: pg.PlotCurveItem, x: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
    """An upright line for each layer."""
    item.setData(x=np.repeat(x, 2), y=np.stack([low, high], axis=1).ravel(), connect="pairs")
