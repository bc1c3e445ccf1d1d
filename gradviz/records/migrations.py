"""Bringing a file of an older format up to date, one step for each version.

Files are migrated in the transaction of the next save; one that is only read is migrated as a copy in the
state folder. The steps know nothing of the program, only SQL, so that they stay true when it changes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable


def _add_checkpoints(connection: sqlite3.Connection) -> None:
    connection.execute(
        "CREATE TABLE checkpoint(run INTEGER NOT NULL, kind TEXT NOT NULL, part INTEGER NOT NULL,"
        " step INTEGER NOT NULL, crc INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY(run, kind, part))"
    )


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (_add_checkpoints,)
"""The n-th brings a file of format n to format n + 1."""


def current_format() -> int:
    """The format that this program writes."""
    return len(MIGRATIONS) + 1


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the connected file to the current format, inside the caller's transaction."""
    found = int(connection.execute("PRAGMA user_version").fetchone()[0])
    for step in MIGRATIONS[found - 1 :]:
        step(connection)
    connection.execute(f"PRAGMA user_version = {current_format()}")
