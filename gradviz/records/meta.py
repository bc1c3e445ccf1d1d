"""What a document says about itself: named texts, each with a check of its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from gradviz.records.checksum import checksum, is_intact


def put_meta(connection: sqlite3.Connection, values: Mapping[str, str]) -> None:
    """Write the named texts, inside the caller's transaction if there is one."""
    connection.executemany(
        "INSERT OR REPLACE INTO meta VALUES (?, ?, ?)",
        [(key, checksum(value, "meta", key), value) for key, value in values.items()],
    )


def read_meta(connection: sqlite3.Connection) -> tuple[dict[str, str], list[str]]:
    """All texts that are intact, and the names of those that are not."""
    intact, damaged = {}, []
    for key, crc, value in connection.execute("SELECT key, crc, value FROM meta"):
        if is_intact(crc, value, "meta", key):
            intact[key] = value
        else:
            damaged.append(str(key))
    return intact, damaged
