"""Who is still alive: a lock that the operating system lets go of when its owner dies.

A SQLite file held in `BEGIN EXCLUSIVE` for the life of its owner: works alike on Linux, macOS and Windows,
between processes and within one, and a SIGKILL leaves no stale lock behind as a process id in a file does.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Self

from gradviz.records.errors import RecordsError


class OwnerLock:
    """Held from `take` until `release` or the death of the process."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection: sqlite3.Connection | None = connection

    @classmethod
    def take(cls, path: Path, *, wait: float = 0.0) -> OwnerLock:
        """Take the lock, waiting up to `wait` seconds; RecordsError if another owner is alive."""
        try:
            connection = sqlite3.connect(path, timeout=wait, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise RecordsError(f"“{path}” cannot be written ({error}).") from error
        try:
            _lock(connection)
        except sqlite3.Error as error:
            connection.close()
            if _is_busy(error):
                raise RecordsError(f"“{path}” is in use by another gradviz.") from error
            raise RecordsError(f"“{path}” cannot be written ({error}).") from error
        return cls(path, connection)

    def release(self, *, remove: bool = True) -> None:
        """Let go, and remove the file unless told otherwise. Can be called twice."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            if remove:
                with suppress(OSError):
                    self.path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.release()


def is_owned(path: Path) -> bool:
    """Whether somebody alive, this process included, holds the lock at `path`."""
    if not path.exists():
        return False
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=0)
    except sqlite3.Error:
        return False
    try:
        _lock(connection)
    except sqlite3.Error as error:
        return _is_busy(error)
    finally:
        connection.close()
    return False


def writer_lock(store: Path) -> Path:
    """Where the lock of a run store's writer lies."""
    return store.with_name(store.name + "-owner")


def is_being_written(store: Path) -> bool:
    """Whether the process that writes this run store is alive."""
    return is_owned(writer_lock(store))


def _lock(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = MEMORY")  # nothing is written, so no journal beside it
    connection.execute("BEGIN EXCLUSIVE")


def _is_busy(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
