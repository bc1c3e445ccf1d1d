"""Writing a session document so that at every moment there is a whole one: the old or the new.

Whole: a copy beside the target by SQLite's backup (1.1 GB in 1.5 s, with progress; `VACUUM INTO` takes 4 s
and reports none), synced, then put in the target's place. In place: one transaction with a rollback journal
and `synchronous=FULL` that adds the rows not yet there. Either way nothing is left beside the document.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from pathlib import Path

from gradviz.records.errors import ChangedOnDiskError, RecordsError, SaveCancelledError
from gradviz.records.meta import put_meta, read_meta
from gradviz.records.migrations import current_format, migrate
from gradviz.records.opening import UNREADABLE, newer, open_reading, why_unreadable
from gradviz.records.ownership import is_owned
from gradviz.records.run_copy import copy_run, remove_run, run_keys
from gradviz.records.schema import APPLICATION_ID, create_tables

_PAGES_A_STEP = 1024


class Meter:
    """Tells how far a save is, from 0 to 1, and stops it when it was cancelled."""

    def __init__(
        self, expected: int, progress: Callable[[float], None] | None, cancelled: Callable[[], bool] | None
    ) -> None:
        self._expected = max(expected, 1)
        self._done = 0
        self._told = -1.0
        self._progress = progress
        self._cancelled = cancelled

    def tick(self, size: int) -> None:
        """Count `size` bytes more; SaveCancelledError when the person has had enough."""
        self._done += size
        if self._cancelled is not None and self._cancelled():
            raise SaveCancelledError("Saving was cancelled; the file is as it was.")
        share = min(self._done / self._expected, 1.0)
        if self._progress is not None and share - self._told >= 0.01:
            self._told = share
            self._progress(share)


def save_whole(
    target: Path, base: Path | None, runs: Mapping[str, Path], meta: Mapping[str, str], meter: Meter
) -> None:
    """Make a new document from `base` (a document or store, copied page by page) and what is new in `runs`.

    RecordsError or SaveCancelledError leaves whatever stood at `target`.
    """
    part = target.with_name(f".{target.name}.saving")
    if is_owned(part):
        raise RecordsError(f"“{target}” is being saved by another gradviz.")
    try:
        part.unlink(missing_ok=True)  # of a save that was killed
        with closing(sqlite3.connect(part, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = OFF")  # synced below, once
            if base is not None:
                _back_up(base, connection, meter)
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("PRAGMA journal_mode = MEMORY")
            connection.execute("BEGIN EXCLUSIVE")
            if base is None:
                create_tables(connection, current_format())
            migrate(connection)
            _fill(connection, runs, base, meta, meter)
            connection.execute("COMMIT")
        if target.exists():
            shutil.copymode(target, part)
        _sync(part)
        part.replace(target)
        _sync(target.parent)
    finally:
        part.unlink(missing_ok=True)


def save_in_place(
    target: Path, runs: Mapping[str, Path], meta: Mapping[str, str], change: str | None, meter: Meter
) -> None:
    """Bring an existing document up to date in one transaction.

    `change` is the mark of the save that was opened, None to overwrite whatever was saved since;
    ChangedOnDiskError where it is another.
    """
    if not os.access(target, os.W_OK):
        raise RecordsError(f"“{target}” is read-only; save under another name.")
    uri = f"{target.absolute().as_uri()}?mode=rw"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN IMMEDIATE")
        try:
            _check(connection, target, change)
            migrate(connection)
            _fill(connection, runs, target, meta, meter)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def try_beside(target: Path) -> None:
    """Make a file beside `target`, its name as long as a save's longest, and remove it. Raises OSError."""
    trial = target.with_name(f".{target.name}.trying-journal")
    with suppress(FileExistsError):  # another gradviz is trying at this moment
        trial.open("xb").close()
    trial.unlink(missing_ok=True)


def _check(connection: sqlite3.Connection, target: Path, change: str | None) -> None:
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise RecordsError(f"“{target}” is no gradviz session any more; save under another name.")
    if connection.execute("PRAGMA user_version").fetchone()[0] > current_format():
        raise newer(target)
    if change is not None and read_meta(connection)[0].get("change") != change:
        raise ChangedOnDiskError(
            f"“{target}” was saved by another program since it was opened here."
            " Save under another name, or overwrite it."
        )


def _back_up(base: Path, connection: sqlite3.Connection, meter: Meter) -> None:
    left: int | None = None

    def told(_status: int, remaining: int, total: int) -> None:
        nonlocal left
        meter.tick((left if left is not None else total) * page - remaining * page)
        left = remaining

    with closing(open_reading(base)) as source:
        page = int(source.execute("PRAGMA page_size").fetchone()[0])
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM run").fetchone()  # holds one moment of a growing store
        source.backup(connection, pages=_PAGES_A_STEP, progress=told)
        source.execute("COMMIT")


def _fill(
    connection: sqlite3.Connection,
    runs: Mapping[str, Path],
    base: Path | None,
    meta: Mapping[str, str],
    meter: Meter,
) -> None:
    """Make the runs and the texts of a document what they should be, inside the caller's transaction."""
    there = run_keys(connection)
    for uuid, key in there.items():
        if uuid not in runs:
            remove_run(connection, key)
    for uuid, path in runs.items():
        if not path.exists():
            if uuid not in there:
                raise RecordsError(f"A run was in “{path}”, which is gone; nothing was saved.")
        elif uuid not in there or base is None or not path.samefile(base):
            _copy(path, connection, uuid, meter)
    put_meta(connection, meta)


def _copy(path: Path, connection: sqlite3.Connection, uuid: str, meter: Meter) -> None:
    try:
        with closing(open_reading(path)) as source:
            copy_run(source, connection, uuid, meter.tick)
    except RecordsError as error:
        if isinstance(error, SaveCancelledError):
            raise
        raise RecordsError(f"The run in “{path}” could not be saved: {str(error).rstrip('.')}.") from error
    except UNREADABLE as error:
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF != sqlite3.SQLITE_CORRUPT:
            raise
        raise why_unreadable(path, error) from error


def _sync(path: Path) -> None:
    """Wait until a file, or a folder's list of names, is on the disk."""
    if path.is_dir() and not hasattr(os, "O_DIRECTORY"):
        return  # Windows cannot open a folder
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
