"""When to start an engine again after it died, and when to give up and ask the user."""

from __future__ import annotations

from collections import deque

MISSES_ALLOWED = 3
"""So many ends in a row without having been ready, and it will not come up."""
CRASHES_ALLOWED = 5
CRASH_WINDOW_S = 30.0
"""So many ends in that time, and whatever kills it is still there."""
BACK_OFF_MS = (0, 250, 1000)


class RestartPolicy:
    """Counts how engines end."""

    def __init__(self) -> None:
        self._misses = 0
        self._ends: deque[float] = deque(maxlen=CRASHES_ALLOWED)

    def reset(self) -> None:
        """Forget: the user asked for another try."""
        self._misses = 0
        self._ends.clear()

    def after_end(self, now: float, *, was_up: bool) -> int | None:
        """Milliseconds to wait before the next start, None to give up; `now` in seconds from any start."""
        self._misses = 0 if was_up else self._misses + 1
        self._ends.append(now)
        recent = sum(now - end < CRASH_WINDOW_S for end in self._ends)
        if recent >= CRASHES_ALLOWED or self._misses >= MISSES_ALLOWED:
            return None
        return BACK_OFF_MS[min(max(self._misses, recent - 1), len(BACK_OFF_MS) - 1)]
