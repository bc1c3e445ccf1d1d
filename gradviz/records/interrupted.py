"""Ending the record of a run whose engine died: it did not get to say so itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from gradviz.records.checksum import checksum, is_intact
from gradviz.records.errors import RecordsError
from gradviz.records.opening import UNREADABLE, open_reading, why_unreadable
from gradviz.records.ownership import is_being_written, writer_lock
from gradviz.records.progress import Progress
from gradviz.records.run import FinishReason, RunState, RunStatus


def mark_interrupted(path: str | Path, reason: str) -> RunStatus:
    """Finish a live store's run as failed for `reason`, if it is not finished; returns how it stands.

    Only for a run whose writer is dead: RecordsError while it is alive, or where the store cannot be written.
    """
    path = Path(path)
    open_reading(path).close()
    if is_being_written(path):
        raise RecordsError(f"The run in “{path}” is still being recorded.")
    try:
        uri = f"{path.absolute().as_uri()}?mode=rw"
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            key, uuid = connection.execute("SELECT run, uuid FROM run").fetchone()
            row = connection.execute("SELECT crc, data FROM progress WHERE run = ?", (key,)).fetchone()
            if row is None or not is_intact(*row, "progress", uuid):
                raise RecordsError(f"“{path}” is damaged: the state of the run cannot be read.")
            progress = Progress.from_json(row[1])
            if progress.state != RunState.FINISHED:
                progress = replace(
                    progress, state=RunState.FINISHED, finish=FinishReason.FAILED, reason=reason
                )
                text = progress.to_json()
                connection.execute(
                    "UPDATE progress SET crc = ?, data = ? WHERE run = ?",
                    (checksum(text, "progress", uuid), text, key),
                )
            connection.execute("COMMIT")
    except UNREADABLE as error:
        raise why_unreadable(path, error) from error
    writer_lock(path).unlink(missing_ok=True)
    return progress.status
