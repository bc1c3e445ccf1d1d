"""The file of a live run: one connection that does all writing and checkpointing, one transaction a batch.

Write-ahead log with `synchronous=NORMAL`: a commit does not wait for the disk, and a killed process loses
nothing that was committed. A run keeps to a byte budget: the oldest full resolution goes first (but not that
around events), then the oldest of finer levels (`thinning.py`), and every second of the older scheduled
samples; the coarsest level, events and logs stay, and the newest checkpoints, which come on top.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from gradviz.records.checkpoint import Checkpoint, CheckpointKind, Moment, checkpoint_steps, put_checkpoint
from gradviz.records.checksum import checksum
from gradviz.records.errors import RecordsError
from gradviz.records.kept import Tile
from gradviz.records.migrations import current_format
from gradviz.records.ownership import OwnerLock, writer_lock
from gradviz.records.pending import Pending, TileRow
from gradviz.records.progress import Progress
from gradviz.records.run import RunInfo, RunStatus
from gradviz.records.schema import create_tables, row_id, row_span
from gradviz.records.stored_size import room_of, stored_size, stored_sizes
from gradviz.records.thinning import Thinning

RUN = 1
"""The key of the only run in a live store."""
_CHECKPOINT_PAGES = 4000
_WAL_LIMIT = 64 << 20


class StoreFile:
    """A run store that is being written."""

    def __init__(self, path: Path, info: RunInfo, budget: int, *, prepared: Path | None = None) -> None:
        """Make the file; RecordsError with the reason if that cannot be done (nothing is left behind).

        `prepared` is a file beside it with the beginning of the run, which takes its place.
        """
        self.path = path
        self.progress = Progress()
        self._uuid = info.id
        self._budget = budget
        self._sample_bytes = 0
        self._sample_limit = budget // 4
        self._thinning = Thinning(budget=budget)
        self._tails = 0
        if path.exists():
            raise RecordsError(f"“{path}” is already there; a run store is never written over.")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RecordsError(f"The run store “{path}” cannot be made: {error.strerror}.") from error
        self._lock = OwnerLock.take(writer_lock(path))
        try:
            if prepared is not None:
                prepared.replace(path)
            self._connection = self._connect()
            try:
                if prepared is None:
                    self._make(info)
                else:
                    self._take_stock()
            except sqlite3.Error:
                self._connection.close()
                raise
        except (sqlite3.Error, OSError) as error:
            self._lock.release()
            self.remove()
            raise RecordsError(
                f"The run store “{path}” cannot be made ({error}). Is the disk full or the folder read-only?"
            ) from error

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
            connection.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT}")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _make(self, info: RunInfo) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        begin_run(self._connection, info, self.progress)
        self._connection.execute("COMMIT")

    def _take_stock(self) -> None:
        """Know a file that was prepared as if it had been written here."""
        connection = self._connection
        self.progress = Progress.from_json(connection.execute("SELECT data FROM progress").fetchone()[0])
        self._sample_bytes = stored_sizes(
            connection.execute("SELECT length(data), count(*) FROM sample GROUP BY 1")
        )
        if self.progress.thinnings:
            self._sample_limit = max(self._sample_limit, self._sample_bytes * 5 // 4)
        thinning = self._thinning
        thinning.kept = self.progress.kept
        thinning.checkpoint = checkpoint_steps(connection, RUN).get(CheckpointKind.LAST, 0)
        thinning.mark(connection.execute("SELECT step, kind FROM event"))
        for level, idx, length in connection.execute("SELECT level, idx, length(data) FROM tile ORDER BY id"):
            thinning.add(level, idx, _size(length))
        self._tails = connection.execute("SELECT count(*) FROM tail").fetchone()[0]

    def write(
        self,
        pending: Pending,
        tail: tuple[int, int, bytes] | None,
        status: RunStatus,
        recorded: int,
        checkpoints: Sequence[tuple[Checkpoint, bytes]] = (),
    ) -> None:
        """Write a batch in one transaction; after a sqlite3.Error nothing of it is written.

        `tail` is the first step, the count and the bytes of the newest steps; `recorded` counts all steps.
        A checkpoint comes with the bytes of the unfinished block, which it keeps.
        """
        connection = self._connection
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.execute("BEGIN IMMEDIATE")
        try:
            thinning, sample_bytes = self._thinning, self._sample_bytes
            if pending or checkpoints:
                thinning = thinning.copy()
                thinning.mark((event.step, event.kind) for event in pending.events)
                sample_bytes += sum(stored_size(len(row.data)) for row in pending.samples)
                newest = [each.step for each, _ in checkpoints if each.kind is CheckpointKind.LAST]
                thinning.checkpoint = max([thinning.checkpoint, *newest])
            coming = sum(_size(_length(row)) for row in pending.tiles)
            if coming:  # makes room first, so that what comes takes the pages of what goes
                room = room_of(self._budget) - sample_bytes - coming
                self._drop_tiles(thinning.make_room(room, self.progress.recorded))
            self._put_tiles(pending, thinning)
            after = replace(
                self.progress,
                state=status.state,
                steps=status.steps,
                finish=status.finish,
                reason=status.reason,
                recorded=recorded,
                tiles=self.progress.tiles + len(pending.tiles),
                samples=self.progress.samples + len(pending.samples),
                samples_kept=self.progress.samples_kept + len(pending.samples),
                events=self.progress.events + len(pending.events),
                logs=self.progress.logs + len(pending.logs),
            )
            self._put_tail(tail)
            self._put_rows(pending)
            sample_limit = self._sample_limit
            if sample_bytes > sample_limit:
                after, sample_bytes = self._thin_samples(after)
                sample_limit = max(sample_limit, sample_bytes * 5 // 4)
            if pending:
                self._drop_tiles(thinning.make_room(room_of(self._budget) - sample_bytes, recorded))
            after = replace(after, kept=thinning.kept)
            put_progress(connection, RUN, self._uuid, after)
            for checkpoint, rows in checkpoints:
                put_checkpoint(connection, RUN, self._uuid, checkpoint, Moment(progress=after, rows=rows))
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        self.progress, self._thinning = after, thinning
        self._sample_bytes, self._sample_limit = sample_bytes, sample_limit

    def close(self) -> None:
        """Checkpoint, close and let go of the writer's lock."""
        with suppress(sqlite3.Error):
            self._connection.close()
        self._lock.release()

    def remove(self) -> None:
        """Remove the closed file."""
        remove_store(self.path)

    def _put_tiles(self, pending: Pending, thinning: Thinning) -> None:
        for number, row in enumerate(pending.tiles, self.progress.tiles + 1):
            key = (row.quantity, row.statistic, row.level, row.idx)
            self._connection.execute(
                "INSERT INTO tile VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    row_id(RUN, number),
                    RUN,
                    *key,
                    checksum(row.data, "tile", self._uuid, number, *key),
                    row.data,
                ),
            )
            thinning.add(row.level, row.idx, _size(_length(row)))
        if pending.tiles:
            self._connection.execute("DELETE FROM tail WHERE run = ?", (RUN,))

    def _put_tail(self, tail: tuple[int, int, bytes] | None) -> None:
        if tail is None:
            return
        first, count, data = tail
        self._tails += 1
        crc = checksum(data, "tail", self._uuid, first, count)
        self._connection.execute(
            "INSERT INTO tail VALUES (?, ?, ?, ?, ?, ?)",
            (row_id(RUN, self._tails), RUN, first, count, crc, data),
        )

    def _put_rows(self, pending: Pending) -> None:
        connection, uuid = self._connection, self._uuid
        for number, sample in enumerate(pending.samples, self.progress.samples + 1):
            key = (sample.quantity, sample.layer, sample.step, sample.dtype)
            crc = checksum(sample.data, "sample", uuid, number, *key)
            connection.execute(
                "INSERT INTO sample VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (row_id(RUN, number), RUN, *key, crc, sample.data),
            )
        for number, event in enumerate(pending.events, self.progress.events + 1):
            what = (event.step, event.kind, event.layer)
            crc = checksum(event.detail, "event", uuid, number, *what)
            connection.execute(
                "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?)",
                (row_id(RUN, number), RUN, *what, crc, event.detail),
            )
        for number, log in enumerate(pending.logs, self.progress.logs + 1):
            crc = checksum(log.text, "log", uuid, number, log.at, log.level)
            connection.execute(
                "INSERT INTO log VALUES (?, ?, ?, ?, ?, ?)",
                (row_id(RUN, number), RUN, log.at, log.level, crc, log.text),
            )

    def _drop_tiles(self, tiles: Iterable[Tile]) -> None:
        by_level: dict[int, list[str]] = {}
        for level, idx in tiles:
            by_level.setdefault(level, []).append(str(idx))
        for level, gone in by_level.items():
            self._connection.execute(
                f"DELETE FROM tile WHERE run = ? AND level = ? AND idx IN ({', '.join(gone)})", (RUN, level)
            )

    def _thin_samples(self, after: Progress) -> tuple[Progress, int]:
        """Drop every second array in the older half of each quantity and layer; single numbers stay."""
        self._connection.execute(
            "DELETE FROM sample WHERE id IN (SELECT id FROM (SELECT id, length(data) AS size,"
            " row_number() OVER place AS nth, count(*) OVER (PARTITION BY quantity, layer) AS total"
            " FROM sample WHERE run = ? WINDOW place AS (PARTITION BY quantity, layer ORDER BY step, id))"
            " WHERE size > 8 AND nth % 2 = 0 AND nth <= total / 2)",
            (RUN,),
        )
        lengths = self._connection.execute(
            "SELECT length(data), count(*) FROM sample WHERE id BETWEEN ? AND ? GROUP BY 1", row_span(RUN)
        ).fetchall()
        kept = sum(count for _, count in lengths)
        after = replace(after, samples_kept=kept, thinnings=after.thinnings + 1)
        return after, stored_sizes(lengths)


def _length(row: TileRow) -> int | None:
    return None if row.data is None else len(row.data)


def _size(length: int | None) -> int:
    """Of a tile's row; what was not kept counts nothing."""
    return 0 if length is None else stored_size(length)


def remove_store(path: Path) -> None:
    """Remove a run store and what SQLite keeps beside it; where somebody reads it still, it may stay."""
    for end in ("", "-wal", "-shm", "-journal"):
        with suppress(OSError):
            path.with_name(path.name + end).unlink(missing_ok=True)


def begin_run(connection: sqlite3.Connection, info: RunInfo, progress: Progress) -> None:
    """Make the tables of a run store with the run in them, inside the caller's transaction."""
    create_tables(connection, current_format())
    text = json.dumps(info.to_raw())
    connection.execute(
        "INSERT INTO run VALUES (?, ?, ?, ?)", (RUN, info.id, checksum(text, "run", info.id), text)
    )
    put_progress(connection, RUN, info.id, progress)


def put_progress(connection: sqlite3.Connection, run: int, uuid: str, progress: Progress) -> None:
    """Say how far a run's records go, inside the caller's transaction."""
    text = progress.to_json()
    connection.execute(
        "INSERT OR REPLACE INTO progress VALUES (?, ?, ?)", (run, checksum(text, "progress", uuid), text)
    )
