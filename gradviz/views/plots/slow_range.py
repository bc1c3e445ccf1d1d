"""A range that grows at once and shrinks slowly, so that nothing on a live axis jumps."""

from __future__ import annotations

import math
from collections.abc import Callable

Rounding = Callable[[float, float], tuple[float, float]]


class SlowRange:
    """Holds an axis' limits, rounded outwards; it shrinks only after the data stayed inside for `hold` s."""

    def __init__(self, rounding: Rounding, start: tuple[float, float], *, hold: float = 4.0) -> None:
        self._rounding = rounding
        self._start = start
        self._hold = hold
        self._inside_since: float | None = None
        self.low, self.high = start
        self._fresh = True

    def reset(self) -> None:
        """Forget what was seen: another run."""
        self.low, self.high = self._start
        self._fresh = True
        self._inside_since = None

    def include(self, low: float, high: float, now: float) -> bool:
        """Take the data's present extremes at the time `now` (seconds); whether the range has changed."""
        before = (self.low, self.high)
        wanted = self._rounding(low, high)
        if self._fresh:
            self.low, self.high = wanted
            self._fresh = False
        elif wanted[0] < self.low or wanted[1] > self.high:
            self.low, self.high = min(self.low, wanted[0]), max(self.high, wanted[1])
            self._inside_since = None
        elif wanted == before:
            self._inside_since = None
        elif self._inside_since is None:
            self._inside_since = now
        elif now - self._inside_since > self._hold:
            halfway = self._rounding(
                self.low + (wanted[0] - self.low) / 2, self.high - (self.high - wanted[1]) / 2
            )
            self.low, self.high = wanted if halfway == before else halfway
            self._inside_since = now
        return (self.low, self.high) != before


def whole_decades(low: float, high: float) -> tuple[float, float]:
    """Outwards to whole powers of ten (the values are exponents), at least two decades."""
    bottom, top = math.floor(low + 1e-9), math.ceil(high - 1e-9)
    if top - bottom < 2:
        top = max(top, bottom + 1)
        bottom = top - 2
    return float(bottom), float(top)


def fifths(low: float, high: float) -> tuple[float, float]:
    """Outwards to fifths of powers of ten (the values are exponents), at least a factor 2.5 around 1."""
    return min(math.floor(low * 5 + 1e-9) / 5, -0.4), max(math.ceil(high * 5 - 1e-9) / 5, 0.4)


def from_zero(low: float, high: float) -> tuple[float, float]:
    """From zero (or a round number below it) up to a round number above the largest value."""
    size = max(abs(low), abs(high), 1e-12)
    unit = 10 ** math.floor(math.log10(size)) / 2
    return min(0.0, math.floor(low / unit) * unit), max(unit, math.ceil(high / unit) * unit)
