"""Parts of a layer that PyTorch keeps in one tensor, gates and heads, and where their norms are recorded.

“part_norm” is recorded at every step: the norm of the gradient of each part, all tensors of the layer that
have such parts together. Its columns are those of all layers with parts, one after the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

PART_NORM = "part_norm"


class PartKind(StrEnum):
    """What divides a layer. Projections and heads divide the same tensors of attention, in two ways."""

    GATE = "gate"
    PROJECTION = "projection"
    HEAD = "head"


@dataclass(frozen=True, kw_only=True, slots=True)
class LayerParts:
    """The parts of one layer, of one kind; `layer` is its `LayerInfo.index`.

    Gates have PyTorch's names in PyTorch's order (“i f g o” of an LSTM, “r z n” of a GRU), projections are
    “q k v”, heads “head 1”, “head 2”, ….
    """

    layer: int
    kind: PartKind
    names: tuple[str, ...]

    @classmethod
    def from_raw(cls, raw: Mapping[str, Any]) -> LayerParts:
        """The parts that `dataclasses.asdict` described."""
        return cls(layer=raw["layer"], kind=PartKind(raw["kind"]), names=tuple(raw["names"]))


def columns_of(parts: Sequence[LayerParts], layer: int) -> list[tuple[LayerParts, slice]]:
    """The parts of a layer (`LayerInfo.index`), each with its columns of “part_norm”."""
    found = []
    first = 0
    for each in parts:
        last = first + len(each.names)
        if each.layer == layer:
            found.append((each, slice(first, last)))
        first = last
    return found


def width_of(parts: Sequence[LayerParts]) -> int:
    """How many columns “part_norm” has."""
    return sum(len(each.names) for each in parts)
