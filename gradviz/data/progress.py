"""How far the data are on their way: a callback for whoever waits, and the way to call the waiting off.

Data that are downloaded or read from many files take minutes. Whoever loads them may hand in a `Progress`; it
is called several times a second, and ends the loading by raising `LoadingStopped`.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

Progress = Callable[[str], None]
"""Takes a sentence for people: what is done, and how much of it is done."""

_EVERY = 0.1
"""Seconds between two calls."""


class LoadingStopped(Exception):  # noqa: N818
    """Somebody who watched the loading does not want it any more."""


class Meter:
    """Counts towards a total and tells of it, at most ten times a second.

    `describe(done)` makes the sentence, which nobody pays for in between.
    """

    def __init__(self, progress: Progress, describe: Callable[[int], str]) -> None:
        self._progress = progress
        self._describe = describe
        self._done = 0
        self._told = float("-inf")

    def advance(self, amount: int) -> None:
        """So much more is done."""
        self._done += amount
        now = monotonic()
        if now - self._told >= _EVERY:
            self._told = now
            self._progress(self._describe(self._done))


def unwatched(_sentence: str) -> None:
    """For those who do not want to know."""
