"""A stretch of a run as a picture needs it, and which level of it fits the picture's width."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gradviz.records.levels import Floats
from gradviz.records.schema import FACTOR


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """Columns in time order: column i stands for the `counts[i]` steps from `steps[i]` on.

    `mean`, `low` and `high` are [width, n] float32 (one array where a column is one step); steps and
    counts are int64 [n]. `level` is the level that was asked for: 8**level steps a column; where the run
    was thinned columns are coarser, and what is damaged is left out. The arrays must not be written to.
    """

    steps: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]
    mean: Floats
    low: Floats
    high: Floats
    level: int

    @property
    def all_finite(self) -> bool:
        """Whether there is neither NaN nor Inf in it."""
        return bool(np.isfinite(self.mean).all() and np.isfinite(self.high).all())


class Piece(NamedTuple):
    """Columns of a reader: [width, n] arrays, and the first step and the number of steps of each."""

    steps: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]
    mean: Floats
    low: Floats
    high: Floats


def join(pieces: list[Piece], width: int, level: int) -> Series:
    """The pieces side by side."""
    if not pieces:
        nothing, empty = np.empty(0, np.int64), np.empty((width, 0), np.float32)
        return Series(steps=nothing, counts=nothing, mean=empty, low=empty, high=empty, level=level)
    if len(pieces) == 1:
        steps, counts, mean, low, high = pieces[0]
        return Series(steps=steps, counts=counts, mean=mean, low=low, high=high, level=level)
    flat = all(piece.mean is piece.low for piece in pieces)
    mean = np.concatenate([piece.mean for piece in pieces], axis=1)
    return Series(
        steps=np.concatenate([piece.steps for piece in pieces]),
        counts=np.concatenate([piece.counts for piece in pieces]),
        mean=mean,
        low=mean if flat else np.concatenate([piece.low for piece in pieces], axis=1),
        high=mean if flat else np.concatenate([piece.high for piece in pieces], axis=1),
        level=level,
    )


def nearest_level(steps: int, columns: int) -> int:
    """The level at which `steps` steps make the number of columns nearest, by ratio, to `columns`."""
    ratio = steps / max(columns, 1)
    return max(0, round(math.log(ratio, FACTOR))) if ratio > 1 else 0
