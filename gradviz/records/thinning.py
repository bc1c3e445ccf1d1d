"""What a run gives up to keep to its byte budget: the oldest tiles of the finest level that can spare some.

A column of a level stands for eight of the level below, so a tile may go once the one that covers it a level
up is full: the coarsest level is always complete, and every step is there at some level. Of level 0 it also
waits for the 64 steps behind it, in which an event may still want it. Level 0 goes first;
1,000 layers with clipping are 3.4 GB of levels in a million steps, so where it is thinned as far as it goes
the next one is thinned in the same way, and so on. What stays in any case are fewer than eight tiles of each
level: half a gigabyte of 1,000 layers with clipping, which is the least that such a run takes.

Spared are the neighbourhoods of events (`neighbourhoods.py`), and what going on from the last checkpoint
builds its levels from, at most seven tiles of a level.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from gradviz.records.kept import Tile, first_kept, full_tiles
from gradviz.records.neighbourhoods import LEAST, MOST, STEPS, tiles_near
from gradviz.records.schema import FACTOR


@dataclass(kw_only=True, slots=True)
class Thinning:
    """The full tiles of a run that is being written, and their sizes in bytes.

    `kept` is the first kept tile of each level, `checkpoint` the step of the newest one, `bytes` their sum.
    """

    budget: int
    kept: tuple[int, ...] = ()
    checkpoint: int = 0
    bytes: int = 0
    _sizes: list[dict[int, int]] = field(default_factory=list)
    _spared: dict[Tile, int] = field(default_factory=dict)
    _near: set[int] = field(default_factory=set)

    def copy(self) -> Thinning:
        """One that can change and be thrown away, as a transaction can."""
        sizes = [dict(sizes) for sizes in self._sizes]
        return replace(self, _sizes=sizes, _spared=dict(self._spared), _near=set(self._near))

    def mark(self, events: Iterable[tuple[int, str]]) -> None:
        """Spare what is near these events, each a step and a kind."""
        for step, kind in events:
            self._near.update(tiles_near(step, kind))

    def add(self, level: int, idx: int, size: int) -> None:
        """Count a row of a tile; tiles of a level come in order."""
        while level >= len(self._sizes):
            self._sizes.append({})
        first = first_kept(self.kept, level)
        if idx < first:
            self._spared[level, idx] = self._spared.get((level, idx), 0) + size
        else:
            self._sizes[level][idx] = self._sizes[level].get(idx, 0) + size
        self.bytes += size

    def make_room(self, room: int, recorded: int) -> list[Tile]:
        """Give up tiles until they take at most `room` bytes or none can go; `recorded` counts the steps."""
        gone = list(self._give_up(tile for tile in list(self._spared) if not self._stays(tile)))
        for level in range(len(self._sizes)):
            gone += self._drop_oldest(level, room, recorded)
            gone += self._give_up(self._surplus(self.bytes - room))
            if self.bytes <= room:
                break
        return gone

    def _drop_oldest(self, level: int, room: int, recorded: int) -> Iterator[Tile]:
        sizes, covered = self._sizes[level], full_tiles(recorded, level + 1) * FACTOR
        if level == 0:
            covered = min(covered, full_tiles(max(recorded - STEPS, 0), 0))
        first = None
        while sizes and self.bytes > room and (idx := next(iter(sizes))) < covered:
            first, size = idx + 1, sizes.pop(idx)
            if self._stays((level, idx)):
                self._spared[level, idx] = size
                yield from self._give_up(self._surplus(0))
            else:
                self.bytes -= size
                yield level, idx
        if first is not None:
            before = (*self.kept, *[0] * (level + 1 - len(self.kept)))
            self.kept = (*before[:level], first, *before[level + 1 :])

    def _stays(self, tile: Tile) -> bool:
        return self._is_needed(tile) or self._is_near(tile)

    def _is_near(self, tile: Tile) -> bool:
        level, idx = tile
        span = FACTOR**level
        return not self._near.isdisjoint(range(idx * span, (idx + 1) * span))

    def _is_needed(self, tile: Tile) -> bool:
        """Whether a run that goes on from the checkpoint has to know it."""
        level, idx = tile
        covered = full_tiles(self.checkpoint, level + 1) * FACTOR
        return covered <= idx < full_tiles(self.checkpoint, level)

    def _surplus(self, over: int) -> list[Tile]:
        """Neighbourhoods that are too many, or while all is `over` its room: coarse ones first, then old."""
        near = sorted(
            (tile for tile in self._spared if not self._is_needed(tile)), key=lambda at: (-at[0], at[1])
        )
        total = sum(self._spared[tile] for tile in near)
        most = min(MOST * self.budget, max(total - max(over, 0), LEAST * self.budget))
        found = []
        for tile in near:
            if total <= most:
                break
            total -= self._spared[tile]
            found.append(tile)
        return found

    def _give_up(self, tiles: Iterable[Tile]) -> Iterator[Tile]:
        for tile in tiles:
            self.bytes -= self._spared.pop(tile)
            yield tile
