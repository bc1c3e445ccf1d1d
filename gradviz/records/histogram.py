"""Where the counts of a histogram lie: signed bins of log10 magnitude, with zero, ±Inf and NaN apart.

Gradients that vanish or explode move over dozens of decades, so linear bins show one spike. The layout is
fixed, so histograms of all layers and steps can be laid side by side. In order: −Inf; negative values from
big to small; exact zeros; positive values from small to big; +Inf; NaN. Each side has four bins a decade
over all of float32's normal range, 1e-38 to 1e38, because a vanishing gradient goes down to its end; smaller
magnitudes are counted in the smallest bin, bigger ones in the biggest.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

BINS_PER_DECADE = 4
SMALLEST_DECADE = -38
BIGGEST_DECADE = 38
SIDE = BINS_PER_DECADE * (BIGGEST_DECADE - SMALLEST_DECADE)
"""Bins for each sign."""
EDGES: npt.NDArray[np.float32] = np.power(
    10.0, np.arange(SIDE + 1) / BINS_PER_DECADE + SMALLEST_DECADE, dtype=np.float64
).astype(np.float32)
"""Magnitudes [SIDE + 1] between bins, ascending; a bin holds its lower edge and not its upper one.

They are float32 numbers, so comparing in float32 and in float64 gives the same bin.
"""
EDGES.setflags(write=False)

MINUS_INF = 0
NEGATIVE = slice(1, 1 + SIDE)
ZERO = 1 + SIDE
POSITIVE = slice(2 + SIDE, 2 + 2 * SIDE)
PLUS_INF = 2 + 2 * SIDE
NAN = 3 + 2 * SIDE
BINS = 4 + 2 * SIDE
"""Length of an array of counts."""
LOOKED_AT = "entries_looked_at"
"""Measured once, where a layer has a large tensor: how many entries of each layer its histograms are made of.

Their counts are scaled to all entries.
"""


def bin_of(values: npt.NDArray[np.floating]) -> npt.NDArray[np.int64]:
    """The bin of each value, in the shape of `values`."""
    magnitude = np.searchsorted(EDGES[1:-1], np.abs(values), side="right")
    bins: npt.NDArray[np.int64] = np.where(
        values > 0, POSITIVE.start + magnitude, NEGATIVE.stop - 1 - magnitude
    )
    bins[values == 0] = ZERO
    bins[np.isposinf(values)] = PLUS_INF
    bins[np.isneginf(values)] = MINUS_INF
    bins[np.isnan(values)] = NAN
    return bins


def count(values: npt.NDArray[np.floating]) -> npt.NDArray[np.int64]:
    """Counts [BINS] of an array of any shape: the plain form of what probes do on the device."""
    return np.bincount(bin_of(values.ravel()), minlength=BINS).astype(np.int64)


def centres() -> npt.NDArray[np.float64]:
    """The signed magnitude [BINS] in the middle (by logarithm) of each bin; NaN for the NaN bin."""
    edges = EDGES.astype(np.float64)
    middle = np.sqrt(edges[:-1] * edges[1:])
    return np.concatenate([[-np.inf], -middle[::-1], [0.0], middle, [np.inf], [np.nan]])
