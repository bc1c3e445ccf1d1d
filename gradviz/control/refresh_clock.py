"""The one timer that pulls pictures: 30 times a second it looks whether the shown run has anything new.

Nothing is pushed per training step: a queued signal per step stalls the window, a timer that takes the
newest snapshot cannot pile up. A clock at rest that is asked for another picture looks at once, and before
the window repaints: whoever zooms into an ended run does not wait for a tick first, nor for a picture of the
old columns at the new scale (4 ms of 20, measured).
"""

from __future__ import annotations

import math
import time

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal, Slot

from gradviz.control.first_pages import FirstPages
from gradviz.control.run_entry import RunEntry
from gradviz.records.errors import RecordsError
from gradviz.records.marked import MarkedStep, marked_step
from gradviz.records.reader import RunReader
from gradviz.records.run import RunInfo, RunState
from gradviz.records.snapshot import Snapshot, take_snapshot

OPENING_S = 2.0
"""How long a store that is there may still be unreadable: its engine is just writing the first rows."""
DEFAULT_COLUMNS = 1000
_LOOK = QEvent.Type(QEvent.registerEventType())


class RefreshClock(QObject):
    """Follows one run and emits a snapshot of it when, and only when, something to show has changed.

    It stops ticking while nothing is seen, and when the run has ended and all of it is shown.
    """

    refreshed = Signal(object)
    """A Snapshot, or None when no run is shown any more."""
    failed = Signal(object)
    """A sentence (str): the run cannot be read; it is followed no longer."""

    def __init__(self, parent: QObject | None = None, *, interval_ms: int = 33) -> None:
        super().__init__(parent)
        self._entry: RunEntry | None = None
        self._reader: RunReader | None = None
        self._unreadable_since: float | None = None
        self._snapshot: Snapshot | None = None
        self._cursor: int | None = None
        self._layer: int | None = None
        self._columns = DEFAULT_COLUMNS
        self._view: tuple[int, int] | None = None
        self._wanted: frozenset[str] = frozenset()
        self._marked: dict[int, MarkedStep | None] = {}
        self._asked = False
        self._first_pages = FirstPages()
        self._visible = True
        self._interval = interval_ms
        self._looked_at = -math.inf
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    @property
    def run(self) -> RunInfo | None:
        """The run that is followed, once its store can be read."""
        return None if self._reader is None else self._reader.info

    @property
    def entry(self) -> RunEntry | None:
        """The session's entry of the run that is followed."""
        return self._entry

    @property
    def snapshot(self) -> Snapshot | None:
        """The newest snapshot."""
        return self._snapshot

    @property
    def cursor(self) -> int | None:
        """The pinned step, or None: live, at the newest one."""
        return self._cursor

    @property
    def columns(self) -> int:
        """How many columns the widest plot has."""
        return self._columns

    @property
    def view(self) -> tuple[int, int] | None:
        """The first and last step in sight, or None: all of them."""
        return self._view

    @property
    def wanted(self) -> frozenset[str]:
        """Which of `snapshot.HISTORIES` are shown."""
        return self._wanted

    @property
    def is_ticking(self) -> bool:
        """Whether the timer runs."""
        return self._timer.isActive()

    def follow(self, entry: RunEntry | None) -> None:
        """Show that run; its store need not exist yet. The cursor, layer and view go back to the start."""
        self._let_go()
        self._entry = entry
        self._cursor = self._layer = self._view = None
        if entry is None:
            self.refreshed.emit(None)
        else:
            self._first_pages.begin(entry, self._columns)
        self.wake()

    def set_cursor(self, step: int | None) -> None:
        """Pin the pictures at a step; None follows the newest."""
        if step != self._cursor:
            self._cursor = step
            self.wake()

    def set_layer(self, layer: int | None) -> None:
        """Choose the measured layer whose histograms are taken."""
        if layer != self._layer:
            self._layer = layer
            self.wake()

    def set_columns(self, columns: int) -> None:
        """Tell how many columns the widest plot has."""
        if columns != self._columns:
            self._columns = columns
            self.wake()

    def set_view(self, first: int, last: int) -> None:
        """Show only the steps from `first` to `last`, both included."""
        if (first, last) != self._view:
            self._view = (first, last)
            self.wake()

    def clear_view(self) -> None:
        """Show all steps again."""
        if self._view is not None:
            self._view = None
            self.wake()

    def set_wanted(self, wanted: frozenset[str]) -> None:
        """Tell which of `snapshot.HISTORIES` are shown: these are dear to read."""
        if wanted != self._wanted:
            self._wanted = wanted
            self.wake()

    def set_marked(self, steps: tuple[int, ...]) -> None:
        """Tell which steps the user has marked: they are read once, since what was recorded stays."""
        if steps != tuple(self._marked):
            self._marked = {step: self._marked.get(step) for step in steps}
            self.wake()

    def set_visible(self, visible: bool) -> None:
        """Stop while nothing is seen; catch up on show."""
        if visible != self._visible:
            self._visible = visible
            self.wake()

    def close(self) -> None:
        """Stop for good and close the store."""
        self._entry = None
        self._let_go()

    def wake(self) -> None:
        """Something else is asked for: the next tick shows it, so that a burst costs one picture.

        The first look after a rest comes at once, but no sooner than an interval after the one before.
        """
        self._asked = True
        if self._visible and self._entry is not None:
            if not self._timer.isActive():
                passed = (time.monotonic() - self._looked_at) * 1000
                if passed < self._interval:
                    self._timer.start(int(self._interval - passed))
                else:
                    self._timer.start(self._interval)
                    # comes after the burst that asks, and before a scene's repaint, which is posted as it is
                    QCoreApplication.postEvent(self, QEvent(_LOOK), Qt.EventPriority.HighEventPriority.value)
        else:
            self._timer.stop()

    def event(self, event: QEvent) -> bool:
        """Look, at rest and unless closed or hidden meanwhile."""
        if event.type() != _LOOK:
            return super().event(event)
        if self._timer.isActive():
            self._tick()
        return True

    def _let_go(self) -> None:
        self._first_pages.wait()
        self._timer.stop()
        self._snapshot = None
        self._marked = {}
        self._unreadable_since = None
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    @Slot()
    def _tick(self) -> None:
        self._looked_at = time.monotonic()
        if self._timer.interval() != self._interval:
            self._timer.setInterval(self._interval)
        try:
            reader = self._reader or self._open()
            if reader is not None:
                self._look(reader)
        except RecordsError as error:
            self._entry = None
            self._let_go()
            self.failed.emit(str(error))

    def _open(self) -> RunReader | None:
        """The run's reader, None while the store is not there or not readable yet."""
        if self._entry is None or not self._entry.source.exists():
            return None
        try:
            self._reader = self._entry.open()
        except RecordsError:
            now = time.monotonic()
            self._unreadable_since = self._unreadable_since or now
            if now - self._unreadable_since > OPENING_S:
                raise
        return self._reader

    def _look(self, reader: RunReader) -> None:
        if reader.refresh() or self._asked:
            self._asked = False
            self._snapshot = take_snapshot(
                reader,
                cursor=self._cursor,
                layer=self._layer,
                columns=self._columns,
                view=self._view,
                wanted=self._wanted,
                marked=self._read_marked(reader),
            )
            self.refreshed.emit(self._snapshot)
        elif reader.status.state is RunState.FINISHED:
            self._timer.stop()

    def _read_marked(self, reader: RunReader) -> tuple[MarkedStep, ...]:
        for step, found in self._marked.items():
            if found is None and step <= reader.last_step:
                self._marked[step] = marked_step(reader, step)
        return tuple(found for found in self._marked.values() if found is not None)
