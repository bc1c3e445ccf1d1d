"""Has the pages that the first picture of a long saved run needs read by threads, while the window reads too.

One after the other the pages of the map and of each curve took 150 ms of a cold disk's first picture; side by
side they take half of that. The system has them when the window asks.
"""

from __future__ import annotations

import threading

from gradviz.control.run_entry import RunEntry
from gradviz.records.touching import curve_picks, map_tiles, touch

LONG = 100_000
"""Steps from which on it is worth two threads."""


class FirstPages:
    """Threads that end by themselves as soon as they have read."""

    def __init__(self) -> None:
        self._threads: tuple[threading.Thread, ...] = ()

    def begin(self, entry: RunEntry, columns: int) -> None:
        """Have them read for a picture of all steps of an ended run in so many columns."""
        self.wait()
        if entry.in_document and entry.status.steps >= LONG:
            self._threads = tuple(
                threading.Thread(
                    target=touch, args=(entry.source, entry.id, columns, wanted), name="first pages"
                )
                for wanted in (map_tiles, curve_picks)
            )
            for thread in self._threads:
                thread.start()

    def wait(self) -> None:
        """Return when they have ended: they hold the file open."""
        for thread in self._threads:
            thread.join()
        self._threads = ()
