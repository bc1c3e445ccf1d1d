"""The writer of a run store: takes each step's numbers, commits them in batches, never stops training.

Steps are gathered in a preallocated block; each commit adds the newest of them to the tail, and every 1,024
steps the block replaces the tail as tiles. When a commit fails (a full disk), the batch is kept, bounded as
`pending.py` says, and tried again; events and the log tell when, and `finish` tells what is missing.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gradviz.records.checkpoint import Checkpoint, CheckpointKind
from gradviz.records.continuing import Continuation
from gradviz.records.exact import pack, to_float32
from gradviz.records.levels import Columns, Floats, Pyramid
from gradviz.records.pending import HELD_BYTES, EventRow, LogRow, Pending, SampleRow, TileRow
from gradviz.records.run import RunInfo, RunStatus
from gradviz.records.schema import TILE, TWINS
from gradviz.records.store_file import StoreFile

BUDGET = 1_000_000_000
COMMIT_SECONDS = 0.025
"""How often a run commits that a window draws: 50 ms would cap the picture at 19 frames a second."""
RETRY_SECONDS = 0.25
_LAST_TRIES = 5


class RunWriter:
    """Writes one run; used by one thread at a time.

    Nothing raises after `create` but misuse: a full disk is endured, and said.
    """

    def __init__(self, store: StoreFile, info: RunInfo) -> None:
        self.info = info
        self.slices: dict[str, slice] = {}
        self.width = 0
        for series in info.series:
            self.slices[series.quantity] = slice(self.width, self.width + series.width)
            self.width += series.width
        self._store = store
        self._status = RunStatus()
        self._written_status = self._status
        self._shape = (self.width,)
        self._block = np.empty((TILE, self.width), np.float32)
        self._pyramid = Pyramid(self.width)
        self._pending = Pending()
        self._steps = 0
        self._in_tail = 0
        self._sampled: dict[tuple[str, int], tuple[int, int]] = {}
        self._last = time.monotonic()
        self._held_since = 0
        self._reason = ""

    @classmethod
    def create(cls, path: str | Path, info: RunInfo, *, budget: int = BUDGET) -> RunWriter:
        """Make a store at `path` that keeps to about `budget` bytes; RecordsError if it cannot be made."""
        return cls(StoreFile(Path(path), info, budget), info)

    @classmethod
    def go_on(cls, path: str | Path, beginning: Continuation, *, budget: int = BUDGET) -> RunWriter:
        """Make a store at `path` that begins with what another run had recorded at its last checkpoint.

        What is written to it from there on has the numbers and bytes that the other would have given it.
        RecordsError if it cannot be made or the other store is damaged; nothing is left behind then.
        """
        part = beginning.write(Path(path))
        try:
            store = StoreFile(Path(path), beginning.info, budget, prepared=part)
        finally:
            part.unlink(missing_ok=True)
        writer = cls(store, beginning.info)
        writer._status = writer._written_status = store.progress.status
        writer._steps = writer._in_tail = beginning.checkpoint.step
        writer._pyramid, rows = beginning.pyramid, beginning.rows
        writer._block[: len(rows)] = rows
        writer._sampled = dict(beginning.sampled)
        return writer

    @property
    def path(self) -> Path:
        """Where the store lies."""
        return self._store.path

    @property
    def steps(self) -> int:
        """The steps that were taken so far."""
        return self._steps

    @property
    def held(self) -> str:
        """Why what was measured cannot be written at the moment; empty when it can."""
        return self._reason

    def append(self, step: int, row: npt.NDArray[np.floating]) -> None:
        """Take the row [width] of the next step; steps are recorded one by one from 0.

        A float64 row is brought to float32 as `exact.py` says: finite stays finite, not zero not zero.
        """
        if row.shape != self._shape:
            raise ValueError(f"a row of shape {row.shape} where {self._shape} is recorded")
        self.extend(step, row[np.newaxis])

    def extend(self, step: int, rows: npt.NDArray[np.floating]) -> None:
        """Take the rows [n][width] of the next steps, the first of which is `step`, as `append` does one."""
        if step != self._steps:
            raise ValueError(f"step {step} cannot follow {self._steps - 1}: steps are recorded one by one")
        if rows.shape[1:] != self._shape:
            raise ValueError(f"rows of shape {rows.shape[1:]} where {self._shape} is recorded")
        rows = rows if rows.dtype == np.float32 else to_float32(rows)
        while len(rows):
            at = self._steps % TILE
            if at == 0 and self._pending.tiles and not self.commit():
                self._pending.relieve(HELD_BYTES)
            fitting = rows[: TILE - at]
            self._block[at : at + len(fitting)] = fitting
            self._steps += len(fitting)
            rows = rows[len(fitting) :]
            if self._steps % TILE == 0:
                self._close_block()

    def sample(self, quantity: str, step: int, values: npt.ArrayLike, layer: int = -1) -> None:
        """Take a scheduled measurement: a number or a 1-D array.

        Of each quantity and layer they have one length and come in order of steps.
        Integers are kept as int64, everything else as float32. `layer` is the index among the measured
        layers (of “activation_histogram”: among all layers), or -1 for an array over the layers or a single
        number.
        """
        array = np.atleast_1d(np.asarray(values))
        if array.ndim != 1:
            raise ValueError(f"“{quantity}”: an array of shape {array.shape} where one dimension is recorded")
        size, newest = self._sampled.get((quantity, layer), (array.size, step))
        if size != array.size or step < newest:
            raise ValueError(
                f"“{quantity}”: {array.size} values at step {step} after {size} at step {newest}"
            )
        self._sampled[quantity, layer] = (size, step)
        kept = to_float32(array) if array.dtype.kind == "f" else array.astype(np.int64)
        dtype, data = pack(kept)
        self._pending.samples.append(
            SampleRow(quantity=quantity, layer=layer, step=step, dtype=dtype, data=data)
        )

    def event(self, step: int, kind: str, layer: str | None = None, **detail: Any) -> None:
        """Take something that happened at a step; `detail` must be JSON."""
        self._pending.events.append(EventRow(step=step, kind=kind, layer=layer, detail=json.dumps(detail)))

    def log(self, level: str, text: str) -> None:
        """Take a line for people; `level` is "debug", "info", "warning" or "error"."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._pending.logs.append(LogRow(at=at, level=level, text=text))

    def set_status(self, status: RunStatus) -> None:
        """Say how the run stands, and commit at once."""
        self._status = status
        self.commit()

    def commit(self) -> bool:
        """Write what is pending; False where it could not be written and is kept for another try."""
        now = time.monotonic()
        if self._reason and now - self._last < RETRY_SECONDS:
            return False
        self._last = now
        return self._try_commit()

    def checkpoint(self, checkpoints: Sequence[Checkpoint]) -> str:
        """Write what is pending and these checkpoints with it, in one transaction.

        The last one must be of the newest step. Where it cannot be done, why (else nothing): the older ones
        stay then, and what is pending is tried again as ever.
        """
        for checkpoint in checkpoints:
            last = checkpoint.kind is CheckpointKind.LAST
            if checkpoint.step > self._steps or (last and checkpoint.step != self._steps):
                raise ValueError(f"a checkpoint of step {checkpoint.step} where {self._steps} are recorded")
        if self._reason and not self.commit():
            return self._reason
        rows = self._block[: self._steps % TILE].astype("<f4", copy=False).tobytes()
        kept = [(each, rows if each.kind is CheckpointKind.LAST else b"") for each in checkpoints]
        try:
            self._write(kept)
        except sqlite3.DatabaseError as error:
            return str(error)
        return ""

    def finish(self, status: RunStatus) -> str:
        """Write everything with the final status; returns a sentence on what is missing, empty if nothing is.

        Where the disk stays full it tries for about a second.
        """
        self._status = status
        for attempt in range(_LAST_TRIES):
            if attempt:
                time.sleep(RETRY_SECONDS)
            if self._try_commit():
                return ""
        missing = self._steps - self._store.progress.recorded
        return (
            f"The last {missing} steps and the end of the run could not be written to “{self.path}”"
            f" ({self._reason}). Free some space before the next run."
        )

    def close(self) -> None:
        """Write what is pending and close the store. Can be called twice."""
        self._try_commit()
        self._store.close()

    def discard(self) -> None:
        """Close the store and remove it: for a run that never began."""
        self._store.close()
        self._store.remove()

    def _close_block(self) -> None:
        idx = self._steps // TILE - 1
        self._queue(0, idx, {"value": self._block})
        for full in self._pyramid.add(self._block):
            self._queue(full.level, full.idx, _named(full.columns))
        self._in_tail = self._steps

    def _queue(self, level: int, idx: int, statistics: dict[str, Floats]) -> None:
        for statistic, columns in statistics.items():
            tiles = np.ascontiguousarray(columns.T, dtype="<f4")
            for quantity, rows in self.slices.items():
                twin = self.slices.get(TWINS.get(quantity, ""))
                data = tiles[rows].tobytes()
                if twin is not None and data == tiles[twin].tobytes():
                    data = b""
                self._pending.tiles.append(
                    TileRow(quantity=quantity, statistic=statistic, level=level, idx=idx, data=data)
                )

    def _tail(self) -> tuple[int, int, bytes] | None:
        if self._in_tail == self._steps:
            return None
        begin = self._in_tail % TILE
        rows = self._block[begin : begin + self._steps - self._in_tail]
        return self._in_tail, len(rows), rows.astype("<f4", copy=False).tobytes()

    def _try_commit(self) -> bool:
        if self._in_tail == self._steps and not self._pending and self._status == self._written_status:
            return True
        try:
            written = self._write()
        except sqlite3.DatabaseError as error:
            self._hold(str(error))
            return False
        if self._reason:
            self._resume(written)
        return True

    def _write(self, checkpoints: Sequence[tuple[Checkpoint, bytes]] = ()) -> Pending:
        self._store.write(self._pending, self._tail(), self._status, self._steps, checkpoints)
        self._last = time.monotonic()
        self._in_tail = self._steps
        self._written_status = self._status
        written, self._pending = self._pending, Pending()
        return written

    def _hold(self, reason: str) -> None:
        if not self._reason:
            self._held_since = self._store.progress.recorded
            self.event(self._steps - 1, "recording_held", reason=reason)
            self.log(
                "error", f"What is measured cannot be written ({reason}); it is kept in memory meanwhile."
            )
        self._reason = reason
        self._pending.relieve(HELD_BYTES)

    def _resume(self, written: Pending) -> None:
        held = self._steps - self._held_since
        thinned, lost = written.thinned_steps, written.lost_samples
        self._reason = ""
        self.event(
            self._steps - 1, "recording_resumed", held_steps=held, thinned_steps=thinned, lost_samples=lost
        )
        text = f"Writing works again; {held} steps that were kept in memory are saved."
        if thinned or lost:
            text += f" {thinned} of them are kept thinned, {lost} scheduled measurements were given up."
        self.log("info", text)


def _named(columns: Columns) -> dict[str, Floats]:
    return {"mean": columns.mean, "min": columns.low, "max": columns.high}
