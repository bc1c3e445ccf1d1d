"""The signed logarithmic axis of the histograms: places of bins, ticks, and a bin in words.

The place 0 is the exact zero; a positive magnitude 10^e stands at e − lowest + GAP, a negative one at the
mirror of that. The gap around zero is a bar's room of its own, so that zeros are never mistaken for
small numbers. Bins reach over all of float32; the axis begins where the entries do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gradviz.records import histogram
from gradviz.records.histogram import BIGGEST_DECADE, BINS_PER_DECADE, SIDE, SMALLEST_DECADE
from gradviz.views.number_format import power
from gradviz.views.plots.ticks import Tick, apart

GAP = 4.0
_ZERO_HALF_WIDTH = 0.5
_GRAIN = 4
_STRIDES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30)
_LINE = 16
_CHARACTER = _SIGN = 7
_TEXT_GAP = 5
"""Pixels: a line of text on an upright axis; a character, a sign and what is between texts on a level one."""


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
        """Zero and every few decades to both sides, mirrored; what would touch a nearer one has no text.

        Where that leaves zero alone, the last decade in sight is named.
        """
        found = self._with_room(self._decades(low, high, pixels, self._apart), low, high, pixels)
        if all(tick.text in ("", "0") for tick in found):
            last = math.floor(max(-low, high) - GAP + self.lowest)
            found = self._with_room([*found, *self._pair(min(last, BIGGEST_DECADE))], low, high, pixels)
        return sorted(found, key=lambda tick: tick.value)

    def upright_ticks(self, low: float, high: float, pixels: float) -> list[Tick]:
        """The same where the axis stands upright and a line of text needs less room."""
        room = pixels / max(high - low, 1e-9)
        found = [
            Tick(tick.value, "") if 0 < abs(tick.value) * room < _LINE * 0.7 else tick
            for tick in self._decades(low, high, pixels, _LINE)
        ]
        return sorted(found, key=lambda tick: tick.value)

    @property
    def _apart(self) -> float:
        """Pixels from one name to the next along a level axis."""
        return max(_width(f"−{power(end)}") for end in (self.lowest, self.highest)) + _TEXT_GAP

    def _decades(self, low: float, high: float, pixels: float, least: float) -> list[Tick]:
        """Zero, and at both sides round decades that stand at least so many pixels from each other.

        Where the axis begins there is a line, if not a name.
        """
        room = pixels / max(high - low, 1e-9)
        stride = next((s for s in _STRIDES if s * room >= least), _STRIDES[-1])
        exponents = range(math.ceil(self.lowest / stride) * stride, BIGGEST_DECADE + 1, stride)
        found = [Tick(0.0, "0"), *(tick for exponent in exponents for tick in self._pair(exponent))]
        if self.lowest % stride:
            found += [Tick(GAP, ""), Tick(-GAP, "")]
        return [tick for tick in found if low <= tick.value <= high]

    def _pair(self, exponent: int) -> tuple[Tick, Tick]:
        place = self._place(exponent)
        return Tick(place, power(exponent)), Tick(-place, f"−{power(exponent)}")

    @staticmethod
    def _with_room(ticks: Sequence[Tick], low: float, high: float, pixels: float) -> list[Tick]:
        """The ticks in sight along a level axis, without the text of one that would touch another."""
        in_sight = [tick for tick in ticks if low <= tick.value <= high]
        named = sorted((tick for tick in in_sight if tick.text), key=lambda tick: abs(tick.value))
        places = [(tick.value - low) / max(high - low, 1e-9) * pixels for tick in named]
        # both sides are as wide as the one with a sign, so that they stay a mirror
        widths = [_width(tick.text) + (_SIGN if tick.value > 0 else 0) for tick in named]
        shown = apart(places, widths, pixels, _TEXT_GAP)
        kept = [tick if fits else Tick(tick.value, "") for tick, fits in zip(named, shown, strict=True)]
        return [*kept, *(tick for tick in in_sight if not tick.text)]

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


def _width(text: str) -> float:
    """The room of a tick's text of 11 pixels, in the widest of the usual fonts (DejaVu Sans)."""
    return _CHARACTER * len(text) + 4


def _short(value: float) -> str:
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa}e{int(exponent)}"
