"""The tables that a live store and a session document share, and how such a file is marked.

History of the format:

1. First version.
2. Checkpoints.
3. Levels above the steps may be thinned too: `kept` of a progress is a list, of each level.

Every row of `tail`, `tile`, `sample`, `event` and `log` is immutable and numbered from 1 within its run
and table. Its `id` is `run << 40 | number`: rows keep their number when they are copied into a document
where the run has another key, so “what is not there yet” is one range of the primary key.

- `run`: one row for each run. `progress`: its state, the only row that changes (see `progress.py`).
- `tail`: the newest steps, step-major `[count][width]` float32, one row for each commit.
- `tile`: `[width][1024]` float32 of one quantity and statistic ("value" at level 0; "mean", "min" and
  "max" above, where a column stands for 8**level steps). `data` is empty where a tile equals that of the
  quantity it was derived from (`TWINS`), and NULL where it was not kept.
- `sample`: what is measured on a schedule. `event`, `log`: what happened, in words.
- `checkpoint`: everything that a run needs to go on, in numbered parts; at most one of each kind for a run,
  which the next one replaces (see `checkpoint.py`).
- `meta`: what a document says about itself.
"""

from __future__ import annotations

import sqlite3

APPLICATION_ID = 0x47524456  # "GRDV"
TILE = 1024
FACTOR = 8
TWINS = {"grad_norm_clipped": "grad_norm"}
"""Quantities that are kept only where they differ from another one."""

_NUMBER_BITS = 40

TABLES = """
CREATE TABLE meta(key TEXT PRIMARY KEY, crc INTEGER NOT NULL, value TEXT NOT NULL);
CREATE TABLE run(run INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, crc INTEGER NOT NULL,
    info TEXT NOT NULL);
CREATE TABLE progress(run INTEGER PRIMARY KEY, crc INTEGER NOT NULL, data TEXT NOT NULL);
CREATE TABLE tail(id INTEGER PRIMARY KEY, run INTEGER NOT NULL, first INTEGER NOT NULL,
    count INTEGER NOT NULL, crc INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE tile(id INTEGER PRIMARY KEY, run INTEGER NOT NULL, quantity TEXT NOT NULL,
    statistic TEXT NOT NULL, level INTEGER NOT NULL, idx INTEGER NOT NULL, crc INTEGER NOT NULL, data BLOB);
CREATE UNIQUE INDEX tile_place ON tile(run, quantity, statistic, level, idx);
CREATE TABLE sample(id INTEGER PRIMARY KEY, run INTEGER NOT NULL, quantity TEXT NOT NULL,
    layer INTEGER NOT NULL, step INTEGER NOT NULL, dtype TEXT NOT NULL, crc INTEGER NOT NULL,
    data BLOB NOT NULL);
CREATE INDEX sample_place ON sample(run, quantity, layer, step);
CREATE TABLE event(id INTEGER PRIMARY KEY, run INTEGER NOT NULL, step INTEGER NOT NULL, kind TEXT NOT NULL,
    layer TEXT, crc INTEGER NOT NULL, detail TEXT NOT NULL);
CREATE TABLE log(id INTEGER PRIMARY KEY, run INTEGER NOT NULL, at TEXT NOT NULL, level TEXT NOT NULL,
    crc INTEGER NOT NULL, text TEXT NOT NULL);
CREATE TABLE checkpoint(run INTEGER NOT NULL, kind TEXT NOT NULL, part INTEGER NOT NULL,
    step INTEGER NOT NULL, crc INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY(run, kind, part));
"""
ROWS = ("tail", "tile", "sample", "event", "log")
"""The tables with numbered rows."""


def row_id(run: int, number: int) -> int:
    """The primary key of a numbered row."""
    return run << _NUMBER_BITS | number


def row_number(identity: int) -> int:
    """The number of a row within its run and table."""
    return identity & ((1 << _NUMBER_BITS) - 1)


def row_span(run: int, after: int = 0) -> tuple[int, int]:
    """The first and last primary key that rows of a run can have, from the number after `after` on."""
    return row_id(run, after + 1), row_id(run + 1, 0) - 1


def create_tables(connection: sqlite3.Connection, version: int) -> None:
    """Mark an empty file as ours and make its tables, inside the caller's transaction."""
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {version}")
    for statement in TABLES.split(";\n"):
        connection.execute(statement)
