"""How a run stands: found in its file and told without reading any of its steps.

A session of eight long runs was listed by opening each for reading: 5 ms a run, and on a cold disk 9.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from gradviz.records.checksum import is_intact
from gradviz.records.errors import RecordsError
from gradviz.records.opening import UNREADABLE, open_reading, why_unreadable
from gradviz.records.progress import Progress
from gradviz.records.run import RunStatus


def read_status(path: Path, run: str | None) -> RunStatus:
    """The status of the run with that id, or of the first one; RecordsError says what is wrong."""
    try:
        with closing(open_reading(path)) as connection:
            key, uuid, info = find_run(connection, path, run)
            return Progress.from_json(progress_row(connection, path, key, uuid, info)[1]).status
    except UNREADABLE as error:
        raise why_unreadable(path, error) from error


def find_run(connection: sqlite3.Connection, path: Path, run: str | None) -> tuple[int, str, str]:
    """Its key, its id and its description as JSON."""
    which, values = ("WHERE uuid = ?", (run,)) if run is not None else ("ORDER BY run LIMIT 1", ())
    row = connection.execute(f"SELECT run, uuid, crc, info FROM run {which}", values).fetchone()
    if row is None:
        raise RecordsError(f"There is no {'such ' if run else ''}run in “{path}”.")
    key, uuid, crc, info = row
    if not is_intact(crc, info, "run", uuid):
        raise RecordsError(f"“{path}” is damaged: the description of a run cannot be read.")
    return key, uuid, info


def progress_row(
    connection: sqlite3.Connection, path: Path, key: int, uuid: str, info: str
) -> tuple[int, str]:
    """The check value and the text of how far it goes; `info` has its name, should that be damaged."""
    row = connection.execute("SELECT crc, data FROM progress WHERE run = ?", (key,)).fetchone()
    if row is None or not is_intact(*row, "progress", uuid):
        name = json.loads(info)["name"]
        raise RecordsError(f"“{path}” is damaged: the state of the run “{name}” cannot be read.")
    return int(row[0]), str(row[1])
