"""The gradient flow map: layer × step, coloured by log10 of the gradient's norm.

One image, row-major, with one byte a cell: a curve per layer would cost forty times as much at 200
layers. The newest column is always there, because the store thins and keeps it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gradviz.control.compared_run import ComparedRun
from gradviz.control.step_horizon import horizon
from gradviz.records.frozen import frozen_spans
from gradviz.records.happenings import Event
from gradviz.records.snapshot import Snapshot
from gradviz.views.appearance import appearance
from gradviz.views.layer_table.rows import axis_blocks
from gradviz.views.number_format import count, significant
from gradviz.views.plots.axis import Axis, Side
from gradviz.views.plots.canvas import MARGIN_WIDTH, Canvas
from gradviz.views.plots.colour_bar import ColourBar
from gradviz.views.plots.cursor_line import CursorLine
from gradviz.views.plots.difference import DIFFERENCES, Ratios, encode_ratios, on_both_sides, ratios
from gradviz.views.plots.difference_switch import DifferenceSwitch
from gradviz.views.plots.frozen_rows import FrozenRows
from gradviz.views.plots.growing_map import GrowingMap
from gradviz.views.plots.legend_row import LegendRow
from gradviz.views.plots.magnitude import MAGNITUDES, decades, lookup_table
from gradviz.views.plots.map_rows import RowSelection, evenly, line_words
from gradviz.views.plots.plot_box import PlotBox
from gradviz.views.plots.plot_frame import PlotFrame
from gradviz.views.plots.plot_view import RunToCome
from gradviz.views.plots.plotted_values import Column, PlottedValues, texts
from gradviz.views.plots.slow_range import SlowRange, whole_decades
from gradviz.views.plots.step_marks import StepLegend
from gradviz.views.plots.step_places import StepPlaces
from gradviz.views.plots.ticks import AxisBlocks, layer_ticks, step_ticks
from gradviz.views.theme import Theme

EMPTY_DECADES = (-6.0, 0.0)


class FlowMap(PlotFrame):
    """Shows `snapshot.flow`, or its ratio to that of a compared run; a click selects the layer there."""

    levels_changed = Signal(object)
    """(low, high): the powers of ten that the colours of norms span now."""
    difference_changed = Signal(object)
    """The id (str) of the run whose map is needed for the difference, or None."""

    marks_steps = True
    every = 2
    is_over_steps = True

    def __init__(self, parent: QWidget | None = None) -> None:
        self._layers_axis = Axis(Side.LEFT, layer_ticks((), None))
        bottom = Axis(Side.BOTTOM, step_ticks, "", titled=False)
        canvas = Canvas(bottom)
        super().__init__(canvas, "", parent)
        self.title.setText(self.tr("Gradient flow"))
        canvas.setAccessibleName(self.title.text())
        self._box = PlotBox()
        self._bar = ColourBar()
        canvas.add_pane(self._box, self._layers_axis, grid=False, margin=self._bar)
        self.places = StepPlaces(self, canvas, [self._box])
        canvas.finish_layout(self.places.strip, self.places.corner)
        canvas.set_margin(MARGIN_WIDTH)
        self._image = pg.ImageItem(axisOrder="row-major")
        self._box.addItem(self._image, ignoreBounds=True)
        self.frozen = FrozenRows()
        self._box.addItem(self.frozen, ignoreBounds=True)
        self._selection = RowSelection(self._box)
        self._cursor = CursorLine()
        self._box.addItem(self._cursor, ignoreBounds=True)
        self.levels = SlowRange(whole_decades, EMPTY_DECADES)
        self.ratio_levels = SlowRange(on_both_sides, (-1.0, 1.0))
        self.difference = DifferenceSwitch(self)
        self.difference.changed.connect(self._on_difference)
        self._row = self.add_row()
        LegendRow(self._row)
        self.marks = StepLegend(self, self._row)
        self.places.take_legend(self.marks)
        line = self._row.layout()
        if isinstance(line, QHBoxLayout):
            line.insertWidget(0, self.difference)
        self._compared: Sequence[ComparedRun] = ()
        self._ratios: tuple[Ratios, np.ndarray] | None = None
        self._ratios_of: tuple[object, object] = (None, None)
        self._names: Sequence[str] = ()
        self._blocks: Sequence[tuple[int, int]] = ()
        self._snapshot: Snapshot | None = None
        self._selected: int | None = None
        self._horizon = 1
        self._run = ""
        self._zoomed = False
        self._map = GrowingMap()
        self._drawn: tuple[object, ...] = ()
        self._look: tuple[object, ...] = ()
        self._cursor.dragged_to.connect(self.cursor_moved)
        self._box.clicked.connect(self._on_clicked)
        self._box.hovered.connect(self._on_hovered)
        self._box.sigRangeChangedManually.connect(self._on_zoomed)
        self.set_theme(appearance().theme)

    @property
    def layers_axis(self) -> Axis:
        """The axis that names the layers."""
        return self._layers_axis

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        super().set_theme(theme)
        self._theme = theme
        self._bar.set_theme(theme)
        self._cursor.set_theme(theme)
        self._selection.set_theme(theme)
        self.frozen.set_theme(theme)
        self.places.set_theme(theme)
        self._colour()

    def expect(self, coming: RunToCome) -> None:
        """Show the rows of a run that is to come."""
        self._blocks = axis_blocks(coming.layers)
        self.show_layers(coming.names, coming.steps)

    def overlook(self, snapshot: Snapshot) -> None:
        """Follow its limits: others keep to them while the map is hidden."""
        self.follow(snapshot)

    def show_layers(self, names: Sequence[str], steps: int) -> None:
        """Name the rows of a run that is to come, and say what will appear."""
        self._names = names
        self._run = ""
        self._snapshot = None
        self._zoomed = False
        self._drawn = ()
        self._image.clear()
        self._show_frozen(())
        self.places.clear()
        self.marks.show_marks(())
        self._show_row()
        self._cursor.hide()
        self.levels.reset()
        self._show_levels()
        self._horizon = horizon(0, steps)
        self.canvas.set_quiet_line(self.tr("Press Train: each layer’s gradient norm appears here"))
        self._name_rows()
        self._fit()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw what was measured."""
        self._snapshot = snapshot
        self.follow(snapshot)
        names = tuple(layer.name for layer in snapshot.run.measured)
        if names != self._names:
            self._names = names
            self._blocks = axis_blocks(snapshot.run.measured)
            self._zoomed = False
            self._name_rows()
            self._fit()
        self.fit_steps()
        if len(snapshot.flow.steps):
            self.canvas.set_quiet_line("")
            self._draw(snapshot)
        self._show_frozen(snapshot.events)
        if self.marks.show_marks(snapshot.marked):
            self._show_row()
        self.places.show(snapshot)
        self._cursor.show_step(snapshot.cursor if snapshot.last_step >= 0 else None, snapshot.last_step)

    def show_compared(self, runs: Sequence[ComparedRun]) -> None:
        """Offer ratios to those runs, and draw anew where they are shown."""
        self._compared = runs
        self.difference.offer(runs)
        self._show_row()
        shot = self._snapshot
        if shot is not None and len(shot.flow.steps) and self.difference.run is not None:
            self._draw(shot)

    def follow(self, snapshot: Snapshot) -> None:
        """Take only the colours' limits of it."""
        if snapshot.run.id != self._run:
            self._run = snapshot.run.id
            self.levels.reset()
        found = self._map.take(snapshot.run.id, snapshot.flow) if len(snapshot.flow.steps) else None
        if found is not None and self.levels.include(*found, time.monotonic()):
            self._show_levels()

    def select_layer(self, index: int | None) -> None:
        """Emphasise that row."""
        self._selected = index
        self._name_rows()
        self._selection.show_rows(self.marked_with(index))

    def show_steps(self, first: float, last: float) -> None:
        """Show those steps, as another plot does after a zoom."""
        self._zoomed = True
        self._box.setXRange(first, last, padding=0)

    def show_rows(self, low: float, high: float) -> None:
        """Show those rows, as the profile does after a zoom."""
        self._box.setYRange(low, high, padding=0)

    def follow_steps(self) -> None:
        """Show all steps again."""
        self._zoomed = False
        self._box.setXRange(-0.5, self._horizon + 0.5, padding=0)

    def reset_view(self) -> None:
        """Show all layers and all steps."""
        self._zoomed = False
        self._fit()
        self.steps_zoomed.emit(None)
        self.rows_zoomed.emit((-0.5, max(len(self._names), 1) - 0.5))

    def figure_note(self) -> str:
        """Where the cursor's line stands."""
        return line_words(self._snapshot)

    def figure_remark(self) -> str:
        """Ratios name both runs."""
        if self._ratios is None or not self.shown_run:
            return super().figure_remark()
        words = self.tr("norms of {0} ÷ those of {1}: orange is larger")
        return words.format(self.shown_run, self._other_name())

    def values(self) -> PlottedValues | None:
        """A row for each layer in sight, a column for each step."""
        snapshot = self._snapshot
        if snapshot is None or not len(snapshot.flow.steps):
            return None
        (first, last), (low, high) = self._box.viewRange()
        flow = snapshot.flow
        shown = np.flatnonzero((flow.steps + flow.counts - 0.5 > first) & (flow.steps - 0.5 < last))
        rows = slice(max(0, math.ceil(low - 0.5 + 1e-6)), math.floor(high + 0.5 - 1e-6) + 1)
        name = self.tr("gradient norm ‖∂L/∂W‖₂ of layer (rows) at step (columns)")
        cells = flow.mean
        if self._ratios is not None:
            name = self.tr("gradient norm over that of {0}, of layer (rows) at step (columns)")
            name = name.format(self._other_name())
            cells = np.ma.MaskedArray(self._ratios[0], mask=~self._ratios[1])
        together = int(flow.counts[shown].max()) if len(shown) else 1
        if together > 1:
            name += " " + self.tr("(mean of up to {0} steps from there on)").format(together)
        return PlottedValues(
            columns=(
                Column(name=name, cells=texts(self._names[rows])),
                *(Column(name=str(flow.steps[at]), cells=cells[rows, at]) for at in shown),
            )
        )

    def fit_steps(self) -> None:
        """Go on to the end of the longest run, as the curves below do."""
        shot = self._snapshot
        wanted = self._horizon if shot is None else horizon(shot.last_step, shot.run.steps, self.reach)
        if wanted != self._horizon:
            self._horizon = wanted
            self._fit()

    def _fit(self) -> None:
        rows = max(len(self._names), 1)
        self._box.setLimits(
            xMin=-0.5,
            xMax=self._horizon + 0.5,
            yMin=-0.5,
            yMax=rows - 0.5,
            minXRange=min(4, self._horizon + 1),
            minYRange=min(rows, 2),
        )
        if not self._zoomed:
            self._box.setRange(xRange=(-0.5, self._horizon + 0.5), yRange=(-0.5, rows - 0.5), padding=0)

    def _name_rows(self) -> None:
        blocks = AxisBlocks(ends=self._blocks, names=self._names)
        self._layers_axis.set_ticker(
            layer_ticks(self._names, self._selected, blocks=blocks, others=self.chosen)
        )

    def _draw(self, snapshot: Snapshot) -> None:
        self._compare(snapshot)
        levels = self.levels if self._ratios is None else self.ratio_levels
        drawn = (id(snapshot.flow), id(self._ratios), levels.low, levels.high)
        if drawn == self._drawn:
            return
        self._drawn = drawn
        if self._ratios is None:
            codes = self._map.codes(levels.low, levels.high)
        else:
            codes = encode_ratios(*self._ratios, levels.high)
        steps, codes = evenly(snapshot.flow.steps, codes)
        width = (steps[1] - steps[0]) if len(steps) > 1 else 1
        self._image.setImage(codes, levels=None, autoLevels=False)
        self._image.setRect(QRectF(steps[0] - 0.5, -0.5, width * len(steps), codes.shape[0]))

    def _show_frozen(self, events: Sequence[Event]) -> None:
        spans = frozen_spans(events, self._names)
        last = self._snapshot.last_step if self._snapshot is not None else 0
        self.frozen.show_spans(spans, last)
        self._bar.set_frozen(shown=bool(spans))

    def _show_row(self) -> None:
        self._row.setVisible(bool(self._compared or self.marks.switches))

    def _compare(self, snapshot: Snapshot) -> None:
        """Have the ratios to the chosen run, None where none is or its map is not read yet."""
        wanted = self.difference.run
        other = next((run for run in self._compared if run.id == wanted and run.flow is not None), None)
        if other is None or other.flow is None:
            self._ratios, self._ratios_of = None, (None, None)
        elif self._ratios_of[0] is not snapshot.flow or self._ratios_of[1] is not other.flow:
            self._ratios = ratios(snapshot.flow, self._names, other.flow, other.layers)
            self._ratios_of = (snapshot.flow, other.flow)
            values, known = self._ratios
            found = decades(values if known.all() else values[known])
            if found is not None:
                self.ratio_levels.include(*found, time.monotonic())
        self._colour()

    def _colour(self) -> None:
        """Colours, their bar and the remark, as what is shown needs them."""
        differs = self._ratios is not None
        look = (differs, self._theme, self._other_name(), self.ratio_levels.high)
        if look == self._look:
            return
        self._look = look
        colours = DIFFERENCES if differs else MAGNITUDES
        self._image.setLookupTable(lookup_table(self._theme, colours))
        self._bar.set_colours(colours)
        self._bar.set_unit(self.tr("ratio") if differs else "‖∂L/∂W‖₂")
        levels = self.ratio_levels if differs else self.levels
        self._bar.set_levels(levels.low, levels.high)
        text = self.tr("log₁₀ ‖∂L/∂W‖₂ by layer and step")
        if differs:
            text = self.tr("norms ÷ those of {0}: orange is larger").format(self._other_name())
        self.remark.setText(text)

    def _other_name(self) -> str:
        wanted = self.difference.run
        return next((run.name for run in self._compared if run.id == wanted), "")

    def _ratio_words(self, row: int, column: int) -> list[str]:
        if self._ratios is None or not self._ratios[1][row, column]:
            return []
        ratio = float(self._ratios[0][row, column])
        return [self.tr("{0} times that of {1}").format(significant(ratio), self._other_name())]

    def _on_difference(self) -> None:
        self.ratio_levels.reset()
        self._ratios_of = (None, None)
        self.difference_changed.emit(self.difference.run)
        if self._snapshot is not None and len(self._snapshot.flow.steps):
            self._draw(self._snapshot)

    def _show_levels(self) -> None:
        if self._ratios is None:
            self._bar.set_levels(self.levels.low, self.levels.high)
        self.levels_changed.emit((self.levels.low, self.levels.high))

    def _on_clicked(self, place: QPointF) -> None:
        row = round(place.y())
        if 0 <= row < len(self._names):
            self.pick_layer(row, self._box.pick)

    def _on_zoomed(self, *_unused: object) -> None:
        self._zoomed = True
        (first, last), rows = self._box.viewRange()
        self.steps_zoomed.emit((first, last))
        self.rows_zoomed.emit(tuple(rows))

    def _on_hovered(self, place: QPointF | None) -> None:
        snapshot = self._snapshot
        if place is None or snapshot is None or not len(snapshot.flow.steps):
            self.canvas.hide_card()
            return
        row = round(place.y())
        steps = snapshot.flow.steps
        if not 0 <= row < len(self._names) or place.x() > snapshot.last_step + 0.5:
            self.canvas.hide_card()
            return
        column = max(0, int(np.searchsorted(steps, place.x() + 0.5, side="right")) - 1)
        value = float(snapshot.flow.mean[row, column])
        first, together = int(steps[column]), int(snapshot.flow.counts[column])
        when, what = self.tr("step {0}").format(count(first)), self.tr("gradient norm {0}")
        if together > 1:
            when = self.tr("steps {0}–{1}").format(count(first), count(first + together - 1))
            what = self.tr("mean gradient norm {0}")
        if self.frozen.contains_place(row, place.x()):
            what = self.tr("frozen: it does not learn here")
        lines = [when, what.format(significant(value)), *self._ratio_words(row, column)]
        self.canvas.show_card(self._box, place, self._names[row], lines)
