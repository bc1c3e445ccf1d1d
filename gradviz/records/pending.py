"""What was measured and is not on disk yet: a few rows between two commits, more while the disk is full.

While nothing can be written it holds up to a limit (64 MiB unless told otherwise) and then thins what it
holds exactly as a run over its byte budget is thinned: the full resolution of the oldest steps goes first
and their levels stay, and after them the oldest scheduled samples. So it stays below the limit, or below
eight tiles of each level where those alone are more.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from gradviz.records.schema import FACTOR, TILE

HELD_BYTES = 64 << 20
HELD_LOGS = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class TileRow:
    """One row of `tile`; empty `data` equals the twin's, None was not kept."""

    quantity: str
    statistic: str
    level: int
    idx: int
    data: bytes | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SampleRow:
    """One row of `sample`."""

    quantity: str
    layer: int
    step: int
    dtype: str
    data: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class EventRow:
    """One row of `event`; `detail` is JSON."""

    step: int
    kind: str
    layer: str | None
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LogRow:
    """One row of `log`; `at` is a time in UTC as ISO 8601."""

    at: str
    level: str
    text: str


@dataclass(kw_only=True, slots=True)
class Pending:
    """Rows in the order in which they will be written, and what had to be given up."""

    tiles: list[TileRow] = field(default_factory=list)
    samples: list[SampleRow] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)
    logs: list[LogRow] = field(default_factory=list)
    thinned_steps: int = 0
    lost_samples: int = 0

    def __bool__(self) -> bool:
        return bool(self.tiles or self.samples or self.events or self.logs)

    @property
    def size(self) -> int:
        """Bytes of data that are held."""
        return sum(len(row.data or b"") for row in self.tiles) + sum(len(row.data) for row in self.samples)

    def relieve(self, limit: int) -> None:
        """Thin until at most `limit` bytes are held, as the first lines of this module say."""
        excess = self.size - limit
        while excess > 0:
            place = self._oldest_covered()
            if place is None:
                break
            excess -= self._empty(*place)
            self.thinned_steps += TILE if place[0] == 0 else 0
        lost = 0
        while excess > 0 and lost < len(self.samples):
            excess -= len(self.samples[lost].data)
            lost += 1
        del self.samples[:lost]
        self.lost_samples += lost
        del self.logs[: max(0, len(self.logs) - HELD_LOGS)]

    def _oldest_covered(self) -> tuple[int, int] | None:
        """The oldest tile of the lowest level whose steps a held tile of the next level also covers."""
        held = {(row.level, row.idx) for row in self.tiles if row.data is not None}
        return min((place for place in held if (place[0] + 1, place[1] // FACTOR) in held), default=None)

    def _empty(self, level: int, idx: int) -> int:
        freed = 0
        for at, row in enumerate(self.tiles):
            if (row.level, row.idx) == (level, idx) and row.data is not None:
                freed += len(row.data)
                self.tiles[at] = replace(row, data=None)
        return freed
