"""Which full tiles of a run are there: of each level those from a first one on, and a few before it.

A run that keeps to a byte budget gives up its oldest tiles, level by level (see `thinning.py`); what stays of
them, around events, is told by the file itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gradviz.records.schema import FACTOR, TILE, row_span

Tile = tuple[int, int]
"""Its level and its number in it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """`first` is the first kept tile of each level (0 of those not named); `spared` are earlier ones."""

    first: tuple[int, ...] = ()
    spared: frozenset[Tile] = frozenset()

    def __contains__(self, tile: Tile) -> bool:
        level, idx = tile
        return idx >= first_kept(self.first, level) or tile in self.spared

    def count(self, steps: int, level: int) -> int:
        """How many full tiles of a level are there after so many steps."""
        spared = sum(at == level for at, _ in self.spared)
        return full_tiles(steps, level) - first_kept(self.first, level) + spared


def first_kept(first: tuple[int, ...], level: int) -> int:
    """The first kept tile of a level."""
    return first[level] if level < len(first) else 0


def full_tiles(steps: int, level: int) -> int:
    """How many tiles of a level so many steps fill."""
    span: int = TILE * FACTOR**level
    return steps // span


def kept_tiles(query: Callable[..., Iterable[tuple[int]]], run: int, first: tuple[int, ...]) -> Kept:
    """What is there of a run whose first kept tiles are known; `query` asks the file for the others."""
    spared: set[Tile] = set()
    for level, before in enumerate(first):
        rows = query(
            "SELECT DISTINCT idx FROM tile WHERE run = ? AND level = ? AND statistic = ? AND idx < ?"
            " AND quantity = (SELECT quantity FROM tile WHERE id BETWEEN ? AND ? ORDER BY id LIMIT 1)",
            run,
            level,
            "mean" if level else "value",
            before,
            *row_span(run),
        )
        spared.update((level, idx) for (idx,) in rows)
    return Kept(first=first, spared=frozenset(spared))
