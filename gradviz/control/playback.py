"""A recorded run as a film: the cursor goes through its steps at a steady pace.

It has no timer: the refresh clock's picture of one step asks for the next, so a film is never ahead of what
is drawn, it rests while the window is hidden, and no tick is left behind. Time counts, not pictures: where
drawing is slow, steps are left out and the film is as long as ever.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from gradviz.control.refresh_clock import RefreshClock
from gradviz.records.snapshot import Snapshot

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)
FILM_S = 20.0
"""How long a run takes at normal speed, however many steps it has."""
_LEAST_RATE = 15.0
"""Steps a second of a short run."""
_MOST_PAUSE_S = 0.25
"""A stall longer than that is not made up for."""


class Playback(QObject):
    """Plays the run that the clock follows; it goes on from where the user puts the cursor."""

    changed = Signal(object)
    """Whether the film runs (bool)."""

    def __init__(
        self, clock: RefreshClock, parent: QObject | None = None, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._now = now
        self._run = ""
        self._playing = False
        self._told = -1
        self._position = 0.0
        self._at = 0.0
        self.speed = 1.0
        clock.refreshed.connect(self._on_refreshed)

    @property
    def is_playing(self) -> bool:
        """Whether the film runs."""
        return self._playing

    def toggle(self) -> None:
        """Play or pause."""
        if self._playing:
            self.pause()
        else:
            self.play()

    def play(self) -> None:
        """Go on from the cursor; from the beginning where that is live or at the end."""
        snapshot = self._clock.snapshot
        if self._playing or snapshot is None or snapshot.last_step < 1:
            return
        cursor = self._clock.cursor
        start = 0 if cursor is None or cursor >= snapshot.last_step else cursor
        self._run = snapshot.run.id
        self._playing = True
        self._go_to(start)
        self._position = float(start)
        self._at = self._now()
        self.changed.emit(True)  # noqa: FBT003 - a signal has no keywords

    def pause(self) -> None:
        """Stay at the shown step."""
        if self._playing:
            self._playing = False
            self.changed.emit(False)  # noqa: FBT003

    def set_speed(self, speed: float) -> None:
        """Play so many times as fast."""
        self.speed = speed

    def _on_refreshed(self, snapshot: Snapshot | None) -> None:
        if not self._playing:
            return
        cursor = self._clock.cursor
        if snapshot is None or snapshot.run.id != self._run or cursor is None:
            self.pause()
            return
        if cursor != self._told:
            self._position = float(cursor)
        now = self._now()
        rate = max(snapshot.last_step / FILM_S, _LEAST_RATE) * self.speed
        self._position += min(now - self._at, _MOST_PAUSE_S) * rate
        self._at = now
        self._go_to(min(int(self._position), snapshot.last_step))
        if self._told == snapshot.last_step:
            self.pause()

    def _go_to(self, step: int) -> None:
        self._told = step
        self._clock.set_cursor(step)
        self._clock.wake()
