"""Copying what is new of a run from its store into a document, while the store may still be growing.

Rows are immutable and numbered, so what is not there yet is one range of numbers in each table; only the
tail is replaced, and so are checkpoints; what the run gave up to keep to its budget is given up in the copy
too.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from gradviz.records.checksum import is_intact
from gradviz.records.errors import RecordsError
from gradviz.records.kept import kept_tiles
from gradviz.records.progress import Progress
from gradviz.records.schema import ROWS, row_id, row_number, row_span

Tick = Callable[[int], None]
"""Called with the bytes that were just copied; may raise to stop."""


def run_keys(connection: sqlite3.Connection) -> dict[str, int]:
    """The key of each run in a file."""
    return {str(uuid): int(key) for key, uuid in connection.execute("SELECT run, uuid FROM run ORDER BY run")}


def copy_run(source: sqlite3.Connection, target: sqlite3.Connection, uuid: str, tick: Tick) -> None:
    """Bring the run in `target` up to what `source` holds, inside the caller's transaction on `target`."""
    source.execute("BEGIN")  # one moment of a store that is being written
    try:
        key = run_keys(source).get(uuid)
        if key is None:
            raise RecordsError("the run is not in its store")
        there = _Run(source, key)
        new = there.progress(uuid)
        key = run_keys(target).get(uuid)
        if key is None:
            key = int(target.execute("SELECT coalesce(max(run), 0) + 1 FROM run").fetchone()[0])
            target.execute("INSERT INTO run VALUES (?, ?, ?, ?)", (key, *there.row("run")[1:]))
            here, old = _Run(target, key), Progress()
        else:
            here = _Run(target, key)
            old = here.progress(uuid)
        if new != old:
            _copy_rows(there, here, old, tick)
            _drop(there, here, old, new)
        _copy_checkpoints(there, here, tick)
        row = (key, *there.row("progress")[1:])
        target.execute("INSERT OR REPLACE INTO progress VALUES (?, ?, ?)", row)
    finally:
        source.execute("COMMIT")


def remove_run(target: sqlite3.Connection, key: int) -> None:
    """Take a run out of a document, inside the caller's transaction."""
    for table in (*ROWS, "checkpoint", "progress", "run"):
        target.execute(f"DELETE FROM {table} WHERE run = ?", (key,))


class _Run(NamedTuple):
    """A run in a file, under its key there."""

    file: sqlite3.Connection
    key: int

    def ask(self, sql: str, *values: object) -> sqlite3.Cursor:
        """What a query finds."""
        return self.file.execute(sql, values)

    def row(self, table: str) -> tuple[Any, ...]:
        """Its only row in a table."""
        found: tuple[Any, ...] | None = self.file.execute(
            f"SELECT * FROM {table} WHERE run = ?", (self.key,)
        ).fetchone()
        if found is None:
            raise RecordsError("the state of a run is missing")
        return found

    def progress(self, uuid: str) -> Progress:
        """How far it goes."""
        _, crc, data = self.row("progress")
        if not is_intact(crc, data, "progress", uuid):
            raise RecordsError("the state of a run is damaged")
        return Progress.from_json(data)


def _copy_rows(there: _Run, here: _Run, old: Progress, tick: Tick) -> None:
    here.file.execute("DELETE FROM tail WHERE run = ?", (here.key,))
    after = {"tail": 0, "tile": old.tiles, "sample": old.samples, "event": old.events, "log": old.logs}
    for table in ROWS:
        rows = there.file.execute(
            f"SELECT * FROM {table} WHERE id BETWEEN ? AND ? ORDER BY id", row_span(there.key, after[table])
        )
        places = ", ".join("?" * len(rows.description))
        here.file.executemany(f"INSERT INTO {table} VALUES ({places})", _renumbered(rows, here.key, tick))


def _copy_checkpoints(there: _Run, here: _Run, tick: Tick) -> None:
    """Have the checkpoints that the run has now, and no older ones."""
    which = "SELECT kind, part, step, crc FROM checkpoint WHERE run = ? ORDER BY kind, part"
    now, old = (run.file.execute(which, (run.key,)).fetchall() for run in (there, here))
    if now == old:
        return
    here.file.execute("DELETE FROM checkpoint WHERE run = ?", (here.key,))
    for _, *rest in there.file.execute("SELECT * FROM checkpoint WHERE run = ?", (there.key,)):
        tick(len(rest[-1]))
        here.file.execute("INSERT INTO checkpoint VALUES (?, ?, ?, ?, ?, ?)", (here.key, *rest))


def _renumbered(rows: sqlite3.Cursor, key: int, tick: Tick) -> Iterator[tuple[Any, ...]]:
    for identity, _, *rest in rows:
        tick(len(rest[-1] or b""))
        yield row_id(key, row_number(identity)), key, *rest


def _drop(there: _Run, here: _Run, old: Progress, new: Progress) -> None:
    """Give up in the copy what the run gave up."""
    spared = kept_tiles(there.ask, there.key, new.kept).spared
    for level, first in enumerate(new.kept):
        stay = ", ".join(str(idx) for at, idx in spared if at == level)
        here.file.execute(
            f"DELETE FROM tile WHERE run = ? AND level = ? AND idx < ? AND idx NOT IN ({stay})",
            (here.key, level, first),
        )
    if new.thinnings != old.thinnings:
        every = "SELECT id FROM sample WHERE run = ?"
        kept = {row_number(row[0]) for row in there.file.execute(every, (there.key,))}
        gone = [row for row in here.file.execute(every, (here.key,)) if row_number(row[0]) not in kept]
        here.file.executemany("DELETE FROM sample WHERE id = ?", gone)
