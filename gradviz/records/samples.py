"""What was measured on a schedule, read back: the newest before a step, a picture's worth, or all."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from gradviz.records.checksum import is_intact
from gradviz.records.exact import unpack
from gradviz.records.progress import Progress
from gradviz.records.run import RunState
from gradviz.records.sample_picks import SamplePicks
from gradviz.records.schema import row_span
from gradviz.records.tiles import RunRows

Values = npt.NDArray[np.float32] | npt.NDArray[np.int64]
_COLUMNS = "SELECT id & ((1 << 40) - 1), quantity, layer, step, dtype, crc, data FROM sample"
_PATIENCE = 8


class _Known(NamedTuple):
    """What was read of one quantity and layer, up to the row with this number."""

    number: int
    thinnings: int
    steps: npt.NDArray[np.int64]
    values: Values


class Samples:
    """The scheduled measurements of one run; what was asked for whole is kept and only added to."""

    def __init__(self, rows: RunRows) -> None:
        self._rows = rows
        self.picks = SamplePicks(rows, self._is_sound)
        self._counts: dict[tuple[str, int], int] | None = None
        self._known: dict[tuple[str, int], _Known] = {}

    def newest(self, quantity: str, layer: int, step: int) -> tuple[int, Values] | None:
        """The newest that is intact at or before a step, or None."""
        for limit in (1, _PATIENCE):  # past damaged ones, should the newest be one
            rows = self._before(quantity, layer, step, limit)
            for row in rows:
                sample = self._checked(row, quantity, layer)
                if sample is not None:
                    return sample
            if not rows:
                break
        return None

    def recent(self, quantity: str, layer: int, step: int, count: int) -> Values:
        """The newest `count` at or before a step, as values [n, k] in order of steps."""
        rows = self._before(quantity, layer, step, count)
        checked = [self._checked(row, quantity, layer) for row in reversed(rows)]
        found: Any = [sample[1] for sample in checked if sample is not None]
        values: Values = np.stack(found) if found else np.empty((0, 0), np.float32)
        return values

    def all(self, quantity: str, layer: int, progress: Progress) -> tuple[npt.NDArray[np.int64], Values]:
        """Steps [n] and values [n, k] of all that is kept; the same arrays while there is nothing new."""
        known = self._known.get((quantity, layer))
        if known is None or known.thinnings != progress.thinnings:
            known = _Known(0, progress.thinnings, np.empty(0, np.int64), np.empty((0, 0), np.float32))
        if known.number < progress.samples:
            found = self._after(quantity, layer, known, progress)
            steps, values = known.steps, known.values
            if found:
                new: Any = np.stack([values for _, values in found])
                steps = np.concatenate([steps, np.array([step for step, _ in found], np.int64)])
                values = np.concatenate([values, new]) if len(values) else new
            known = _Known(progress.samples, progress.thinnings, steps, values)
            self._known[quantity, layer] = known
        return known.steps, known.values

    def _before(self, quantity: str, layer: int, step: int, limit: int) -> list[tuple[Any, ...]]:
        """Rows, newest first."""
        return self._rows.rows(
            quantity,
            f"{_COLUMNS} WHERE run = ? AND quantity = ? AND layer = ? AND step <= ?"
            f" ORDER BY step DESC, id DESC LIMIT {limit}",
            self._rows.run,
            quantity,
            layer,
            step,
        )

    def _after(
        self, quantity: str, layer: int, known: _Known, progress: Progress
    ) -> list[tuple[int, Values]]:
        first, _ = row_span(self._rows.run, known.number)
        rows = self._rows.rows(
            quantity,
            f"{_COLUMNS} WHERE run = ? AND quantity = ? AND layer = ? AND step >= ?"
            " AND +id BETWEEN ? AND ? ORDER BY step, id",
            self._rows.run,
            quantity,
            layer,
            int(known.steps[-1]) if len(known.steps) else -1,
            first,
            first - 1 - known.number + progress.samples,
        )
        if not known.number and progress.state == RunState.FINISHED:
            self._count(quantity, layer, len(rows))
        checked = (self._checked(row, quantity, layer) for row in rows)
        return [sample for sample in checked if sample is not None]

    def _count(self, quantity: str, layer: int, found: int) -> None:
        """Compare what a search found with a walk over the whole index, which damage leads astray less."""
        if self._counts is None:
            walk = self._rows.rows(
                "the measurements",
                "SELECT quantity, layer, count(*) FROM sample INDEXED BY sample_place WHERE +run = ?"
                " GROUP BY quantity, layer",
                self._rows.run,
            )
            self._counts = {(name, at): count for name, at, count in walk}
        there = self._counts.get((quantity, layer), 0)
        if there != found:
            self._rows.report(f"{found} of {there} measurements of {quantity} are found")

    def _checked(self, row: tuple[Any, ...], quantity: str, layer: int) -> tuple[int, Values] | None:
        if not self._is_sound(row, quantity, layer):
            return None
        return row[3], unpack(row[4], row[6])

    def _is_sound(self, row: tuple[Any, ...], quantity: str, layer: int) -> bool:
        number, *key, crc, data = row
        if is_intact(crc, data, "sample", self._rows.uuid, number, *key) and key[:2] == [quantity, layer]:
            return True
        self._rows.report(f"{quantity} (measurement {number}): damaged")
        return False
