"""The plots that were made, kept of one mind: one snapshot, one cursor, one selection, one zoom.

A plot is made when it is first shown and catches up then. What is not in sight is not drawn.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from gradviz.control.compared_run import ComparedRun
from gradviz.control.step_horizon import horizon
from gradviz.records.snapshot import Snapshot
from gradviz.views.picking import Rows
from gradviz.views.plots.canvas import AXIS_WIDTH
from gradviz.views.plots.pace import Pace
from gradviz.views.plots.plot_view import PlotView, RunToCome
from gradviz.views.plots.recording import Recording
from gradviz.views.plots.registry import offers


class Ensemble(QObject):
    """Makes plots by their keys, and tells all of them what concerns them."""

    layer_clicked = Signal(object)
    """The index (int) of a measured layer."""
    layers_chosen = Signal(object)
    """Several measured layers (tuple of int), the primary last."""
    cursor_moved = Signal(object)
    """A step (int)."""
    steps_zoomed = Signal(object)
    """(first, last) to be shown in full detail, or None for all."""
    wants_changed = Signal()
    """Something else has to be read through time."""
    reach_changed = Signal()
    """Axes over steps go on to another step than before, for a compared run."""
    made = Signal(object, object)
    """The key (str) of a plot that was not there before, and the plot (PlotView)."""

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self._owner = owner
        self._plots: dict[str, tuple[Hashable, PlotView]] = {}
        self._coming = RunToCome()
        self._snapshot: Snapshot | None = None
        self._drawn: frozenset[str] = frozenset()
        self._selected: Rows = ()
        self._axis_width: float = AXIS_WIDTH
        self._steps: tuple[float, float] | None = None
        self._rows: tuple[float, float] | None = None
        self._carries = False
        self._levels: tuple[float, float] | None = None
        self._reach = -1
        self._compared: Sequence[ComparedRun] = ()
        self._run_name = ""
        self.recording = Recording()

    @property
    def plots(self) -> dict[str, PlotView]:
        """Those that were made, by key."""
        return {key: plot for key, (_, plot) in self._plots.items()}

    @property
    def snapshot(self) -> Snapshot | None:
        """What is drawn; None where no run is shown."""
        return self._snapshot

    def has(self, key: str) -> bool:
        """Whether the shown run has anything for that plot."""
        offer = offers().get(key)
        return offer is not None and offer.variant(self.recording.known) is not None

    def plot(self, key: str) -> PlotView:
        """The plot of that key, as the shown run needs it; made where it is not there."""
        offer = offers()[key]
        variant = offer.variant(self.recording.known)
        if key in self._plots:
            known, plot = self._plots[key]
            if variant is None or variant == known:
                return plot
            self._drop(key)
        plot = offer.make(variant, self._owner)
        self._plots[key] = (variant, plot)
        self._bring_up(plot)
        self._link(plot)
        self.made.emit(key, plot)
        return plot

    def drop_outdated(self) -> None:
        """End plots of which the shown run has something else, or nothing."""
        for key, (known, _) in [*self._plots.items()]:
            if offers()[key].variant(self.recording.known) != known:
                self._drop(key)

    def expect(self, coming: RunToCome, in_sight: Collection[str]) -> None:
        """Show empty plots of a run that is to come."""
        self._coming = coming
        self._snapshot = None
        self._steps = self._rows = None
        for plot in self.plots.values():
            plot.expect(coming)
        self._drawn = frozenset(in_sight)

    def note(self, snapshot: Snapshot) -> bool:
        """Know of a snapshot before it is drawn; whether other plots than before can be had."""
        run = snapshot.run
        if self._snapshot is None or self._snapshot.run.id != run.id:
            names = tuple(layer.name for layer in run.measured)
            self._carry_zoom(snapshot, names)
            self._coming = RunToCome(names=names, steps=run.steps or 0, layers=tuple(run.measured))
        self._snapshot = snapshot
        return self.recording.note(snapshot)

    def draw(self, pace: Pace, in_sight: Collection[str]) -> None:
        """Draw the noted snapshot in the plots that are in sight; who comes into sight catches up."""
        snapshot, known = self._snapshot, self._drawn
        self.catch_up(in_sight)
        for key, plot in self.plots.items():
            if snapshot is None:
                return
            if key in in_sight and key in known:
                if pace.is_due(plot.every):
                    plot.take(snapshot)
                if pace.reads:
                    plot.write_numbers(snapshot)
            elif key not in in_sight and pace.is_due(plot.every):
                plot.overlook(snapshot)
        self._zoom_again()

    def catch_up(self, in_sight: Collection[str]) -> None:
        """Draw what has come into sight."""
        snapshot = self._snapshot
        for key in in_sight:
            if key not in self._drawn:
                plot = self.plot(key)
                plot.show_compared(self._compared)
                if snapshot is not None:
                    plot.take(snapshot)
                    plot.write_numbers(snapshot)
        self._drawn = frozenset(in_sight)
        self._fit_steps(in_sight)

    def show_compared(self, runs: Sequence[ComparedRun], in_sight: Collection[str]) -> None:
        """Draw other runs beside the shown one, in the plots that are in sight."""
        self._compared = runs
        for key, plot in self.plots.items():
            if key in in_sight:
                plot.show_compared(runs)
        self._fit_steps(in_sight)

    def name_run(self, name: str) -> None:
        """That is what the session calls the shown run."""
        self._run_name = name
        for plot in self.plots.values():
            plot.shown_run = name

    def select_layers(self, rows: Rows) -> None:
        """Emphasise those layers in all plots, the last one as the primary."""
        self._selected = rows
        for plot in self.plots.values():
            plot.select_layers(rows)

    def set_axis_width(self, width: float) -> None:
        """Give all left axes that width."""
        self._axis_width = width
        for plot in self.plots.values():
            plot.set_axis_width(width)

    def set_levels(self, levels: tuple[float, float]) -> None:
        """The flow map's colours span those powers of ten now."""
        self._levels = levels
        for plot in self.plots.values():
            plot.show_levels(*levels)

    def end_of_axes(self, shown: Snapshot) -> int:
        """The last step that axes over steps show."""
        return horizon(shown.last_step, shown.run.steps, self._reach)

    def _fit_steps(self, in_sight: Collection[str]) -> None:
        """Go on to the end of the longest run that is drawn; what lies behind is not looked at any more."""
        plots = [plot for key, plot in self.plots.items() if key in in_sight]
        reach = -1
        for run in self._compared:
            drawn = [on for plot in plots if (on := plot.draws_run(run.id)) is not None]
            if any(drawn) or not drawn:
                reach = max(reach, run.reach)
        if reach == self._reach:
            return
        self._reach, shot = reach, self._snapshot
        for plot in self.plots.values():
            plot.show_reach(reach)
        if self._steps is not None and shot is not None and self._steps[1] > self.end_of_axes(shot) + 1:
            self._steps = None
            for plot in self.plots.values():
                plot.follow_steps()
            self.steps_zoomed.emit(None)
        self.reach_changed.emit()

    def _on_runs_switched(self) -> None:
        self._fit_steps(self._drawn)

    def _carry_zoom(self, snapshot: Snapshot, names: tuple[str, ...]) -> None:
        """Keep the zoom where another run has these steps and layers too; where all was in sight all is."""
        before, known = self._snapshot, self._coming.names
        if self._rows is not None:
            low, high = max(0, math.ceil(self._rows[0])), math.floor(self._rows[1]) + 1
            if high - low >= len(known) or known[low:high] != names[low:high]:
                self._rows = None
        if self._steps is not None and before is not None:
            first, last = self._steps
            whole = first <= 0 and last >= max(before.last_step, self._reach)
            if whole or snapshot.last_step <= max(first, 0):
                self._steps = None
                for plot in self.plots.values():
                    plot.follow_steps()
        self._carries = self._steps is not None or self._rows is not None

    def _zoom_again(self) -> None:
        """Another run is drawn: show the part of it that was looked at, and have it read in full detail."""
        if not self._carries:
            return
        self._carries = False
        for plot in self.plots.values():
            if self._steps is not None:
                plot.show_steps(*self._steps)
            if self._rows is not None:
                plot.show_rows(*self._rows)
        if self._steps is not None:
            self.steps_zoomed.emit(self._steps)

    def _bring_up(self, plot: PlotView) -> None:
        """Tell a new plot what the others know; its snapshot follows when it is drawn."""
        plot.set_axis_width(self._axis_width)
        plot.reach = self._reach
        plot.expect(self._coming)
        plot.shown_run = self._run_name
        plot.select_layers(self._selected)
        if self._levels is not None:
            plot.show_levels(*self._levels)
        if self._steps is not None:
            plot.show_steps(*self._steps)
        if self._rows is not None:
            plot.show_rows(*self._rows)

    def _link(self, plot: PlotView) -> None:
        plot.layer_clicked.connect(self.layer_clicked)
        plot.layers_chosen.connect(self.layers_chosen)
        plot.cursor_moved.connect(self.cursor_moved)
        plot.wants_changed.connect(self.wants_changed)
        plot.runs_switched.connect(self._on_runs_switched)
        plot.steps_zoomed.connect(self._on_steps)
        plot.rows_zoomed.connect(self._on_rows)

    def _drop(self, key: str) -> None:
        _, plot = self._plots.pop(key)
        self._drawn -= {key}
        plot.hide()
        plot.deleteLater()

    def _on_steps(self, steps: tuple[float, float] | None) -> None:
        """Let the others show the steps that one plot shows, and have them read in full detail."""
        self._steps = steps
        for plot in self.plots.values():
            if plot is not self.sender():
                if steps is None:
                    plot.follow_steps()
                else:
                    plot.show_steps(*steps)
        self.steps_zoomed.emit(steps)

    def _on_rows(self, rows: tuple[float, float]) -> None:
        self._rows = rows
        for plot in self.plots.values():
            if plot is not self.sender():
                plot.show_rows(*rows)
