"""The shown run against another one, cell by cell of the map: ratios of gradient norms, and their colours.

A ratio and not a difference, because gradients differ by powers of ten. Layers are matched by their names and
columns by their steps; where the other run has neither, the cell is empty. Blue is less than the other run,
orange more, and pale the same; blue and orange are told apart with any of the usual colour blindnesses.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from gradviz.records.series import Series
from gradviz.views.plots.magnitude import NOTHING, Codes, Floats, encode

DIFFERENCES = ("#0B3C7D", "#2F74C0", "#8DB8E2", "#E2E4E8", "#F3B27A", "#D46A12", "#7F3000")
Ratios = npt.NDArray[np.floating]


def ratios(
    shown: Series, names: Sequence[str], other: Series, other_names: Sequence[str]
) -> tuple[Ratios, npt.NDArray[np.bool_]]:
    """Shown norm over the other's, [layers, n] over the columns of the shown run, and which cells there are.

    Zero over anything is zero; anything else over zero is infinite.
    """
    size = (len(names), len(shown.steps))
    if not len(other.steps):
        return np.full(size, np.nan, np.float32), np.zeros(size, np.bool_)
    place = {name: row for row, name in reversed(list(enumerate(other_names)))}
    rows = np.array([place.get(name, -1) for name in names], np.int64)
    columns = np.searchsorted(other.steps, shown.steps, side="right") - 1
    inside = (columns >= 0) & (shown.steps < other.steps[columns] + other.counts[columns])
    known = (rows >= 0)[:, None] & inside[None, :]
    below = other.mean
    if not np.array_equal(rows, np.arange(len(other_names))):
        below = below[np.maximum(rows, 0)]
    if not np.array_equal(columns, np.arange(len(other.steps))):
        below = below[:, columns]
    with np.errstate(all="ignore"):
        found: Ratios = np.divide(shown.mean, below)
    if not (found.min() > 0 and found.max() < np.inf):  # NaN is neither
        _mend(found, shown.mean, below)
    return found, known


def _mend(found: Ratios, above: Floats, below: Floats) -> None:
    """Zero over zero is zero, and what only single precision cannot hold is no zero and not infinite."""
    limits = np.finfo(np.float32)
    found[(above == 0) & (below == 0)] = 0
    found[(found == 0) & (above != 0) & np.isfinite(below)] = limits.tiny
    found[np.isinf(found) & np.isfinite(above) & (below != 0)] = limits.max


def encode_ratios(found: Ratios, known: npt.NDArray[np.bool_], high: float) -> Codes:
    """The codes of ratios between 10^−high and 10^high."""
    codes = encode(found, -high, high)
    if not known.all():
        codes[~known] = NOTHING
    return codes


def on_both_sides(low: float, high: float) -> tuple[float, float]:
    """The same whole powers of ten on both sides of no difference."""
    most = max(1, math.ceil(max(-low, high) - 1e-6))
    return -float(most), float(most)
