"""What a byte budget spares: the full resolution around events, 64 steps on either side.

Whoever asks why a run broke needs every step there, however old it is. Tiles are kept or dropped whole, so
up to 1,024 steps stay. They may take a quarter of the budget, and an eighth where levels need the rest: the
oldest are dropped like others then. Where levels are thinned their tiles around events are spared in the
same way, but given up before full resolution is.
"""

from __future__ import annotations

from gradviz.records.schema import TILE

KINDS = frozenset({"spike", "nonfinite", "skipped_step"})
"""The kinds of events whose neighbourhood is kept."""
STEPS = 64
MOST = 0.25
"""Share of the budget for them."""
LEAST = 0.125
"""Share that they have in any case, should levels leave less."""


def tiles_near(step: int, kind: str) -> range:
    """The level-0 tiles that an event wants spared."""
    if kind not in KINDS:
        return range(0)
    return range(max(0, step - STEPS) // TILE, (step + STEPS) // TILE + 1)
