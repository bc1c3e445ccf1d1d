"""Opening a store or document for reading, in place, with a sentence for everything that can be wrong.

Reading takes SQLite's shared lock and writes nothing beside the file. A document whose last save was cut
off has a hot journal, and reading around it would show rows that were never committed: such a file is
recovered as a copy in the state folder, and so is one of an older format migrated.
"""

from __future__ import annotations

import shutil
import sqlite3
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from gradviz.paths import state_folder
from gradviz.records.errors import RecordsError
from gradviz.records.migrations import can_be_read, current_format, migrate
from gradviz.records.schema import APPLICATION_ID

UNREADABLE = (sqlite3.Error, UnicodeDecodeError)
"""What reading a damaged file raises; the second where SQLite's complaint quotes damaged text."""
_MAGIC = b"SQLite format 3\0"
_WAIT_SECONDS = 5.0


def open_reading(path: Path) -> sqlite3.Connection:
    """A read-only connection to a file of ours; RecordsError if it is none, newer, cut short or damaged."""
    if path.is_dir():
        raise RecordsError(f"“{path}” is a folder, not a session.")
    if not path.exists():
        raise RecordsError(f"“{path}” does not exist.")
    try:
        connection, version = _connect(path, "mode=ro")
    except UNREADABLE as error:
        connection, version = _open_despite(path, error)
    if version > current_format():
        connection.close()
        raise newer(path)
    if not can_be_read(version):
        connection.close()
        return _connect(recovered_copy(path), "mode=ro")[0]
    return connection


def newer(path: Path) -> RecordsError:
    """The error for a file from the future."""
    return RecordsError(f"“{path}” was saved by a newer version of gradviz; update gradviz to open it.")


def recovered_copy(path: Path) -> Path:
    """A copy in the state folder, with the hot journal rolled back and the format brought up to date.

    It is made once for each state of the file; copies of older states are removed.
    """
    parts = [path.with_name(path.name + end) for end in ("", "-journal", "-wal")]
    place = state_folder() / "recovered" / sha256(str(path.absolute()).encode()).hexdigest()[:16]
    fresh = place / f"making-{uuid4().hex}"
    try:
        stats = [(part, part.stat()) for part in parts if part.exists()]
        state = repr([(part.name, stat.st_size, stat.st_mtime_ns) for part, stat in stats])
        folder = place / sha256(f"{current_format()} {state}".encode()).hexdigest()[:16]
        if (folder / path.name).exists():
            return folder / path.name
        shutil.rmtree(place, ignore_errors=True)
        fresh.mkdir(parents=True)
        for part, _ in stats:
            shutil.copyfile(part, fresh / part.name)
        _mend(fresh / path.name)
        fresh.replace(folder)
    except OSError as error:
        raise RecordsError(f"“{path}” could not be copied to recover it: {error.strerror}.") from error
    except UNREADABLE as error:
        shutil.rmtree(fresh, ignore_errors=True)
        raise why_unreadable(path, error) from error
    return folder / path.name


def _mend(copy: Path) -> None:
    """Open for writing, which rolls a hot journal back, and migrate."""
    connection, version = _connect(copy, "mode=rw")
    try:
        connection.execute("BEGIN IMMEDIATE")
        if version < current_format():
            migrate(connection)
        connection.execute("COMMIT")
    finally:
        connection.close()


def why_unreadable(path: Path, error: Exception) -> RecordsError:
    """What SQLite's complaint means to the person who chose the file."""
    try:
        with path.open("rb") as file:
            head = file.read(100)
        size = path.stat().st_size
    except OSError as refusal:
        return RecordsError(f"“{path}” cannot be read: {refusal.strerror}.")
    page = int.from_bytes(head[16:18], "big")
    whole = (65536 if page == 1 else page) * int.from_bytes(head[28:32], "big")
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    what = f"cannot be read ({error})"
    if not head:
        what = "is empty"
    elif not head.startswith(_MAGIC):
        what = "is not a gradviz session"
    elif size < whole and head[18] == 1:
        return _cut_short(path, whole)
    elif code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        what = "is being written by another program; try again in a moment"
    elif code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        what = f"is damaged ({error})"
    return RecordsError(f"“{path}” {what}.")


def _open_despite(path: Path, error: Exception) -> tuple[sqlite3.Connection, int]:
    """Open what a plain read-only connection refused: after an interrupted save, or without locks."""
    code = getattr(error, "sqlite_errorcode", 0)
    journal = path.with_name(path.name + "-journal")
    try:
        if code & 0xFF in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN) and journal.exists():
            return _connect(recovered_copy(path), "mode=ro")
        if code & 0xFF in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PROTOCOL) and not journal.exists():
            return _connect(path, "immutable=1")
    except UNREADABLE as second:
        raise why_unreadable(path, second) from second
    raise why_unreadable(path, error) from error


def _connect(path: Path, mode: str) -> tuple[sqlite3.Connection, int]:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=_WAIT_SECONDS,
    )
    try:
        return connection, _version(connection, path, must_be_whole=mode == "mode=ro")
    except BaseException:
        connection.close()
        raise


def _version(connection: sqlite3.Connection, path: Path, *, must_be_whole: bool) -> int:
    """The format of the file; RecordsError if it is none of ours, or cut short."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if application != APPLICATION_ID:
        raise RecordsError(f"“{path}” is not a gradviz session.")
    if must_be_whole and connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        whole = _whole_size(connection)
        if path.stat().st_size < whole:
            raise _cut_short(path, whole)
    return version


def _whole_size(connection: sqlite3.Connection) -> int:
    pages, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    return int(pages * size)


def _cut_short(path: Path, whole: int) -> RecordsError:
    return RecordsError(f"“{path}” is cut short: {path.stat().st_size} of {whole} bytes are there.")
