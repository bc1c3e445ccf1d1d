"""The signed logarithmic axis of the histograms: places of bins, ticks, and a bin in words.

The place 0 is the exact zero; a positive magnitude 10^e stands at e + 12 + GAP, a negative one at the
mirror of that. The gap around zero is a bar's room of its own, so that zeros are never mistaken for
small numbers.
"""

from __future__ import annotations

import math

import numpy as np

from gradviz.records import histogram
from gradviz.records.histogram import BIGGEST_DECADE, BINS_PER_DECADE, SIDE, SMALLEST_DECADE
from gradviz.views.number_format import power
from gradviz.views.plots.ticks import Tick

GAP = 4.0
DECADES = BIGGEST_DECADE - SMALLEST_DECADE
HALF = DECADES + GAP
"""The axis reaches from −HALF to HALF."""
SHOWN = HALF - 2
"""It shows −1e2 … 1e2 until the user looks further."""
_ZERO_HALF_WIDTH = 0.5


def bar_edges() -> tuple[np.ndarray, np.ndarray]:
    """Left and right places [2 · SIDE + 1] of the finite bins, in the order of the counts."""
    positive = GAP + np.arange(SIDE + 1) / BINS_PER_DECADE
    left = np.concatenate([-positive[:0:-1], [-_ZERO_HALF_WIDTH], positive[:-1]])
    right = np.concatenate([-positive[-2::-1], [_ZERO_HALF_WIDTH], positive[1:]])
    return left, right


def bin_at(place: float) -> int | None:
    """The bin under a place of the axis; None in the gaps and beyond the ends."""
    if abs(place) <= _ZERO_HALF_WIDTH:
        return histogram.ZERO
    inside = math.floor((abs(place) - GAP) * BINS_PER_DECADE)
    if abs(place) < GAP or inside >= SIDE:
        return None
    return histogram.POSITIVE.start + inside if place > 0 else histogram.NEGATIVE.stop - 1 - inside


def bin_words(index: int) -> str:
    """A finite bin in words: “1.0e-3 … 1.8e-3”; the first and last ones hold all beyond them too."""
    if index == histogram.ZERO:
        return "0"
    positive = index >= histogram.POSITIVE.start
    inside = index - histogram.POSITIVE.start if positive else histogram.NEGATIVE.stop - 1 - index
    low, high = histogram.EDGES[inside], histogram.EDGES[inside + 1]
    sign = "" if positive else "−"
    if inside == 0:
        return f"{sign}{_short(high)} … 0"
    if inside == SIDE - 1:
        return f"{sign}{_short(low)} … {sign}∞"
    return f"{sign}{_short(low)} … {sign}{_short(high)}"


def magnitude_ticks(low: float, high: float, pixels: float) -> list[Tick]:
    """Zero and every few decades to both sides, mirrored."""
    room = pixels / max(high - low, 1e-9)
    stride = next((s for s in (1, 2, 4, 8) if s * room >= 38), 16)
    ticks = [Tick(0.0, "0")]
    for exponent in range(SMALLEST_DECADE, BIGGEST_DECADE + 1, stride):
        place = exponent - SMALLEST_DECADE + GAP
        if place * room < 26 and exponent == SMALLEST_DECADE:
            ticks += [Tick(place, ""), Tick(-place, "")]
            continue
        ticks += [Tick(place, power(exponent)), Tick(-place, f"−{power(exponent)}")]
    return sorted((t for t in ticks if low <= t.value <= high), key=lambda tick: tick.value)


def _short(value: float) -> str:
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa}e{int(exponent)}"
