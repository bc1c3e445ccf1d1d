"""How the user has folded the table of layers: into blocks or not, and which blocks are open.

Blocks are known by the name of their first layer, so that a choice holds for the next run of the same network
and for the session that is opened again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from gradviz.views.layer_table.rows import FOLDS_FROM


@dataclass(frozen=True, kw_only=True, slots=True)
class Folding:
    """`blocks` None: nothing was chosen, and as many layers as have no overview stand in blocks."""

    blocks: bool | None = None
    open: frozenset[str] = frozenset()

    def is_wanted(self, layers: int) -> bool:
        """Whether so many layers are to stand in blocks."""
        return layers >= FOLDS_FROM if self.blocks is None else self.blocks

    def turned(self, first: str) -> Folding:
        """The same with one block open that was closed, or closed that was open."""
        return replace(self, open=self.open ^ {first})

    def to_raw(self) -> dict[str, object]:
        """As JSON values."""
        return {"blocks": self.blocks, "open": sorted(self.open)}


def folding_of(raw: object) -> Folding:
    """What was written; nothing chosen where that is something else."""
    if not isinstance(raw, Mapping):
        return Folding()
    chosen, opened = raw.get("blocks"), raw.get("open")
    names = opened if isinstance(opened, list) else []
    return Folding(
        blocks=chosen if isinstance(chosen, bool) else None,
        open=frozenset(name for name in names if isinstance(name, str)),
    )
