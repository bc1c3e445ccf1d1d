"""What was measured on a schedule, read back: the newest before a step, or all of it as one array."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from gradviz.records.checksum import is_intact
from gradviz.records.exact import unpack
from gradviz.records.progress import Progress
from gradviz.records.run import RunState
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
        self._counts: dict[tuple[str, int], int] | None = None
        self._known: dict[tuple[str, int], _Known] = {}

    def newest(self, quantity: str, layer: int, step: int) -> tuple[int, Values] | None:
        """The newest that is intact at or before a step, or None."""
        for limit in (1, _PATIENCE):  # past damaged ones, should the newest be one
            rows = self._rows.rows(
                quantity,
                f"{_COLUMNS} WHERE run = ? AND quantity = ? AND layer = ? AND step <= ?"
                f" ORDER BY step DESC, id DESC LIMIT {limit}",
                self._rows.run,
                quantity,
                layer,
                step,
            )
            for row in rows:
                sample = self._checked(row, quantity, layer)
                if sample is not None:
                    return sample
            if not rows:
                break
        return None

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
        number, *key, crc, data = row
        if not is_intact(crc, data, "sample", self._rows.uuid, number, *key) or key[:2] != [quantity, layer]:
            self._rows.report(f"{quantity} (measurement {number}): damaged")
            return None
        return key[2], unpack(key[3], data)
