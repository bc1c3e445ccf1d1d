"""How often which plot is drawn: at once where the user moves in time, the dearer ones less often while live.

Drawing is kept to half a core: the map, which is the dearest, is drawn at every second tick while live, the
histograms at every third, and numbers at four times a second, which is as fast as they can be read.
"""

from __future__ import annotations

import time

from gradviz.records.snapshot import Snapshot

READING_S = 0.25
"""Numbers change no faster than they can be read."""


class Pace:
    """Counts the snapshots that come."""

    def __init__(self) -> None:
        self._tick = 0
        self._read_at = 0.0
        self._last: Snapshot | None = None
        self.at_once = True
        self.reads = False

    def forget(self) -> None:
        """The next one is drawn at once."""
        self._last = None

    def take(self, snapshot: Snapshot) -> None:
        """The next one has come."""
        last, self._last = self._last, snapshot
        self._tick += 1
        self.at_once = (
            last is None
            or not snapshot.live
            or last.run.id != snapshot.run.id
            or last.status.state is not snapshot.status.state
            or last.last_step == snapshot.last_step
        )
        now = time.monotonic()
        self.reads = snapshot.last_step >= 0 and (self.at_once or now - self._read_at > READING_S)
        if self.reads:
            self._read_at = now

    def is_due(self, every: int) -> bool:
        """Whether one that is drawn at every so many ticks is drawn now."""
        return self.at_once or self._tick % every == 0
