"""Which runs of the session are compared with the shown one, and what is read of them.

Each has a reader of its own. One that has ended is read once, and again only where another stretch of it is
wanted; one that grows is looked at twice a second, because nobody compares faster. A zoom or scrub wants that
of all at once, and seven long runs take longer than a frame: the shown run is drawn first, and they follow in
turns, the one first that waits longest; until then each is drawn as it was read last. The choice is kept in
the session's layout, and with it the number of each run, so that a run has its colour for good.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gradviz.control.compared_run import ComparedRun, at_cursor, reach, read_compared
from gradviz.control.refresh_clock import RefreshClock
from gradviz.control.run_entry import RunEntry
from gradviz.control.session_document import SessionDocument
from gradviz.control.step_horizon import horizon
from gradviz.records.errors import RecordsError
from gradviz.records.reader import RunReader
from gradviz.records.run import RunState
from gradviz.records.schema import FACTOR
from gradviz.records.series import nearest_level
from gradviz.records.snapshot import Snapshot

COMPARED, RUN_NUMBERS = "compared", "run_numbers"
"""Keys of the layout: the ids of the compared runs, and the number of every run by its id."""
LOOK_MS = 500
SLICE_S = 0.004
"""So long after the first one another run is begun, before the window gets its turn."""
SLICE_MS = 33


class Comparison(QObject):
    """Follows the clock's run: compared are the chosen ones without it, and none while no run is shown."""

    changed = Signal(object)
    """The compared runs (tuple of ComparedRun), in the session's order, as they are now."""
    choice_changed = Signal()
    """Which runs are chosen, or their numbers."""
    failed = Signal(object)
    """A sentence (str): a run cannot be read and is compared no longer."""

    def __init__(self, document: SessionDocument, clock: RefreshClock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._clock = clock
        self._numbers: dict[str, int] = {}
        self._followed: dict[str, _Followed] = {}
        self._runs: tuple[ComparedRun, ...] = ()
        self._difference: str | None = None
        self._shown: Snapshot | None = None
        self._looked_at = 0.0
        self._visible = True
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(SLICE_MS)
        self._rest.timeout.connect(self._look)
        document.runs_changed.connect(self._on_runs)
        document.run_replaced.connect(self._on_replaced)
        document.reopened.connect(self._on_reopened)
        clock.refreshed.connect(self._on_refreshed)
        self._on_reopened()

    @property
    def runs(self) -> tuple[ComparedRun, ...]:
        """What was read last."""
        return self._runs

    @property
    def reach(self) -> int:
        """How far an axis over steps goes to show all of the longest one; -1 where none is compared."""
        return max((run.reach for run in self._runs), default=-1)

    def end_of_axes(self, shown: Snapshot) -> int:
        """The last step that axes over steps show."""
        return horizon(shown.last_step, shown.run.steps, self.reach)

    @property
    def chosen(self) -> Mapping[str, int]:
        """The chosen runs that the session has, and the number of each."""
        wanted = _texts(self._document.layout.get(COMPARED))
        return {run.id: self._numbers[run.id] for run in self._document.runs if run.id in wanted}

    @property
    def is_ticking(self) -> bool:
        """Whether a growing run is looked at."""
        return self._timer.isActive()

    @property
    def is_late(self) -> bool:
        """Whether some run is not read yet as it is wanted now."""
        return self._rest.isActive()

    @property
    def open_readers(self) -> int:
        """How many runs are held open."""
        return sum(followed.reader is not None for followed in self._followed.values())

    def set_compared(self, run_id: str, on: bool) -> None:
        """Compare a run, or do so no longer."""
        chosen = [run for run in self.chosen if run != run_id]
        self._choose([*chosen, run_id] if on else chosen)

    def set_difference(self, run_id: str | None) -> None:
        """Tell from which run the map's difference is made, so that its map is read too."""
        if run_id != self._difference:
            self._difference = run_id
            self._look()

    def set_visible(self, visible: bool) -> None:
        """Rest while nothing is seen; catch up on show."""
        if visible != self._visible:
            self._visible = visible
            self._timer.stop()
            self._rest.stop()
            if visible:
                self._look()

    def close(self) -> None:
        """Stop for good and close all stores."""
        self._shown = None
        self._timer.stop()
        self._rest.stop()
        self._drop(set(self._followed))

    def _choose(self, runs: list[str]) -> None:
        layout = {**self._document.layout, COMPARED: runs, RUN_NUMBERS: dict(self._numbers)}
        self._document.set_layout(layout)
        self.choice_changed.emit()
        self._look()

    @Slot()
    def _look(self) -> None:
        """Read what is new of all that are compared now."""
        if not self._visible:
            return
        self._looked_at = time.monotonic()
        shown = self._shown
        wanted = [] if shown is None else [run for run in self.chosen if run != shown.run.id]
        self._drop(set(self._followed) - set(wanted))
        found, was_late = {}, False
        if shown is not None:
            view = self._view(shown)
            found = self._read_in_turn(wanted, shown)
            was_late = view != self._view(shown)  # one is longer than those that were read before it
        self._rest.stop()
        if was_late or any(followed.is_late for followed in self._followed.values()):
            self._look_soon()
        grows = any(not followed.is_done for followed in self._followed.values())
        if grows != self._timer.isActive():
            self._timer.start() if grows else self._timer.stop()
        runs = tuple(found[run_id] for run_id in wanted if run_id in found)
        if len(runs) != len(self._runs) or any(a is not b for a, b in zip(runs, self._runs, strict=True)):
            self._runs = runs
            self.changed.emit(runs)

    def _look_soon(self) -> None:
        """After the picture of the shown run; what is asked for again and again does not put it off."""
        if self._followed and self._visible and not self._rest.isActive():
            self._rest.start()

    def _read_in_turn(self, wanted: list[str], shown: Snapshot) -> dict[str, ComparedRun]:
        """Read what has waited longest, as many as there is time for, but one in any case."""
        start = time.monotonic()
        found = {}
        for run_id in wanted:
            self._followed.setdefault(run_id, _Followed())
        for run_id in sorted(wanted, key=lambda run_id: self._followed[run_id].read_at):
            entry = self._document.run(run_id)
            if entry is not None and run_id in self._followed:
                read = any(followed.read_at >= start for followed in self._followed.values())
                late = read and time.monotonic() - start > SLICE_S
                run = self._read(entry, shown, late=late)
                if run is not None:
                    found[run_id] = run
        return found

    def _read(self, entry: RunEntry, shown: Snapshot, *, late: bool) -> ComparedRun | None:
        followed = self._followed[entry.id]
        if followed.source not in (None, entry.source):
            followed.close()  # it was saved, and lies in the document now
        try:
            if not late and not followed.catch_up(entry):
                return None
            return followed.read(
                entry,
                self._numbers[entry.id],
                cursor=shown.cursor,
                view=self._view(shown),
                level=self._level(shown),
                has_flow=entry.id == self._difference,
                has_ratios="update_ratio" in self._clock.wanted,
                layer=_selected(shown),
                late=late,
            )
        except RecordsError as error:
            if entry.is_finished:
                self._drop({entry.id})
                self._choose([run for run in self.chosen if run != entry.id])
                self.failed.emit(str(error))
            return None  # its engine is just writing the first rows: at the next look

    def _view(self, shown: Snapshot) -> tuple[int, int]:
        """The first and last step that the plots show."""
        longest = max((followed.reach for followed in self._followed.values()), default=-1)
        return self._clock.view or (0, horizon(shown.last_step, shown.run.steps, longest))

    def _level(self, shown: Snapshot) -> int:
        """That of the shown run, so that curves look alike; of what lies behind its end a coarser one."""
        first, last = self._view(shown)
        seen = min(last, shown.last_step) - first + 1
        return nearest_level(max(seen, (last - first + 1) // FACTOR), self._clock.columns)

    def _drop(self, runs: set[str]) -> None:
        for run in runs:
            followed = self._followed.pop(run, None)
            if followed is not None:
                followed.close()

    @Slot()
    def _on_runs(self) -> None:
        for run in self._document.runs:
            self._numbers.setdefault(run.id, max(self._numbers.values(), default=0) + 1)
        self._look()

    @Slot()
    def _on_reopened(self) -> None:
        self._drop(set(self._followed))
        kept = self._document.layout.get(RUN_NUMBERS)
        known = kept.items() if isinstance(kept, dict) else ()
        self._numbers = {run: number for run, number in known if type(number) is int and number > 0}
        self._on_runs()
        self.choice_changed.emit()

    @Slot(object, object)
    def _on_replaced(self, old: str, new: RunEntry) -> None:
        """A run that goes on as another keeps its colour and its place."""
        if old in self._numbers:
            self._numbers[new.id] = self._numbers[old]
        wanted = _texts(self._document.layout.get(COMPARED))
        if wanted:
            self._choose([*self.chosen, *[new.id] * (old in wanted)])

    @Slot(object)
    def _on_refreshed(self, snapshot: Snapshot | None) -> None:
        before, self._shown = self._shown, snapshot
        grows = snapshot is not None and snapshot.live and snapshot.status.state is RunState.RUNNING
        same = before is not None and snapshot is not None and before.run.id == snapshot.run.id
        if not (grows and same) or time.monotonic() - self._looked_at >= LOOK_MS / 1000:
            if same and all(followed.run is not None for followed in self._followed.values()):
                self._look_soon()
            else:
                self._look()


class _Followed:
    """A compared run with its reader."""

    def __init__(self) -> None:
        self.reader: RunReader | None = None
        self.source: object = None
        self.run: ComparedRun | None = None
        self.is_done = self.is_late = False
        self.read_at = 0.0
        """When it was read last (s)."""
        self._asked: object = None
        self._cursor = -1

    @property
    def reach(self) -> int:
        """How far an axis goes to show all of it."""
        return -1 if self.reader is None else reach(self.reader)

    def catch_up(self, entry: RunEntry) -> bool:
        """See what is new of it; whether there is a store at all."""
        if self.reader is None:
            if not entry.is_finished and not entry.source.exists():
                return False
            self.reader, self.source = entry.open(), entry.source
        if not self.is_done and self.reader.refresh():
            self.run = None
        self.is_done = entry.is_finished or self.reader.status.state is RunState.FINISHED
        return True

    def read(
        self,
        entry: RunEntry,
        number: int,
        *,
        cursor: int,
        view: tuple[int, int],
        level: int,
        has_flow: bool,
        has_ratios: bool,
        layer: str | None,
        late: bool,
    ) -> ComparedRun | None:
        """What there was when it caught up, read anew only where something changed.

        Where it is `late` for that it stays as it was read last, None where it was not read at all.
        """
        asked = (view, level, has_flow, has_ratios and (layer,))
        self.is_late = late and (self.run is None or (asked, cursor) != (self._asked, self._cursor))
        reader = self.reader
        if not late and reader is not None:
            moved = self.run is not None and cursor != self._cursor
            if self.run is None or moved or asked != self._asked:
                self.read_at = time.monotonic()
            if self.run is None or asked != self._asked:
                self.run = read_compared(
                    reader,
                    entry,
                    number,
                    cursor=cursor,
                    view=view,
                    level=level,
                    has_flow=has_flow,
                    has_ratios=has_ratios,
                    layer=layer,
                    before=self.run,
                )
            if moved:
                self.run = at_cursor(self.run, reader, cursor)
            self._asked, self._cursor = asked, cursor
        if self.run is not None and (self.run.name, self.run.number) != (entry.name, number):
            self.run = replace(self.run, name=entry.name, number=number)
        return self.run

    def close(self) -> None:
        """Close the store and forget what was read."""
        if self.reader is not None:
            self.reader.close()
        self.reader = self.run = self.source = None
        self.is_done = self.is_late = False
        self.read_at = 0.0


def _selected(shown: Snapshot) -> str | None:
    """The name of the selected layer."""
    measured = shown.run.measured
    return measured[shown.layer].name if shown.layer is not None and shown.layer < len(measured) else None


def _texts(value: object) -> list[str]:
    """The texts of a list in a file, which may hold anything."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
