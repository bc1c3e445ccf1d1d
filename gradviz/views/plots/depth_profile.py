"""The profile across depth: every layer's gradient norm at the shown step, with a band of the last steps.

It stands upright beside the flow map, row for row, so that the eye can go across. What has no place on
a logarithmic axis stands at its edge: exact zero left, infinity and NaN right.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QWidget

from gradviz.control.compared_run import ComparedRun
from gradviz.records.frozen import frozen_at
from gradviz.records.marked import MarkedStep
from gradviz.records.snapshot import BAND_STEPS, Profile, Snapshot
from gradviz.views.appearance import appearance
from gradviz.views.layer_table.rows import axis_blocks
from gradviz.views.number_format import count, significant
from gradviz.views.plots.axis import Axis, Side
from gradviz.views.plots.band import Band
from gradviz.views.plots.canvas import Canvas
from gradviz.views.plots.edge_marks import EdgeMarks, Mark, kinds
from gradviz.views.plots.legend_sample import Sample
from gradviz.views.plots.magnitude import decades, log10
from gradviz.views.plots.plain_items import PlainLine
from gradviz.views.plots.plot_box import PlotBox
from gradviz.views.plots.plot_frame import PlotFrame
from gradviz.views.plots.plot_view import RunToCome
from gradviz.views.plots.plotted_values import Column, PlottedValues, texts, where
from gradviz.views.plots.profile_lines import ProfileLines, draws_alike
from gradviz.views.plots.profile_words import ProfileWords
from gradviz.views.plots.run_legend import RunLegend
from gradviz.views.plots.selected_lines import SelectedLines
from gradviz.views.plots.slow_range import whole_decades
from gradviz.views.plots.switch import LegendSwitch
from gradviz.views.plots.ticks import AxisBlocks, layer_ticks, power_ticks
from gradviz.views.theme import Theme


class DepthProfile(PlotFrame):
    """Shows `snapshot.profile`; a click selects the layer of that row.

    A profile of something else overrides `words` and `taken`.
    """

    marks_steps = True

    def __init__(self, parent: QWidget | None = None) -> None:
        self._layers_axis = Axis(Side.LEFT, layer_ticks((), None))
        bottom = self.values_axis = Axis(Side.BOTTOM, power_ticks, "")
        canvas = Canvas(bottom)
        super().__init__(canvas, "", parent)
        self._words = self.words()
        self.title.setText(self._words.title)
        bottom.set_title(self._words.axis, *self._words.shorter)
        canvas.setAccessibleName(self._words.accessible)
        self._box = PlotBox(main=1)
        canvas.add_pane(self._box, self._layers_axis, grid=False)
        canvas.finish_layout()
        canvas.add_grid(self._box, bottom)
        self._band = Band(upright=True)
        self._box.addItem(self._band, ignoreBounds=True)
        self.lines = ProfileLines(self._box)
        self._marks = EdgeMarks(self._box)
        self._row = PlainLine(angle=0, movable=False)
        self._row.hide()
        self._box.addItem(self._row, ignoreBounds=True)
        self.others = SelectedLines(self._box)
        self._names: Sequence[str] = ()
        self._blocks: Sequence[tuple[int, int]] = ()
        self._snapshot: Snapshot | None = None
        self._drawn: Profile | None = None
        self._selected: int | None = None
        self._frozen: np.ndarray | None = None
        self._base = self._decades = (-6.0, 0.0)
        self._compared: Sequence[ComparedRun] = ()
        self._marked_steps: tuple[MarkedStep, ...] = ()
        self.band_switch = LegendSwitch(
            self.tr("last {0}").format(BAND_STEPS),
            "accent",
            "band",
            self._words.band,
            self,
        )
        self.clip_switch = LegendSwitch(
            self.tr("clipped"), "exploding", "dashes", self.tr("Show the norms after clipping"), self
        )
        for switch, item in ((self.band_switch, self._band), (self.clip_switch, self.lines.clipped)):
            switch.toggled.connect(item.setVisible)
            self.add_switch(switch)
        self.clip_switch.hide()
        self.legend = RunLegend(self, has_symbols=True)
        self.legend.switched.connect(self._on_run_switched)
        self.legend.marks.switched.connect(self._on_mark_switched)
        self._box.clicked.connect(self._on_clicked)
        self._box.hovered.connect(self._on_hovered)
        self._box.sigRangeChangedManually.connect(self._on_zoomed)
        self.lines.folds.connect(self._on_folds)
        self.set_theme(appearance().theme)

    def words(self) -> ProfileWords:
        """What is said of the values."""
        return ProfileWords(
            title=self.tr("Profile"),
            axis=self.tr("gradient norm ‖∂L/∂W‖₂"),
            folded=self.tr("‖∂L/∂W‖₂, lines: medians of {0} layers"),
            shorter=("‖∂L/∂W‖₂",),
            accessible=self.tr("Profile across depth"),
            quiet=self.tr("All layers’ norms at the shown step"),
            value=self.tr("gradient norm {0}"),
            band=self.tr("Show smallest to largest over the last steps"),
            column=self.tr("gradient norm ‖∂L/∂W‖₂ at step {0}"),
        )

    def taken(self, snapshot: Snapshot) -> Profile:
        """The values that are shown of a snapshot."""
        return snapshot.profile

    def taken_of(self, run: ComparedRun) -> tuple[int, np.ndarray | None]:
        """The step and the values [layers] that are shown of a compared run."""
        return run.step, run.profile

    def taken_of_mark(self, mark: MarkedStep) -> tuple[int, np.ndarray | None]:
        """The step and the values [layers] that are shown of a marked step."""
        return mark.kept, mark.profile

    @property
    def layers_axis(self) -> Axis:
        """The axis that names the layers."""
        return self._layers_axis

    @property
    def marks(self) -> EdgeMarks:
        """The marks at the edges."""
        return self._marks

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        super().set_theme(theme)
        self._row.setPen(pg.mkPen(theme.disabled, width=1))
        self.others.set_colour(theme.disabled)
        self._band.set_colour(theme.accent, 0.22)
        self._marks.set_theme(theme)
        self.lines.set_theme(theme)
        self.lines.colour_runs(self._compared, theme)

    def expect(self, coming: RunToCome) -> None:
        """Show the rows of a run that is to come."""
        self._blocks = axis_blocks(coming.layers)
        self.show_layers(coming.names)

    def write_numbers(self, snapshot: Snapshot) -> None:
        """Name the shown step."""
        self.show_step(snapshot.profile.step, exact=snapshot.exact)

    def show_levels(self, low: float, high: float) -> None:
        """Keep to the map's powers of ten."""
        self.set_decades(low, high)

    def show_layers(self, names: Sequence[str]) -> None:
        """Name the rows of a run that is to come."""
        self._names = names
        self._snapshot = self._drawn = None
        self._frozen = None
        self._show_marked(())
        self.remark.setText("")
        self.lines.clear_now()
        self._band.set_data(np.empty(0), np.empty(0), np.empty(0))
        self._marks.show({})
        self.clip_switch.hide()
        self.canvas.set_quiet_line(self._words.quiet)
        self._name_rows()
        self._fit()

    def set_decades(self, low: float, high: float) -> None:
        """Span the map's powers of ten, and more where compared runs or marked steps need it."""
        self._base = (low, high)
        taken = [*map(self.taken_of, self._compared), *map(self.taken_of_mark, self._marked_steps)]
        for _, values in taken:
            found = None if values is None else decades(values)
            if found is not None:
                least, most = whole_decades(*found)
                low, high = min(low, least), max(high, most)
        self._decades = (low, high)
        self._box.setXRange(low - 0.15, high + 0.15, padding=0)
        if self._snapshot is not None:
            self._draw_marks(self.taken(self._snapshot).values)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw what was measured."""
        names = tuple(layer.name for layer in snapshot.run.measured)
        if names != self._names:
            self._names = names
            self._frozen = None
            self._blocks = axis_blocks(snapshot.run.measured)
            self._name_rows()
            self._fit()
            self._draw_compared()
        before, self._snapshot = self._snapshot, snapshot
        if snapshot.last_step < 0:
            return
        self.canvas.set_quiet_line("")
        profile = self.taken(snapshot)
        self._show_marked(snapshot.marked)
        if before is not None and before.events is snapshot.events and draws_alike(self._drawn, profile):
            return
        self._drawn = profile
        self._frozen = frozen_at(snapshot.events, names, profile.step)
        rows = np.arange(len(names), dtype=float)
        self.lines.show_now(profile.values, profile.clipped)
        self._band.set_data(rows, log10(profile.band_low), log10(profile.band_high))
        self.clip_switch.setVisible(profile.clipped is not None)
        self._draw_marks(profile.values)

    def show_compared(self, runs: Sequence[ComparedRun]) -> None:
        """Draw those runs too, thin and in their colours; their layers are found by name."""
        if runs is self._compared:
            return
        self._compared = runs
        self.legend.show_runs(runs)
        self.lines.have_runs(runs)
        self.lines.colour_runs(runs, appearance().theme)
        self._draw_compared()
        self.set_decades(*self._base)
        self._on_run_switched()

    def name_values(self) -> None:
        """Say at the axis what the values are, and that lines go through medians where they do."""
        each = self.lines.each
        title = self._words.axis if each == 1 else self._words.folded.format(each)
        self.values_axis.set_title(title, *self._words.shorter)

    def show_step(self, step: int, *, exact: bool) -> None:
        """Name the shown step in the heading (at reading speed, not at drawing speed)."""
        text = self.tr("at step {0}") if exact else self.tr("at the nearest kept step {0}")
        self.remark.setText(text.format(count(step)))

    def select_layer(self, index: int | None) -> None:
        """Emphasise that row."""
        self._selected = index
        self._row.setVisible(index is not None)
        if index is not None:
            self._row.setValue(index)
        self.others.show_places(self.marked_with(index)[:-1], index)
        self._name_rows()

    def show_rows(self, low: float, high: float) -> None:
        """Show those rows, as the map does after a zoom."""
        self._box.setYRange(low, high, padding=0)

    def reset_view(self) -> None:
        """Show all layers."""
        self._fit()
        self.rows_zoomed.emit((-0.5, max(len(self._names), 1) - 0.5))

    def shown_sample(self) -> Sample:
        """The thick line with dots."""
        return Sample(tone="accent", style="dots")

    def figure_words(self, switch: LegendSwitch) -> str:
        """A run that does not reach to the shown step says its own."""
        run = next((run for run in self._compared if self.legend.switches.get(run.id) is switch), None)
        return super().figure_words(switch) if run is None else self._name_of(run)

    def values(self) -> PlottedValues | None:
        """A row for each layer in sight: its norm, the band around it, its norm after clipping."""
        snapshot = self._snapshot
        if snapshot is None or snapshot.last_step < 0:
            return None
        profile = self.taken(snapshot)
        low, high = self._box.viewRange()[1]
        rows = [row for row in range(len(self._names)) if low < row + 0.5 and row - 0.5 < high]
        norm = self._words.column.format(profile.step)
        columns = [Column(name=norm, cells=profile.values[rows])]
        if self.band_switch.isChecked():
            for text, cells in (
                (self.tr("smallest of the last {0} steps"), profile.band_low),
                (self.tr("largest of the last {0} steps"), profile.band_high),
            ):
                columns.append(Column(name=text.format(BAND_STEPS), cells=cells[rows]))
        if profile.clipped is not None and self.clip_switch.isChecked():
            columns.append(Column(name=self.tr("after clipping"), cells=profile.clipped[rows]))
        for run in self._compared:
            step, norms = self.taken_of(run)
            if self.legend.is_on(run.id) and norms is not None:
                name = self.tr("{0} at step {1}").format(run.name, step)
                known = np.isin(self._names, run.layers)
                columns.append(Column(name=name, cells=where(known, self._by_name(run))[rows]))
        for mark in self._marked_steps:
            step, values = self.taken_of_mark(mark)
            if values is not None and self.legend.marks.is_on(mark.step):
                columns.append(Column(name=self._words.column.format(step), cells=values[rows]))
        layers = Column(name=self.tr("layer"), cells=texts(self._names[row] for row in rows))
        return PlottedValues(columns=(layers, *columns))

    def _fit(self) -> None:
        rows = max(len(self._names), 1)
        low, high = self._decades
        self._box.setLimits(yMin=-0.5, yMax=rows - 0.5, minYRange=min(rows, 2))
        self._box.setRange(xRange=(low - 0.15, high + 0.15), yRange=(-0.5, rows - 0.5), padding=0)

    def _name_rows(self) -> None:
        blocks = AxisBlocks(ends=self._blocks, names=self._names)
        self._layers_axis.set_ticker(
            layer_ticks(self._names, self._selected, blocks=blocks, others=self.chosen)
        )

    def _draw_compared(self) -> None:
        self.lines.show_runs({run.id: self._by_name(run) for run in self._compared})

    def _by_name(self, run: ComparedRun) -> np.ndarray:
        """A run's norms of the layers that have a row here, NaN where it has no layer of that name."""
        known: dict[str, float] = {}
        _, values = self.taken_of(run)
        if values is not None:
            known = dict(zip(run.layers, values.tolist(), strict=True))
        return np.array([known.get(name, np.nan) for name in self._names], np.float32)

    def _name_of(self, run: ComparedRun) -> str:
        """A run's name, and the step of its values where that is another than the shown one's."""
        step, shot = self.taken_of(run)[0], self._snapshot
        if shot is None or step in {-1, self.taken(shot).step}:
            return run.name
        return self.tr("{0}, step {1}").format(run.name, count(step))

    def _on_run_switched(self) -> None:
        for run_id, curve in self.lines.others.items():
            curve.setVisible(self.legend.is_on(run_id))

    def _show_marked(self, marks: tuple[MarkedStep, ...]) -> None:
        changed = self.legend.show_marks(marks)
        if not changed and [*map(id, marks)] == [*map(id, self._marked_steps)]:
            return
        self._marked_steps = marks
        self._draw_marked()
        self.set_decades(*self._base)

    def _draw_marked(self) -> None:
        taken = {mark.step: self.taken_of_mark(mark)[1] for mark in self._marked_steps}
        rows = len(self._names)
        known = {
            step: values if values is not None and len(values) == rows else np.empty(0)
            for step, values in taken.items()
        }
        self.lines.show_marks(known)
        self._on_mark_switched()

    def _on_mark_switched(self) -> None:
        self.lines.marked.set_visible(self.legend.marks)

    def _on_folds(self, _each: int) -> None:
        self.name_values()

    def _draw_marks(self, values: np.ndarray) -> None:
        low, high = self._decades
        found = kinds(values, self._frozen)
        edges = {Mark.ZERO: low, Mark.FROZEN: low, Mark.INFINITE: high, Mark.NAN: high}
        self._marks.show({mark: (np.full(len(rows), edges[mark]), rows) for mark, rows in found.items()})

    def _on_clicked(self, place: QPointF) -> None:
        row = round(place.y())
        if 0 <= row < len(self._names):
            self.pick_layer(row, self._box.pick)

    def _on_zoomed(self, *_unused: object) -> None:
        self.rows_zoomed.emit(tuple(self._box.viewRange()[1]))

    def _on_hovered(self, place: QPointF | None) -> None:
        snapshot = self._snapshot
        row = -1 if place is None else round(place.y())
        if place is None or snapshot is None or snapshot.last_step < 0 or not 0 <= row < len(self._names):
            self.canvas.hide_card()
            return
        profile = self.taken(snapshot)
        rests = self._frozen is not None and bool(self._frozen[row])
        value = self._words.value.format(significant(float(profile.values[row])))
        lines = [
            self.tr("step {0}").format(count(profile.step)),
            self.tr("frozen: it does not learn here") if rests else value,
        ]
        if profile.clipped is not None:
            lines.append(self.tr("after clipping {0}").format(significant(float(profile.clipped[row]))))
        lines += [
            self.tr("{0}: {1}").format(self._name_of(run), significant(float(value)))
            for run in self._compared
            if self.legend.is_on(run.id) and not np.isnan(value := self._by_name(run)[row])
        ]
        for mark in self._marked_steps:
            step, values = self.taken_of_mark(mark)
            if values is not None and self.legend.marks.is_on(mark.step):
                words = self._words.value.format(significant(float(values[row])))
                lines.append(self.tr("step {0}: {1}").format(count(step), words))
        self.canvas.show_card(self._box, QPointF(place.x(), row), self._names[row], lines)
