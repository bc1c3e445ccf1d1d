"""What the middle of the window asks of every plot, whatever it shows.

A plot overrides what concerns it; the rest does nothing. So a new plot needs no line anywhere but in its own
file and in the registry.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication

from gradviz.control.compared_run import ComparedRun
from gradviz.records.layer import LayerInfo
from gradviz.records.snapshot import Snapshot
from gradviz.views.picking import Pick, Rows, picked
from gradviz.views.plots.titled_frame import TitledFrame


@dataclass(frozen=True, kw_only=True, slots=True)
class RunToCome:
    """What is known of a run before it is drawn: its measured layers and its length."""

    names: tuple[str, ...] = ()
    steps: int = 0
    layers: tuple[LayerInfo, ...] = ()


class PlotView(TitledFrame):
    """A titled picture of a run."""

    layer_clicked = Signal(object)
    """The index (int) of a measured layer."""
    layers_chosen = Signal(object)
    """Several measured layers (tuple of int), the primary last."""
    cursor_moved = Signal(object)
    """A step (int) that the user dragged the cursor to."""
    steps_zoomed = Signal(object)
    """(first, last) steps shown after the user zoomed or panned; None for all."""
    rows_zoomed = Signal(object)
    """(low, high): the rows of layers shown after the user zoomed or panned."""
    folds_changed = Signal(object)
    """What the user has folded (JSON values), to be kept with the session."""
    runs_switched = Signal()
    """Other compared runs than before are drawn over the steps."""
    wants_changed = Signal()
    """Something else has to be read through time."""

    marks_steps = False
    """Whether it shows the steps that the user has marked."""
    shown_run = ""
    """What the session calls the shown run."""
    chosen: Rows = ()
    """The selected layers, the primary last."""
    reach = -1
    """The last step of the longest compared run that is drawn, to which axes over steps go on."""
    every = 1
    """At which tick it is drawn while live: the dearer ones at every second or third."""
    _before_pick: Rows = ()
    _picked_at = -math.inf

    @property
    def wants(self) -> frozenset[str]:
        """What has to be read through time for it (`snapshot.HISTORIES`)."""
        return frozenset()

    @property
    def columns(self) -> int:
        """How many steps it can tell apart; 0 where it does not go over the steps."""
        return 0

    def stand_alone(self, *, alone: bool) -> None:
        """Whether it has the heading to itself, or shares it with tabs: a long title has no room then."""

    def expect(self, coming: RunToCome) -> None:
        """Show the empty axes of a run that is to come."""

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw what was measured."""
        raise NotImplementedError

    def take(self, snapshot: Snapshot) -> None:
        """Draw a snapshot of many that come; one that is slow to read may wait."""
        self.show_snapshot(snapshot)

    def overlook(self, snapshot: Snapshot) -> None:
        """Take what others need to know of it, while this is not in sight."""

    def write_numbers(self, snapshot: Snapshot) -> None:
        """Write numbers, which come at reading speed and not at drawing speed."""

    def show_compared(self, runs: Sequence[ComparedRun]) -> None:
        """Draw other runs beside the shown one."""

    def draws_run(self, _run_id: str) -> bool | None:
        """Whether it draws that compared run over the steps; None: it draws none of them."""
        return None

    def show_reach(self, last: int) -> None:
        """The longest compared run that is drawn goes on to that step (-1: none is)."""
        self.reach = last
        self.fit_steps()

    def fit_steps(self) -> None:
        """Have the axis over steps as long as the runs are."""

    def select_layers(self, rows: Rows) -> None:
        """Emphasise those measured layers, the last one as the primary."""
        self.chosen = rows
        self.select_layer(rows[-1] if rows else None)

    def select_layer(self, index: int | None) -> None:
        """Emphasise that measured layer; `chosen` has those that are selected beside it."""

    def marked_with(self, primary: int | None) -> Rows:
        """All that are to be emphasised where that is the primary, which is the last of them."""
        if primary is None:
            return ()
        return self.chosen if self.chosen[-1:] == (primary,) else (primary,)

    def pick_layer(self, row: int, pick: Pick) -> None:
        """A measured layer was clicked."""
        self._before_pick = self.chosen
        self._picked_at = time.monotonic()
        self._choose(picked(self.chosen, row, pick))

    def take_back_pick(self) -> None:
        """What was a click turned out to be the first of two: have those selected that were before."""
        if time.monotonic() - self._picked_at <= 2e-3 * QApplication.doubleClickInterval():
            self._choose(self._before_pick)
        self._picked_at = -math.inf

    def _choose(self, rows: Rows) -> None:
        if len(rows) == 1:
            self.layer_clicked.emit(rows[0])
        elif rows:
            self.layers_chosen.emit(rows)

    def show_folds(self, kept: object) -> None:
        """Fold as was kept, which may come from any file; None: as at first."""

    def set_axis_width(self, width: float) -> None:
        """Give the left axis that width."""

    def show_steps(self, first: float, last: float) -> None:
        """Show those steps, as another plot does after a zoom."""

    def follow_steps(self) -> None:
        """Show all steps again."""

    def show_rows(self, low: float, high: float) -> None:
        """Show those rows of layers, as another plot does after a zoom."""

    def show_levels(self, low: float, high: float) -> None:
        """Span the powers of ten that the colours of the flow map span."""
