"""Every level of a run as columns, whether its tiles are full or still growing.

Full tiles are read. The newest tile of a level is not on disk yet: it is thinned from the level below, and
that again, down to the tail, each once and then only for what is new; so a live picture costs what is new
in it and no more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter

import numpy as np
import numpy.typing as npt

from gradviz.records.kept import Kept
from gradviz.records.levels import Columns, Floats, thin, thin_means
from gradviz.records.schema import FACTOR, TILE
from gradviz.records.series import Piece
from gradviz.records.tiles import Place, RunRows, Tail


@dataclass(slots=True)
class _Growing:
    """The newest tile of a level: columns [filled, width] of [TILE, width]; which of them are there."""

    idx: int
    filled: int
    columns: Columns
    present: npt.NDArray[np.bool_]

    @property
    def is_whole(self) -> bool:
        """Whether all columns so far are there."""
        return bool(self.present[: self.filled].all())


class Ladder:
    """One quantity of one run at all levels."""

    def __init__(
        self,
        rows: RunRows,
        tail: Tail,
        quantity: str,
        place: slice,
        kept_now: Callable[[], tuple[int, ...]],
        *,
        means_only: bool = False,
    ) -> None:
        """`kept_now` asks the file for the first tile of each level that is kept, which may have moved on.

        With `means_only` the smallest and the largest are the means: a third of the reading.
        """
        self._rows = rows
        self._tail = tail
        self._quantity = quantity
        self._place = place
        self._width = place.stop - place.start
        self._kept_now = kept_now
        self._means_only = means_only
        self._growing: dict[int, _Growing] = {}
        self.recorded = 0
        self.kept = Kept()

    def see(self, recorded: int, kept: Kept) -> None:
        """Know how far the run is. Columns that were dropped before they were thinned here are made anew."""
        if kept != self.kept:
            whole = {level for level, growing in self._growing.items() if growing.is_whole}
            self._growing = {level: self._growing[level] for level in whole}
        self.recorded, self.kept = recorded, kept

    def pieces(self, level: int, first: int, last: int) -> list[Piece]:
        """Columns that cover the steps `first` to `last`; coarser ones where `level` was not kept."""
        found: list[Piece] = []
        span = FACTOR**level
        begin, end = first // span, last // span + 1
        while begin < end:
            idx = begin // TILE
            until = min(end, (idx + 1) * TILE)
            if (idx + 1) * TILE * span <= self.recorded:
                tile = self._full(level, idx)
                if tile is not None:
                    place = slice(begin - idx * TILE, until - idx * TILE)
                    found.append(_piece(level, begin, each(tile, itemgetter((slice(None), place)))))
                elif self.recorded >= span * FACTOR:
                    found += self._coarser(level, idx, max(first, begin * span), min(last, until * span - 1))
            else:
                found += self._newest(level, begin, until)
            begin = until
        return found

    def has_full_resolution(self, step: int) -> bool:
        """Whether the very step can be shown."""
        idx = step // TILE
        if (idx + 1) * TILE <= self.recorded:
            return self._full(0, idx) is not None
        return step < self.recorded and bool(self._tail.present[step - self._tail.base])

    def _full(self, level: int, idx: int) -> Columns | None:
        """A full tile as [width, TILE] arrays."""

        def read(statistic: str) -> Floats | None:
            return self._rows.tile(Place(self._quantity, statistic, level, idx), self._width, self._kept_now)

        if (level, idx) not in self.kept:
            return None
        if level == 0:
            values = read("value")
            return None if values is None else Columns(values, values, values)
        mean = read("mean")
        if self._means_only:
            return None if mean is None else Columns(mean, mean, mean)
        low, high = read("min"), read("max")
        return None if mean is None or low is None or high is None else Columns(mean, low, high)

    def _coarser(self, level: int, idx: int, first: int, last: int) -> list[Piece]:
        """What a level above still has of steps whose tile is not there, but no step twice.

        Columns four levels up are longer than a tile: cut to it they keep the numbers of the whole.
        """
        span = TILE * FACTOR**level
        return [_within(piece, idx * span, (idx + 1) * span) for piece in self.pieces(level + 1, first, last)]

    def _newest(self, level: int, begin: int, end: int) -> list[Piece]:
        """Columns of the tile that is still growing, and the column that is not complete yet."""
        span = FACTOR**level
        growing = self._grow(level)
        base = growing.idx * TILE
        complete = min(end, base + growing.filled)
        found = []
        if begin < complete:
            place = slice(begin - base, complete - base)
            whole = each(growing.columns, lambda part: part[place].T)
            there = growing.present[place]
            if there.all():
                found.append(_piece(level, begin, whole))
            elif there.any():
                steps = (begin + np.flatnonzero(there)) * span
                counts = np.full(len(steps), span)
                found.append(Piece(steps, counts, *each(whole, lambda part: part[:, there])))
        rest = self.recorded % span
        if end > self.recorded // span and rest:
            columns, counted = self._rest(level)
            if counted:
                first = np.array([self.recorded - rest])
                found.append(Piece(first, np.array([rest]), *each(columns, lambda part: part[:, None])))
        return found

    def _grow(self, level: int) -> _Growing:
        """The newest tile of a level with all columns that are complete by now."""
        span = FACTOR**level
        idx = self.recorded // (TILE * span)
        if level == 0:
            values = self._tail.block[:, self._place]
            columns = Columns(values, values, values)
            return _Growing(idx, self.recorded - idx * TILE, columns, self._tail.present)
        growing = self._growing.get(level)
        if growing is None or growing.idx != idx:
            growing = _Growing(idx, 0, self._empty(TILE), np.zeros(TILE, np.bool_))
            self._growing[level] = growing
        goal = self.recorded // span - idx * TILE
        if growing.filled < goal:
            begin = idx * TILE + growing.filled
            lower, there = self._lower(level - 1, begin * FACTOR, (idx * TILE + goal) * FACTOR)
            new = slice(growing.filled, goal)
            if self._means_only:
                growing.columns.mean[new] = thin_means(lower.mean)
            else:
                for whole, part in zip(growing.columns, thin(lower), strict=True):
                    whole[new] = part
            growing.present[new] = there.reshape(-1, FACTOR).all(axis=1)
            growing.filled = goal
        return growing

    def _lower(self, level: int, begin: int, end: int) -> tuple[Columns, npt.NDArray[np.bool_]]:
        """Complete columns [end - begin, width] of a level and which of them are there."""
        result = self._empty(end - begin)
        there = np.zeros(end - begin, np.bool_)
        for idx in range(begin // TILE, (end - 1) // TILE + 1):
            low, high = max(begin, idx * TILE), min(end, (idx + 1) * TILE)
            target, source = slice(low - begin, high - begin), slice(low - idx * TILE, high - idx * TILE)
            if (idx + 1) * TILE * FACTOR**level <= self.recorded:
                tile = self._full(level, idx)
                columns = None if tile is None else [part.T[source] for part in tile]
                there[target] = tile is not None
            else:
                growing = self._grow(level)
                columns = [part[source] for part in growing.columns]
                there[target] = growing.present[source]
            if columns is None:
                for whole in result:
                    whole[target] = 0
            else:
                count = 1 if self._means_only else len(columns)
                for whole, part in zip(result[:count], columns[:count], strict=True):
                    whole[target] = part
        return result, there

    def _empty(self, count: int) -> Columns:
        """Columns [count, width] to be filled."""
        if self._means_only:
            mean = np.empty((count, self._width), np.float32)
            return Columns(mean, mean, mean)
        return Columns(*(np.empty((count, self._width), np.float32) for _ in range(3)))

    def _rest(self, level: int) -> tuple[Columns, int]:
        """The column that is not complete yet, from what there is of it; and of how many steps that is."""
        means, lows, highs, weights = [], [], [], []
        below = level - 1
        span = FACTOR**below
        begin, end = self.recorded // FACTOR**level * FACTOR, self.recorded // span
        if begin < end:
            columns, there = self._lower(below, begin, end)
            means += list(columns.mean[there])
            lows += list(columns.low[there])
            highs += list(columns.high[there])
            weights += [span] * int(there.sum())
        if self.recorded % span:
            columns, counted = self._rest(below)
            if counted:
                means.append(columns.mean)
                lows.append(columns.low)
                highs.append(columns.high)
                weights.append(counted)
        if not weights:
            return Columns(*(np.empty(self._width, np.float32) for _ in range(3))), 0
        with np.errstate(invalid="ignore"):
            mean = np.average(np.array(means, np.float64), axis=0, weights=weights).astype(np.float32)
            low, high = np.fmin.reduce(np.array(lows)), np.max(np.array(highs), axis=0)
        if self._means_only:
            low = high = mean
        return Columns(mean, low, high), sum(weights)


def each(columns: Columns, change: Callable[[Floats], Floats]) -> Columns:
    """The same done to all three; what was one array stays one, which saves two thirds of the joining."""
    mean = change(columns.mean)
    if columns.low is columns.mean and columns.high is columns.mean:
        return Columns(mean, mean, mean)
    return Columns(mean, change(columns.low), change(columns.high))


def _within(piece: Piece, begin: int, end: int) -> Piece:
    """The same columns of the steps from `begin` to before `end` only."""
    steps = np.maximum(piece.steps, begin)
    return piece._replace(steps=steps, counts=np.minimum(piece.steps + piece.counts, end) - steps)


def _piece(level: int, begin: int, columns: Columns) -> Piece:
    span = FACTOR**level
    steps = np.arange(begin, begin + columns.mean.shape[1], dtype=np.int64) * span
    return Piece(steps, np.full(len(steps), span, np.int64), *columns)
