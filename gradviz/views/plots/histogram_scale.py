"""The signed logarithmic axis of the histograms: places of bins, ticks, and a bin in words.

The place 0 is the exact zero; a positive magnitude 10^e stands at e − lowest + GAP, a negative one at the
mirror of that. The gap around zero is a bar's room of its own, so that zeros are never mistaken for
small numbers. Bins reach over all of float32; the axis begins where the entries do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gradviz.records import histogram
from gradviz.records.histogram import BIGGEST_DECADE, BINS_PER_DECADE, SIDE, SMALLEST_DECADE
from gradviz.views.number_format import power
from gradviz.views.plots.ticks import Tick

GAP = 4.0
_ZERO_HALF_WIDTH = 0.5
_GRAIN = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class HistogramScale:
    """An axis whose magnitudes begin at 10^lowest and of which 10^highest is in sight."""

    lowest: int = -12
    highest: int = 2

    @property
    def half(self) -> float:
        """The axis reaches from −half to half."""
        return self._place(BIGGEST_DECADE)

    @property
    def shown(self) -> float:
        """It shows −shown to shown until the user looks further."""
        return self._place(self.highest)

    def covering(self, counts: np.ndarray) -> HistogramScale:
        """The same axis, or the next wider one on which all the counts [BINS] can be seen."""
        both = counts[histogram.POSITIVE] + counts[histogram.NEGATIVE][::-1]
        filled = np.flatnonzero(both)
        if not len(filled):
            return self
        least = SMALLEST_DECADE + int(filled[0]) // BINS_PER_DECADE
        most = SMALLEST_DECADE + -(-(int(filled[-1]) + 1) // BINS_PER_DECADE)
        lowest = self.lowest if least >= self.lowest else least // _GRAIN * _GRAIN
        highest = self.highest if most <= self.highest else -(-most // _GRAIN) * _GRAIN
        return HistogramScale(lowest=max(lowest, SMALLEST_DECADE), highest=min(highest, BIGGEST_DECADE))

    def bar_edges(self) -> tuple[np.ndarray, np.ndarray]:
        """Left and right places [2 · SIDE + 1] of the finite bins, in the order of the counts.

        Bins below the beginning, which are empty, have no width.
        """
        exponents = np.arange(SIDE + 1) / BINS_PER_DECADE + SMALLEST_DECADE
        positive = np.maximum(exponents - self.lowest, 0.0) + GAP
        left = np.concatenate([-positive[:0:-1], [-_ZERO_HALF_WIDTH], positive[:-1]])
        right = np.concatenate([-positive[-2::-1], [_ZERO_HALF_WIDTH], positive[1:]])
        return left, right

    def bin_at(self, place: float) -> int | None:
        """The bin under a place of the axis; None in the gaps and beyond the ends."""
        if abs(place) <= _ZERO_HALF_WIDTH:
            return histogram.ZERO
        exponent = abs(place) - GAP + self.lowest
        inside = math.floor((exponent - SMALLEST_DECADE) * BINS_PER_DECADE)
        if abs(place) < GAP or inside >= SIDE:
            return None
        return histogram.POSITIVE.start + inside if place > 0 else histogram.NEGATIVE.stop - 1 - inside

    def ticks(self, low: float, high: float, pixels: float) -> list[Tick]:
        """Zero and every few decades to both sides, mirrored."""
        return self._ticks(low, high, pixels, apart=38)

    def upright_ticks(self, low: float, high: float, pixels: float) -> list[Tick]:
        """The same where the axis stands upright and a line of text needs less room."""
        return self._ticks(low, high, pixels, apart=16)

    def _ticks(self, low: float, high: float, pixels: float, *, apart: float) -> list[Tick]:
        room = pixels / max(high - low, 1e-9)
        stride = next((s for s in (1, 2, 4, 8, 16) if s * room >= apart), 32)
        ticks = [Tick(0.0, "0")]
        for exponent in range(self.lowest, BIGGEST_DECADE + 1, stride):
            place = self._place(exponent)
            if place * room < apart * 0.7 and exponent == self.lowest:
                ticks += [Tick(place, ""), Tick(-place, "")]
                continue
            ticks += [Tick(place, power(exponent)), Tick(-place, f"−{power(exponent)}")]
        return sorted((t for t in ticks if low <= t.value <= high), key=lambda tick: tick.value)

    def _place(self, exponent: float) -> float:
        return exponent - self.lowest + GAP


def bin_bounds() -> tuple[np.ndarray, np.ndarray]:
    """The signed magnitudes [BINS] where each bin begins and ends; infinite, zero or NaN where it is that."""
    edges = histogram.EDGES
    low = np.concatenate([[-np.inf], -edges[:0:-1], [0.0], edges[:-1], [np.inf], [np.nan]])
    high = np.concatenate([[-np.inf], -edges[-2::-1], [0.0], edges[1:], [np.inf], [np.nan]])
    return low.astype(np.float32), high.astype(np.float32)


def bin_words(index: int) -> str:
    """A finite bin in words, as the axis goes: “1.0e-3 … 1.8e-3”; the outer ones hold all beyond them too."""
    if index == histogram.ZERO:
        return "0"
    positive = index >= histogram.POSITIVE.start
    inside = index - histogram.POSITIVE.start if positive else histogram.NEGATIVE.stop - 1 - index
    low, high = histogram.EDGES[inside], histogram.EDGES[inside + 1]
    near = "0" if inside == 0 else _short(low)
    far = "∞" if inside == SIDE - 1 else _short(high)
    if positive:
        return f"{near} … {far}"
    return f"−{far} … {near if inside == 0 else f'−{near}'}"


def _short(value: float) -> str:
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa}e{int(exponent)}"
