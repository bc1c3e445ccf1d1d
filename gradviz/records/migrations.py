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


def _allow_thinned_levels(_connection: sqlite3.Connection) -> None:
    """A run that has all of its levels is written as before, but for the list of what is kept of each."""


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (_add_checkpoints, _allow_thinned_levels)
"""The n-th brings a file of format n to format n + 1."""
_CHANGES_NOTHING = frozenset({_allow_thinned_levels})


def current_format() -> int:
    """The format that this program writes."""
    return len(MIGRATIONS) + 1


def can_be_read(version: int) -> bool:
    """Whether a file of an older format is read as it is, because nothing in it has to be changed."""
    return all(step in _CHANGES_NOTHING for step in MIGRATIONS[version - 1 :])


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the connected file to the current format, inside the caller's transaction."""
    found = int(connection.execute("PRAGMA user_version").fetchone()[0])
    for step in MIGRATIONS[found - 1 :]:
        step(connection)
    connection.execute(f"PRAGMA user_version = {current_format()}")
