"""Which blocks are folded: by default composed and very deep ones; what the user chose goes with edits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum

from gradviz.control.layer_node import differences, moved
from gradviz.spec.experiment import LayerSpec, Path
from gradviz.views.diagram.node import Node, Role

_DEEPEST = 12
MOST_ROUNDS = 2_000
"""A Repeat is drawn round by round only up to so many layers and blocks."""


class Fold(Enum):
    """How much of a block is drawn; ROUNDS: a Repeat's body once for every round."""

    FOLDED = "folded"
    ONCE = "once"
    ROUNDS = "rounds"


@dataclass(frozen=True, kw_only=True, slots=True)
class Folds:
    """What the user chose, by path; all rounds of a Repeat are folded alike."""

    chosen: Mapping[Path, Fold] = field(default_factory=dict)

    def of(self, node: Node) -> Fold:
        """How a node is drawn."""
        if not node.is_block or node.part >= 0:
            return Fold.ONCE if node.is_block else Fold.FOLDED
        fold = self.chosen.get(node.path)
        if fold is None:
            deep = node.role is Role.COMPOSED or len(node.path) > _DEEPEST
            return Fold.FOLDED if deep else Fold.ONCE
        if fold is Fold.ROUNDS and not can_show_rounds(node):
            return Fold.ONCE
        return fold

    def set(self, path: Path, fold: Fold) -> Folds:
        """The same with one block drawn otherwise."""
        return Folds(chosen={**self.chosen, path: fold})

    def set_all(self, nodes: Iterable[Node], fold: Fold) -> Folds:
        """The same with every block drawn so."""
        blocks = (node for top in nodes for node in top.walk() if node.is_block and node.part < 0)
        return Folds(chosen={**self.chosen, **{node.path: fold for node in blocks}})

    def carried(self, old: tuple[LayerSpec, ...], new: tuple[LayerSpec, ...]) -> Folds:
        """The same for the model after an edit: blocks that the edit has moved keep their state."""
        if not self.chosen:
            return self
        places: dict[Path, Path] = {}
        _match((), old, (), new, places)
        return Folds(chosen={places[path]: fold for path, fold in self.chosen.items() if path in places})

    def to_raw(self) -> dict[str, str]:
        """As JSON values: how each block is drawn, by its path, “2.0”."""
        return {".".join(map(str, path)): fold.value for path, fold in self.chosen.items()}


def folds_of(raw: object) -> Folds:
    """What was written; what is something else says nothing."""
    chosen: dict[Path, Fold] = {}
    for key, value in raw.items() if isinstance(raw, Mapping) else ():
        with suppress(ValueError):
            chosen[tuple(int(part) for part in str(key).split("."))] = Fold(value)
    return Folds(chosen=chosen)


def carried_path(path: Path, old: tuple[LayerSpec, ...], new: tuple[LayerSpec, ...]) -> Path:
    """Where a layer is after an edit, () if it is gone."""
    if old is new:
        return path
    places: dict[Path, Path] = {}
    _match((), old, (), new, places)
    return places.get(path, ())


def can_show_rounds(node: Node) -> bool:
    """Whether a Repeat is small enough to be drawn round by round."""
    if node.role is not Role.REPEAT or node.part >= 0 or node.times < 2 or node.times > MOST_ROUNDS:
        return False
    inside = sum(1 for child in node.children for _ in child.walk())
    return node.times * inside <= MOST_ROUNDS


def _match(
    old_above: Path,
    old: tuple[LayerSpec, ...],
    new_above: Path,
    new: tuple[LayerSpec, ...],
    places: dict[Path, Path],
) -> None:
    """Fill in where each old layer is now; one that was replaced in its place stays itself."""
    for before, after in _pairs(old, new):
        places[*old_above, before] = (*new_above, after)
        _match((*old_above, before), old[before].body, (*new_above, after), new[after].body, places)


def _pairs(old: tuple[LayerSpec, ...], new: tuple[LayerSpec, ...]) -> list[tuple[int, int]]:
    if old is new:
        return [(index, index) for index in range(len(old))]
    if (move := moved(old, new)) is not None:
        source, target = move
        order = [index for index in range(len(old)) if index != source]
        order.insert(target, source)
        return [(before, after) for after, before in enumerate(order)]
    pairs: list[tuple[int, int]] = []
    old_end, new_end = len(old), len(new)
    for _, old_start, old_stop, new_start, new_stop in differences(old, new):
        pairs += zip(range(old_stop, old_end), range(new_stop, new_end), strict=True)
        pairs += zip(range(old_start, old_stop), range(new_start, new_stop), strict=False)
        old_end, new_end = old_start, new_start
    pairs += zip(range(old_end), range(new_end), strict=True)
    return pairs
