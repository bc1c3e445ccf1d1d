"""The colour codes of a map that grows at its right edge: only what is new is worked out.

A million cells take 20 ms of logarithms, comparisons and clipping, and while a run trains one column of a
thousand is new. Columns that stand for the same steps as before hold the same numbers.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from gradviz.records.series import Series
from gradviz.views.plots.magnitude import Codes, encode


class GrowingMap:
    """Takes the map of one run after the other; tells its decades, and its codes for some limits."""

    def __init__(self) -> None:
        self._run = ""
        self._flow: Series | None = None
        self._low = self._high = np.empty(0, np.float32)
        self._codes: Codes = np.empty((0, 0), np.uint8)
        self._limits = (0.0, 0.0)

    def take(self, run: str, flow: Series) -> tuple[float, float] | None:
        """Its smallest and largest log10 among finite values above zero; None if there are none."""
        if flow is not self._flow:
            same = self._shared(run, flow)
            low, high = _extremes(flow.mean[:, same:])
            self._low = np.concatenate([self._low[:same], low])
            self._high = np.concatenate([self._high[:same], high])
            self._codes = self._codes[:, :same] if same else np.empty((len(flow.mean), 0), np.uint8)
            self._run, self._flow = run, flow
        least, most = np.fmin.reduce(self._low, initial=np.nan), np.fmax.reduce(self._high, initial=np.nan)
        return None if np.isnan(least) else (math.log10(float(least)), math.log10(float(most)))

    def codes(self, low: float, high: float) -> Codes:
        """Of what was taken last, [rows, n], from 10^low at the dark end to 10^high at the light one."""
        if self._flow is None:
            return self._codes
        known = self._codes.shape[1] if (low, high) == self._limits else 0
        mean = self._flow.mean
        if known < mean.shape[1] or not known:
            new = encode(mean[:, known:], low, high)
            self._codes = np.concatenate([self._codes[:, :known], new], axis=1) if known else new
            self._limits = (low, high)
        return self._codes

    def _shared(self, run: str, flow: Series) -> int:
        """How many columns at the left are those of before."""
        before = self._flow
        if before is None or run != self._run or len(before.mean) != len(flow.mean):
            return 0
        count = min(len(before.steps), len(flow.steps))
        differs = (before.steps[:count] != flow.steps[:count]) | (
            before.counts[:count] != flow.counts[:count]
        )
        return int(np.argmax(differs)) if differs.any() else count


def _extremes(values: npt.NDArray[np.floating]) -> tuple[np.ndarray, np.ndarray]:
    """Of each column the smallest and the largest finite value above zero, NaN where there is none."""
    if not len(values):
        nothing = np.full(values.shape[1], np.nan, np.float32)
        return nothing, nothing
    usable = np.where((values > 0) & (values < np.inf), values, np.float32(np.nan))
    return np.fmin.reduce(usable, axis=0), np.fmax.reduce(usable, axis=0)
