"""A line across depth where layers lie closer than pixels: medians of so many layers each, not all of them.

A thousand norms in three hundred pixels are a band whatever they are, and dashes in it cannot be followed.
The median and not the mean: one dead layer among fifty must not move the line (it has its mark at the edge).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gradviz.views.plots.magnitude import log10

_LEGIBLE = 2.0
"""Pixels between two layers from which on a line through all of them can be followed."""
_POINT, _SYMBOL = 8.0, 14.0
"""Pixels from one median to the next at least, and from one symbol to the next."""
_ROUND = (2, 5, 10, 20, 50, 100, 200, 500, 1000)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fold:
    """A point stands for `each` layers; `apart` so many points lie from one line's symbol to another's."""

    each: int = 1
    apart: int = 1


def fold_for(pixels: float) -> Fold:
    """How to fold layers that are so many pixels apart."""
    if pixels <= 0:
        return Fold()
    each = 1
    if pixels < _LEGIBLE:
        each = next((number for number in _ROUND if number * pixels >= _POINT), _ROUND[-1])
    return Fold(each=each, apart=max(1, math.ceil(_SYMBOL / (each * pixels))))


def folded(values: np.ndarray, each: int) -> tuple[np.ndarray, np.ndarray]:
    """(x, y): log10 of the values [layers] or of their medians, and the rows where they stand.

    What is not finite counts by its size, NaN as the largest: where most of the layers have no place on the
    axis, the line has a gap.
    """
    logs = log10(values).astype(float)
    rows = np.arange(len(logs), dtype=float)
    if each == 1:
        return logs, rows
    starts = range(0, len(logs), each)
    medians = np.array([_median(np.sort(logs[start : start + each])) for start in starts])
    return medians, np.array([rows[start : start + each].mean() for start in starts])


def _median(ordered: np.ndarray) -> float:
    low, high = float(ordered[(len(ordered) - 1) // 2]), float(ordered[len(ordered) // 2])
    return (low + high) / 2 if math.isfinite(low) and math.isfinite(high) else math.nan
