"""Scheduled measurements thinned to a picture's width: of each column of steps the newest one.

A run of a million steps validates 45,000 times; reading all of it took 0.8 s, and no screen has so many
columns. Columns are powers of two of steps wide and stand at multiples of that, so while a run grows only the
newest one is read again. Every value is one that was measured, at its own step. SQLite goes from one column
to the next by the index: 700 of 43,000 are read in 9 ms.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from gradviz.records.exact import unpack
from gradviz.records.progress import Progress
from gradviz.records.tiles import RunRows

Values = npt.NDArray[np.float32] | npt.NDArray[np.int64]
Sound = Callable[[tuple[Any, ...], str, int], bool]
"""Whether a row (number, quantity, layer, step, dtype, crc, data) is what was written of these."""
MOST_KEPT = 12
"""Of so many quantities and layers the picks are kept."""
_ROW = "number, quantity, layer, step, dtype, crc, data"
PICKS = f"""
WITH RECURSIVE pick(at) AS (
  SELECT min(step) FROM sample WHERE run = ?1 AND quantity = ?2 AND layer = ?3 AND step > ?5 AND step <= ?7
  UNION ALL
  SELECT max(step) FROM sample WHERE run = ?1 AND quantity = ?2 AND layer = ?3 AND step <= ?5
  UNION ALL
  SELECT (SELECT max(step) FROM sample WHERE run = ?1 AND quantity = ?2 AND layer = ?3
    AND step < pick.at / ?6 * ?6) FROM pick WHERE pick.at BETWEEN ?4 AND ?5
)
SELECT id & ((1 << 40) - 1) AS number, {_ROW.partition(", ")[2]} FROM pick CROSS JOIN sample
  WHERE run = ?1 AND quantity = ?2 AND layer = ?3 AND step = pick.at ORDER BY step, id
"""


class Stretch(NamedTuple):
    """From step `first` to `last`, both included, in about `columns` columns at most."""

    first: int
    last: int
    columns: int


class _Known(NamedTuple):
    """What was picked up to the step `last`, and how far the run's measurements went then."""

    last: int
    number: int
    thinnings: int
    steps: npt.NDArray[np.int64]
    values: Values


def column_width(steps: int, columns: int) -> int:
    """The smallest power of two so that at most `columns` columns cover that many steps."""
    width = 1
    while steps > columns * width:
        width *= 2
    return width


class SamplePicks:
    """Picks of one run's measurements; `is_sound` says so of a row, or reports it."""

    def __init__(self, rows: RunRows, is_sound: Sound) -> None:
        self._rows = rows
        self._is_sound = is_sound
        self._known: OrderedDict[tuple[object, ...], _Known] = OrderedDict()

    def between(
        self, quantity: str, layer: int, stretch: Stretch, progress: Progress
    ) -> tuple[npt.NDArray[np.int64], Values]:
        """Steps [n] and values [n, k]: of each column the newest, one before `first` and one after `last`.

        So a line comes into the picture and goes out of it. The same arrays while there is nothing new.
        """
        first, last, columns = stretch
        width = column_width(max(last - first + 1, 1), max(columns, 1))
        key = (quantity, layer, width, first)
        known = self._known.pop(key, None)
        if known is not None and (known.last > last or known.thinnings != progress.thinnings):
            known = None
        if known is None or (known.last, known.number) != (last, progress.samples):
            known = self._read(quantity, layer, _Asked(width, first, last), known, progress)
        self._known[key] = known
        while len(self._known) > MOST_KEPT:
            self._known.popitem(last=False)
        return known.steps, known.values

    def _read(
        self, quantity: str, layer: int, asked: _Asked, known: _Known | None, progress: Progress
    ) -> _Known:
        width, first, last = asked
        begin, kept = first, 0
        if known is not None and len(known.steps) > 1:
            begin = max(first, int(known.steps[-1]) // width * width)
            kept = int(np.searchsorted(known.steps, begin))
        where = (self._rows.run, quantity, layer, begin, last, width, progress.recorded - 1)
        rows = self._rows.rows(quantity, PICKS, *where)
        found = {
            row[3]: row
            for row in rows
            if (row[3] >= begin or not kept) and self._is_sound(row, quantity, layer)
        }
        steps = np.array(list(found), np.int64)
        values: Any = np.empty((0, 0), np.float32)
        if found:
            values = _unpacked(list(found.values()))
        if known is not None and kept:
            if np.array_equal(steps, known.steps[kept:]) and np.array_equal(values, known.values[kept:]):
                return known._replace(last=last, number=progress.samples)
            steps = np.concatenate([known.steps[:kept], steps])
            values = np.concatenate([known.values[:kept], values]) if found else known.values[:kept]
        return _Known(last, progress.samples, progress.thinnings, steps, values)


class _Asked(NamedTuple):
    width: int
    first: int
    last: int


def _unpacked(rows: list[tuple[Any, ...]]) -> Any:
    """Values [n, k] of rows; those of one type at once, which takes a third of one after the other."""
    if len({(row[4], len(row[6])) for row in rows}) == 1:
        return unpack(rows[0][4], b"".join(row[6] for row in rows)).reshape(len(rows), -1)
    return np.stack([unpack(row[4], row[6]) for row in rows])
