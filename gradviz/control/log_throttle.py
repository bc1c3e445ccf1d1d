"""Keeps a flood of log lines from an engine away from the window's event queue."""

from __future__ import annotations

LINES_PER_SECOND = 100


class LogThrottle:
    """Lets so many lines through in a second and counts the others."""

    def __init__(self, limit: int = LINES_PER_SECOND) -> None:
        self._limit = limit
        self._second = 0
        self._passed = 0
        self._dropped = 0

    def admits(self, now: float) -> bool:
        """Whether a line at that time (seconds, from any start) may pass."""
        if int(now) != self._second:
            self._second = int(now)
            self._passed = 0
        if self._passed >= self._limit:
            self._dropped += 1
            return False
        self._passed += 1
        return True

    def take_dropped(self) -> int:
        """How many lines did not pass since the last time this was asked."""
        dropped, self._dropped = self._dropped, 0
        return dropped
