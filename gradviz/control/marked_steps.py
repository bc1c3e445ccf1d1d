"""The steps that the user has marked, seen beside the shown one, kept for each run in the session's layout.

A mark is a place in a run's time, so it is kept with the run's id, and goes on with a run that goes on.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from gradviz.control.refresh_clock import RefreshClock
from gradviz.control.run_entry import RunEntry
from gradviz.control.session_document import SessionDocument
from gradviz.records.snapshot import Snapshot

MARKED = "marked_steps"
"""Key of the layout: lists of steps by the ids of runs."""
MOST = 5
"""More lines beside the shown one cannot be told apart."""


class MarkedSteps(QObject):
    """Follows the clock's run and has the clock read its marked steps."""

    changed = Signal(object)
    """The marked steps of the shown run (tuple of int), in ascending order."""

    def __init__(self, document: SessionDocument, clock: RefreshClock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._clock = clock
        self._run: str | None = None
        clock.refreshed.connect(self._on_refreshed)
        document.run_replaced.connect(self._on_replaced)

    @property
    def steps(self) -> tuple[int, ...]:
        """Those of the shown run."""
        return self._of(self._run) if self._run is not None else ()

    @property
    def is_full(self) -> bool:
        """Whether no further step can be marked."""
        return len(self.steps) >= MOST

    @Slot()
    def toggle(self) -> None:
        """Mark the shown step, or take its mark away."""
        snapshot = self._clock.snapshot
        if snapshot is None or snapshot.last_step < 0:
            return
        step, steps = snapshot.cursor, self.steps
        if step in steps:
            self._keep(tuple(other for other in steps if other != step))
        elif not self.is_full:
            self._keep((*steps, step))

    @Slot()
    def clear(self) -> None:
        """Take all marks of the shown run away."""
        self._keep(())

    def _of(self, run: str) -> tuple[int, ...]:
        """What the layout says, which may have come from any file."""
        kept = self._document.layout.get(MARKED)
        steps = kept.get(run) if isinstance(kept, dict) else None
        found = {step for step in steps if type(step) is int and step >= 0} if isinstance(steps, list) else ()
        return tuple(sorted(found))[:MOST]

    def _keep(self, steps: tuple[int, ...], run: str | None = None) -> None:
        run = run or self._run
        if run is None:
            return
        kept = self._document.layout.get(MARKED)
        marks = {**(kept if isinstance(kept, dict) else {}), run: sorted(steps)}
        known = {entry.id for entry in self._document.runs}
        marks = {key: value for key, value in marks.items() if value and (key in known or key == run)}
        self._document.set_layout({**self._document.layout, MARKED: marks})
        self._clock.set_marked(self.steps)
        self.changed.emit(self.steps)

    @Slot(object)
    def _on_refreshed(self, snapshot: Snapshot | None) -> None:
        run = None if snapshot is None else snapshot.run.id
        changed = run != self._run
        self._run = run
        self._clock.set_marked(self.steps)  # which forgets them with every run that it follows
        if changed:
            self.changed.emit(self.steps)

    @Slot(object, object)
    def _on_replaced(self, old: str, new: RunEntry) -> None:
        if steps := self._of(old):
            self._keep(steps, new.id)
