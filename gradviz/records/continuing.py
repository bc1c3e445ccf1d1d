"""The beginning of a run that goes on where another one had its last checkpoint.

Rows are immutable and numbered, so what the other run recorded after its checkpoint cannot be taken back in
its own store: the run gets another id and a store of its own, which begins with the rows up to the checkpoint
under the same numbers. The file is made whole beside its place and then put there, so a kill at any moment
leaves the old store, or both.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from gradviz.records.checkpoint import Checkpoint, CheckpointKind, Moment, put_checkpoint, read_checkpoint
from gradviz.records.checksum import checksum, is_intact
from gradviz.records.errors import RecordsError
from gradviz.records.kept import full_tiles
from gradviz.records.levels import Columns, Floats, Pyramid
from gradviz.records.opening import UNREADABLE, open_reading, why_unreadable
from gradviz.records.progress import Progress
from gradviz.records.run import RunInfo, RunState, RunStatus
from gradviz.records.run_copy import run_keys
from gradviz.records.schema import TILE, row_id, row_number, row_span
from gradviz.records.store_file import RUN, begin_run, put_progress
from gradviz.records.tiles import Place, RunRows

_COUNTED = {"tile": "tiles", "sample": "samples", "event": "events", "log": "logs"}


@dataclass(kw_only=True, slots=True)
class Continuation:
    """What goes on: its description under the new id, and all that its writer has to know.

    `rows` are the steps of the unfinished block `[count][width]`; `sampled` is the length and the newest step
    of each scheduled measurement.
    """

    info: RunInfo
    checkpoint: Checkpoint
    best: Checkpoint | None
    rows: Floats
    pyramid: Pyramid
    sampled: Mapping[tuple[str, int], tuple[int, int]]
    _origin: Path = field(repr=False)
    _run: str = field(repr=False)
    _moment: Moment = field(repr=False)

    def write(self, path: Path) -> Path:
        """Make the file that will lie at `path`, beside it; RecordsError where that cannot be done."""
        part = path.with_name(f"{path.name}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part.unlink(missing_ok=True)
            with (
                closing(open_reading(self._origin)) as source,
                closing(sqlite3.connect(part, isolation_level=None)) as target,
            ):
                target.execute("PRAGMA journal_mode = OFF")  # a file that is not whole is never put in place
                target.execute("PRAGMA synchronous = OFF")
                source.execute("BEGIN")
                target.execute("BEGIN")
                self._copy(source, target)
                target.execute("COMMIT")
                source.execute("COMMIT")
        except (*UNREADABLE, OSError) as error:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise RecordsError(f"The run cannot be continued in “{path}” ({error}).") from error
        return part

    def _copy(self, source: sqlite3.Connection, target: sqlite3.Connection) -> None:
        key, step, new = run_keys(source)[self._run], self.checkpoint.step, self.info.id
        then = self._moment.progress
        now = Progress.from_json(
            source.execute("SELECT data FROM progress WHERE run = ?", (key,)).fetchone()[0]
        )
        begin_run(target, self.info, then)
        for table, counted in _COUNTED.items():
            last = row_id(key, getattr(then, counted))
            rows = source.execute(
                f"SELECT * FROM {table} WHERE id BETWEEN ? AND ? ORDER BY id", (row_span(key)[0], last)
            )
            places = ", ".join("?" * len(rows.description))
            target.executemany(
                f"INSERT INTO {table} VALUES ({places})", _renamed(rows, table, self._run, new)
            )
        if self._moment.rows:
            first, count = step - step % TILE, step % TILE
            crc = checksum(self._moment.rows, "tail", new, first, count)
            target.execute(
                "INSERT INTO tail VALUES (?, ?, ?, ?, ?, ?)",
                (row_id(RUN, 1), RUN, first, count, crc, self._moment.rows),
            )
        kept = target.execute("SELECT count(*) FROM sample").fetchone()[0]
        after = replace(
            then.with_status(RunStatus(state=RunState.STARTING, steps=step)),
            kept=tuple(min(first, full_tiles(step, level)) for level, first in enumerate(now.kept)),
            samples_kept=kept,
            thinnings=now.thinnings,
        )
        put_progress(target, RUN, new, after)
        moment = Moment(progress=after, rows=self._moment.rows)
        put_checkpoint(target, RUN, new, self.checkpoint, moment)
        if self.best is not None:
            put_checkpoint(target, RUN, new, self.best, replace(moment, rows=b""))


def continuation(origin: Path, run: str | None, info: RunInfo) -> Continuation:
    """Read what a run in a file needs to go on; RecordsError says why it cannot.

    `run` is its id there, None for the only one; `info` will be its new description.
    """
    origin = Path(origin)
    try:
        with closing(open_reading(origin)) as connection:
            keys = run_keys(connection)
            run = run if run is not None else next(iter(keys), "")
            if run not in keys:
                raise RecordsError(f"There is no such run in “{origin}”.")
            return _read(connection, keys[run], run, origin, info)
    except UNREADABLE as error:
        raise why_unreadable(origin, error) from error


def _read(connection: sqlite3.Connection, key: int, run: str, origin: Path, info: RunInfo) -> Continuation:
    found = read_checkpoint(connection, key, run, CheckpointKind.LAST)
    if found is None:
        raise RecordsError(f"The run in “{origin}” has no checkpoint to go on from.")
    checkpoint, moment = found
    best = read_checkpoint(connection, key, run, CheckpointKind.BEST)
    width = sum(series.width for series in info.series)
    rows = np.frombuffer(moment.rows, "<f4")
    if len(rows) != checkpoint.step % TILE * width:
        raise RecordsError(f"The run in “{origin}” was recorded with other measurements than are made now.")
    tile = partial(_tile, RunRows(connection, key, run), info)
    try:
        pyramid = Pyramid.rebuilt(width, checkpoint.step // TILE, tile)
    except KeyError as error:
        raise RecordsError(
            f"The run in “{origin}” cannot go on: what was recorded from step {error.args[0]} on is damaged."
        ) from error
    return Continuation(
        info=info,
        checkpoint=checkpoint,
        best=best and best[0],
        rows=rows.astype(np.float32).reshape(-1, width),
        pyramid=pyramid,
        sampled=_sampled(connection, row_id(key, moment.progress.samples), row_span(key)[0]),
        _origin=origin,
        _run=run,
        _moment=moment,
    )


def _tile(rows: RunRows, info: RunInfo, level: int, idx: int) -> Columns | None:
    """A full tile `[TILE][width]` of all quantities side by side, None where one is missing."""

    def read(statistic: str) -> Floats | None:
        parts = []
        for series in info.series:
            place = Place(series.quantity, statistic, level, idx)
            part = rows.tile(place, series.width, lambda: (idx + 1,) * (level + 1))
            if part is None:
                return None
            parts.append(part)
        return np.ascontiguousarray(np.concatenate(parts).T)

    if level == 0:
        values = read("value")
        return None if values is None else Columns(values, values, values)
    mean, low, high = read("mean"), read("min"), read("max")
    return None if mean is None or low is None or high is None else Columns(mean, low, high)


def _sampled(connection: sqlite3.Connection, last: int, first: int) -> dict[tuple[str, int], tuple[int, int]]:
    rows = connection.execute(
        "SELECT quantity, layer, max(step), length(data), dtype FROM sample WHERE id BETWEEN ? AND ?"
        " GROUP BY quantity, layer",
        (first, last),
    )
    return {
        (quantity, layer): (length // np.dtype(dtype).itemsize, step)
        for quantity, layer, step, length, dtype in rows
    }


def _renamed(rows: sqlite3.Cursor, table: str, old: str, new: str) -> Iterator[tuple[Any, ...]]:
    """The rows as the run with the id `new` has them; what is damaged is left out, and missed by a reader."""
    for identity, _, *key, crc, data in rows:
        number = row_number(identity)
        if is_intact(crc, data, table, old, number, *key):
            yield row_id(RUN, number), RUN, *key, checksum(data, table, new, number, *key), data
