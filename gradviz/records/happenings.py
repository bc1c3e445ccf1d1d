"""What happened in a run, in words: its events and its log, read once and then only what is new."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gradviz.records.checksum import is_intact
from gradviz.records.schema import row_id
from gradviz.records.tiles import RunRows


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something that happened at a step; `layer` is a layer's name where it happened in one."""

    step: int
    kind: str
    layer: str | None
    detail: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Log:
    """A line for people; `at` is a time in UTC as ISO 8601."""

    at: str
    level: str
    text: str


class Happenings:
    """The events and the log of one run."""

    def __init__(self, rows: RunRows) -> None:
        self._rows = rows
        self._seen = {"event": 0, "log": 0}
        self._events: tuple[Event, ...] = ()
        self._logs: tuple[Log, ...] = ()

    def events(self, newest: int) -> tuple[Event, ...]:
        """The events up to number `newest`."""
        new = [
            Event(step=step, kind=kind, layer=layer, detail=json.loads(detail))
            for (step, kind, layer), detail in self._new("event", "step, kind, layer", "detail", newest)
        ]
        if new:
            self._events = (*self._events, *new)
        return self._events

    def logs(self, newest: int) -> tuple[Log, ...]:
        """The lines up to number `newest`."""
        new = [
            Log(at=at, level=level, text=text)
            for (at, level), text in self._new("log", "at, level", "text", newest)
        ]
        if new:
            self._logs = (*self._logs, *new)
        return self._logs

    def _new(self, table: str, keys: str, data: str, newest: int) -> Iterator[tuple[list[Any], str]]:
        seen = self._seen[table]
        if seen >= newest:
            return
        self._seen[table] = newest
        run = self._rows.run
        rows = self._rows.rows(
            f"the {table}s",
            f"SELECT id & ((1 << 40) - 1), {keys}, crc, {data} FROM {table}"
            " WHERE id BETWEEN ? AND ? ORDER BY id",
            row_id(run, seen + 1),
            row_id(run, newest),
        )
        if len(rows) != newest - seen:
            self._rows.report(f"{len(rows)} of {newest - seen} {table}s are there")
        for number, *key, crc, text in rows:
            if is_intact(crc, text, table, self._rows.uuid, number, *key):
                yield key, text
            else:
                self._rows.report(f"{table} {number}: damaged")
