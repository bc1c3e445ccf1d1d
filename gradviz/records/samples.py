"""What was measured on a schedule, read back: the newest before a step, or all of it as one array."""

from __future__ import annotations

from typing import Any

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


class Samples:
    """The scheduled measurements of one run; what was asked for whole is kept and only added to."""

    def __init__(self, rows: RunRows) -> None:
        self._rows = rows
        self._counts: dict[tuple[str, int], int] | None = None
        self._known: dict[tuple[str, int], tuple[int, int, list[tuple[int, Values]]]] = {}

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
        """Steps [n] and values [n, k] of everything that is kept."""
        known, thinnings, found = self._known.get((quantity, layer), (0, progress.thinnings, []))
        if thinnings != progress.thinnings:
            known, found = 0, []
        if known < progress.samples:
            first, last = row_span(self._rows.run, known)
            rows = self._rows.rows(
                quantity,
                f"{_COLUMNS} WHERE run = ? AND quantity = ? AND layer = ? AND step >= ?"
                " AND +id BETWEEN ? AND ? ORDER BY step, id",
                self._rows.run,
                quantity,
                layer,
                found[-1][0] if found else -1,
                first,
                min(last, first - 1 - known + progress.samples),
            )
            if not known and progress.state == RunState.FINISHED:
                self._count(quantity, layer, len(rows))
            new = (self._checked(row, quantity, layer) for row in rows)
            found = found + [sample for sample in new if sample is not None]
            self._known[quantity, layer] = (progress.samples, progress.thinnings, found)
        if not found:
            return np.empty(0, np.int64), np.empty((0, 0), np.float32)
        values: Values = np.stack([values for _, values in found])  # type: ignore[assignment]
        return np.array([step for step, _ in found], np.int64), values

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
