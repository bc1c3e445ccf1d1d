"""Spikes: steps whose gradient is far larger than it has been of late.

A spike is a global norm above `FACTOR` times the median of the finite norms of up to 64 steps before: a
median, because it does not follow the spikes themselves, and of whole blocks of steps, because what is found
must not depend on when it is looked for. One in 20 steps is told, fewer in a run that spikes all the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

FACTOR = 10.0
BLOCK = 32
"""The median is that of the last two complete blocks of so many steps."""
APART = 20
GROWTH = 250
"""Late in a run spikes are told (steps done) / GROWTH apart, so that no store fills with them."""


class Spike(NamedTuple):
    """Its step, its norm, and how many times the median that is."""

    step: int
    value: float
    factor: float


class Spikes:
    """Sees the norms of all steps, a few at a time."""

    def __init__(self) -> None:
        self._norms: list[float] = []
        """Of the last complete blocks and of the one that is growing."""
        self._median = 0.0
        self._last = -APART

    def find(self, first: int, norms: NDArray[np.float64]) -> list[Spike]:
        """The spikes among the norms `[n]` of the steps from `first` on."""
        found: list[Spike] = []
        at = 0
        while at < len(norms):
            part = norms[at : at + BLOCK - (first + at) % BLOCK]
            if self._median:
                for index in np.flatnonzero((part > FACTOR * self._median) & (part < np.inf)).tolist():
                    step = first + at + index
                    if step - self._last >= max(APART, step // GROWTH):
                        self._last = step
                        value = float(part[index])
                        found.append(Spike(step, value, value / self._median))
            self._norms += part.tolist()
            at += len(part)
            if (first + at) % BLOCK == 0:
                self._close_block()
        return found

    def state_dict(self) -> dict[str, Any]:
        """What it remembers."""
        return {"norms": np.array(self._norms), "last": self._last, "median": self._median}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Remember it again."""
        self._norms, self._last = np.asarray(state["norms"]).tolist(), state["last"]
        self._median = state["median"]

    def _close_block(self) -> None:
        self._norms = self._norms[-2 * BLOCK :]
        finite = [norm for norm in self._norms if norm < np.inf]
        self._median = median(finite) if finite else 0.0
