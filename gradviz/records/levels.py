"""Thinning by eight: the mean, the smallest and the largest of each eight columns.

A million steps of 200 layers do not fit on a screen; levels of columns that stand for 8, 64, 512 … steps
keep every picture as cheap as its pixels. What is not a number stays visible: one NaN makes the mean and
the largest NaN, an Inf shows in the largest (or smallest); the smallest is that of the numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gradviz.records.schema import FACTOR, TILE

Floats = npt.NDArray[np.float32]


class Columns(NamedTuple):
    """Columns in time order: mean, smallest and largest, each `[n][width]` float32."""

    mean: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class FullTile:
    """A tile of one level that has got all of its columns."""

    level: int
    idx: int
    columns: Columns


def thin(columns: Columns) -> Columns:
    """One column of each eight; `n` must be a multiple of eight. Means are taken in float64."""
    count, width = columns.mean.shape
    shape = (count // FACTOR, FACTOR, width)
    mean = thin_means(columns.mean)
    with np.errstate(invalid="ignore"):
        low = np.fmin.reduce(columns.low.reshape(shape), axis=1)
        high = np.max(columns.high.reshape(shape), axis=1)
    return Columns(mean, low, high)


def thin_means(means: Floats) -> Floats:
    """The means `[n][width]` alone."""
    count, width = means.shape
    with np.errstate(invalid="ignore"):  # Inf - Inf is NaN, and says so
        found: Floats = means.reshape(count // FACTOR, FACTOR, width).mean(axis=1, dtype=np.float64)
    return found.astype(np.float32)


class Pyramid:
    """The levels above the steps as they grow: takes blocks of `TILE` steps, gives full tiles."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._open: list[Columns] = []
        self._filled: list[int] = []

    @classmethod
    def rebuilt(cls, width: int, blocks: int, tile: Callable[[int, int], Columns | None]) -> Pyramid:
        """The levels as they were after so many blocks, from what was kept of them.

        `tile(level, idx)` gives a full tile `[TILE][width]`, or None where there is none (any more).
        KeyError names the step from which on something is missing.
        """
        pyramid = cls(width)
        filled, level, share = blocks * TILE // FACTOR, 1, TILE // FACTOR
        while filled:
            idx, count = divmod(filled, TILE)
            whole = Columns(*(np.empty((TILE, width), np.float32) for _ in range(3)))
            later = None
            for begin in range(0, count, share):
                below = idx * FACTOR + begin // share
                lower = tile(level - 1, below)
                if lower is not None:
                    columns = thin(lower)
                else:  # given up since, but then the tile above it is full by now
                    later = later or tile(level, idx)
                    if later is None:
                        raise KeyError(below * TILE * FACTOR ** (level - 1))
                    columns = Columns(*(part[begin : begin + share] for part in later))
                for place, part in zip(whole, columns, strict=True):
                    place[begin : begin + share] = part
            pyramid._open.append(whole)
            pyramid._filled.append(filled)
            filled, level = filled // TILE * share, level + 1
        return pyramid

    def add(self, block: Floats) -> Iterator[FullTile]:
        """Take the next `[TILE][width]` steps; tiles come out lowest level first and are views until then."""
        columns, level = Columns(block, block, block), 1
        while True:
            columns = thin(columns)
            if level > len(self._open):
                empty = (np.empty((TILE, self._width), np.float32) for _ in range(3))
                self._open.append(Columns(*empty))
                self._filled.append(0)
            begin, place = self._filled[level - 1], self._open[level - 1]
            end = begin % TILE + len(columns.mean)
            for whole, part in zip(place, columns, strict=True):
                whole[begin % TILE : end] = part
            self._filled[level - 1] += len(columns.mean)
            if end < TILE:
                return
            yield FullTile(level=level, idx=begin // TILE, columns=place)
            columns, level = place, level + 1
