"""What a byte budget spares: the full resolution around events, 64 steps on either side.

Whoever asks why a run broke needs every step there, however old it is. Tiles are kept or dropped whole, so
up to 1,024 steps stay. They may take a quarter of the budget, and an eighth where levels need the rest: the
oldest are dropped like others then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gradviz.records.schema import TILE

KINDS = frozenset({"spike", "nonfinite", "skipped_step"})
"""The kinds of events whose neighbourhood is kept."""
STEPS = 64
MOST = 0.25
"""Share of the budget for them."""
LEAST = 0.125
"""Share that they have in any case, should levels leave less."""


class Spared:
    """The full resolution that stays of a run that is being written, and its size in bytes by tile."""

    def __init__(self) -> None:
        self._near: set[int] = set()
        self.sizes: dict[int, int] = {}

    def copy(self) -> Spared:
        """One that can change and be thrown away, as a transaction can."""
        other = Spared()
        other._near, other.sizes = set(self._near), dict(self.sizes)
        return other

    def mark(self, events: Iterable[tuple[int, str]]) -> None:
        """Spare what is near these events, each a step and a kind."""
        for step, kind in events:
            if kind in KINDS:
                self._near.update(range(max(0, step - STEPS) // TILE, (step + STEPS) // TILE + 1))

    def take(self, idx: int, size: int) -> bool:
        """Whether a tile that would be dropped stays."""
        if idx not in self._near:
            return False
        self.sizes[idx] = self.sizes.get(idx, 0) + size
        return True

    def surplus(self, budget: int, over: int = 0) -> dict[int, int]:
        """Give up the oldest that are too many, also where all together is `over` its room: sizes by tile."""
        total, given_up = sum(self.sizes.values()), {}
        most = min(MOST * budget, max(total - over, LEAST * budget))
        for idx in sorted(self.sizes):
            if total <= most:
                break
            given_up[idx] = self.sizes.pop(idx)
            self._near.discard(idx)
            total -= given_up[idx]
        return given_up


def spared_tiles(query: Callable[..., Iterable[tuple[int]]], run: int, kept: int) -> frozenset[int]:
    """Which level-0 tiles before the first `kept` one are still there; `query` asks the file."""
    rows = query(
        "SELECT DISTINCT idx FROM tile WHERE run = ? AND level = 0 AND statistic = 'value' AND idx < ?"
        " AND quantity = (SELECT quantity FROM tile WHERE id = (SELECT min(id) FROM tile WHERE run = ?))",
        run,
        kept,
        run,
    )
    return frozenset(idx for (idx,) in rows)
