"""Reading one run's rows: whole tiles through a bounded cache, the tail, and word of what is damaged.

A row that fails its check is never shown: it is reported in `damage` and treated as not there.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple
from weakref import finalize

import numpy as np

from gradviz.records.checksum import is_intact
from gradviz.records.kept import first_kept
from gradviz.records.levels import Floats
from gradviz.records.opening import UNREADABLE
from gradviz.records.schema import FACTOR, TILE, TWINS, row_span

CACHE_BYTES = 64 << 20
"""For the tiles of all runs that are open together: comparing eight runs takes no more than showing one."""
_LEAST_BYTES = 3 << 20
"""For those of each run in any case, where others have the rest: the shown one needs more than the others."""
_HELD: dict[int, int] = {}
"""Bytes of tiles by reader; readers may live in several threads, so nothing walks through it."""


class Place(NamedTuple):
    """Which tile."""

    quantity: str
    statistic: str
    level: int
    idx: int


class Tail:
    """The newest, unfinished block of steps: [TILE, width] from step `base` to before step `end`."""

    def __init__(self, width: int) -> None:
        self.base = 0
        self.end = 0
        self.block = np.empty((TILE, width), np.float32)
        self.present = np.zeros(TILE, np.bool_)

    def turn_to(self, recorded: int) -> None:
        """Begin a new block where the one that `recorded` steps end in is another."""
        base = recorded - recorded % TILE
        if base != self.base:
            self.base = self.end = base
            self.block = np.empty_like(self.block)  # pictures may still hold views of the old one
            self.present = np.zeros_like(self.present)


class RunRows:
    """The rows of one run in an open file. Tiles are immutable, so they are cached (oldest out)."""

    def __init__(self, connection: sqlite3.Connection, run: int, uuid: str) -> None:
        self.connection = connection
        self.run = run
        self.uuid = uuid
        self.damage: dict[str, None] = {}
        self._cache: OrderedDict[Place, Floats] = OrderedDict()
        self._cached = 0
        self._broken: set[Place] = set()
        _HELD[id(self)] = 0
        finalize(self, _HELD.pop, id(self), None)

    def close(self) -> None:
        """Forget the tiles, and leave their room to other runs."""
        self._cache.clear()
        self._cached = 0
        _HELD.pop(id(self), None)

    def rows(self, what: str, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """All rows of a query; what SQLite itself finds damaged ends the list and is reported."""
        found: list[tuple[Any, ...]] = []
        try:
            found.extend(self.connection.execute(sql, values))
        except UNREADABLE as error:
            self.report(f"{what}: {error}")
        return found

    def report(self, message: str) -> None:
        """Remember, once, what cannot be shown."""
        self.damage[message] = None

    def tile(self, place: Place, width: int, kept: Callable[[], tuple[int, ...]]) -> Floats | None:
        """A full tile [width, TILE], or None where it was not kept or is damaged.

        `kept` tells the first tile of each level that is still kept; it is asked where a tile is missing.
        """
        if place in self._cache:
            self._cache.move_to_end(place)
            return self._cache[place]
        if place in self._broken:
            return None
        data = self._tile_data(place, width * TILE * 4, kept)
        if data is None:
            return None
        if not data:
            return self.tile(place._replace(quantity=TWINS[place.quantity]), width, kept)
        array = np.frombuffer(data, "<f4").astype(np.float32, copy=False).reshape(width, TILE)
        self._cache[place] = array
        self._cached += array.nbytes
        room = self._room()
        while self._cached > room and len(self._cache) > 1:
            self._cached -= self._cache.popitem(last=False)[1].nbytes
        _HELD[id(self)] = self._cached
        return array

    def _room(self) -> int:
        """Bytes for the tiles of this run: what the others leave, and each of them the least in any case."""
        least = min(CACHE_BYTES, _LEAST_BYTES)
        others = sum(max(held, least) for who, held in _HELD.copy().items() if who != id(self))
        return max(CACHE_BYTES - others, least)

    def _tile_data(self, place: Place, length: int, kept: Callable[[], tuple[int, ...]]) -> bytes | None:
        first = place.idx * TILE * FACTOR**place.level
        where = f"{place.quantity} of the steps from {first} on ({place.statistic}, level {place.level})"
        rows = self.rows(
            where,
            "SELECT id & ((1 << 40) - 1), quantity, statistic, level, idx, crc, data FROM tile"
            " WHERE run = ? AND quantity = ? AND statistic = ? AND level = ? AND idx = ?",
            self.run,
            *place,
        )
        if rows:
            number, *key, crc, data = rows[0]
            sound = tuple(key) == place and is_intact(crc, data, "tile", self.uuid, number, *key)
            if sound and (data is None or len(data) in {0, length}):
                return data  # type: ignore[no-any-return]
            self.report(f"{where}: damaged")
        elif place.idx < first_kept(kept(), place.level):
            return None
        else:
            self.report(f"{where}: missing")
        self._broken.add(place)
        return None

    def read_tail(self, tail: Tail, recorded: int) -> None:
        """Fill the tail with what was recorded since it was last filled; what cannot be read is reported."""
        tail.turn_to(recorded)
        width = tail.block.shape[1]
        rows = self.rows(
            "the newest steps",
            "SELECT first, count, crc, data FROM tail WHERE id BETWEEN ? AND ? AND first >= ? ORDER BY first",
            *row_span(self.run),
            tail.end,
        )
        for first, count, crc, data in rows:
            if not is_intact(crc, data, "tail", self.uuid, first, count) or len(data) != count * width * 4:
                self.report("some of the newest steps: damaged")
                continue
            if tail.end <= first and first + count <= recorded:
                place = slice(first - tail.base, first - tail.base + count)
                tail.block[place] = np.frombuffer(data, "<f4").reshape(count, width)
                tail.present[place] = True
                tail.end = first + count
        missing = int(np.count_nonzero(~tail.present[: recorded - tail.base]))
        if missing:
            self.report(f"{missing} of the steps from {tail.base} to {recorded - 1}: missing")
        tail.end = recorded
