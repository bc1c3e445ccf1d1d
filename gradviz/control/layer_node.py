"""The rows behind the layer tree's indexes: what was asked, and what the inspection found there."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import count

from gradviz.records.layer import NodeInfo
from gradviz.spec.experiment import LayerSpec, Path
from gradviz.spec.repair import Repair

_numbers = count(1)


class LayerNode:
    """One row of the tree. Its `number` is never used again, so a stale index finds nothing.

    `row` is its place among its siblings, kept by `renumber`: asking each time would make a thousand rows
    cost a million comparisons.
    """

    def __init__(self, layer: LayerSpec | None, parent: LayerNode | None) -> None:
        self.number = next(_numbers)
        self.layer = layer
        self.parent = parent
        self.row = 0
        self.children: list[LayerNode] = []
        self.info: NodeInfo | None = None
        self.problem = ""
        self.repair: Repair | None = None

    @property
    def path(self) -> Path:
        """Its place in the layer tree; () for the root, which is no layer."""
        return () if self.parent is None else (*self.parent.path, self.row)

    def renumber(self, start: int = 0) -> None:
        """Tell the children from `start` on where they stand."""
        for row in range(start, len(self.children)):
            self.children[row].row = row

    def walk(self) -> Iterator[tuple[Path, LayerNode]]:
        """Everything below it with its place, a block before its body."""
        yield from _walk(self.path, self)


def _walk(above: Path, node: LayerNode) -> Iterator[tuple[Path, LayerNode]]:
    for row, child in enumerate(node.children):
        path = (*above, row)
        yield path, child
        if child.children:
            yield from _walk(path, child)


def differences(
    old: tuple[LayerSpec, ...], new: tuple[LayerSpec, ...]
) -> list[tuple[str, int, int, int, int]]:
    """How to turn `old` into `new`, as difflib's opcodes without the equal ones, last first.

    Layers are compared by identity: an edit keeps the objects that it does not concern, and undo brings
    the very same ones back.
    """
    start, end = _common_ends(old, new)
    old_ids = [id(layer) for layer in old[start : len(old) - end]]
    new_ids = [id(layer) for layer in new[start : len(new) - end]]
    matcher = SequenceMatcher(None, old_ids, new_ids, autojunk=False)
    return [
        (code, old_start + start, old_end + start, new_start + start, new_end + start)
        for code, old_start, old_end, new_start, new_end in reversed(matcher.get_opcodes())
        if code != "equal"
    ]


def _common_ends(old: tuple[LayerSpec, ...], new: tuple[LayerSpec, ...]) -> tuple[int, int]:
    """How many layers are the same at the front and at the back: most edits are in one place."""
    shorter = min(len(old), len(new))
    start = 0
    while start < shorter and old[start] is new[start]:
        start += 1
    end = 0
    while end < shorter - start and old[-1 - end] is new[-1 - end]:
        end += 1
    return start, end


def moved(old: tuple[LayerSpec, ...], new: tuple[LayerSpec, ...]) -> tuple[int, int] | None:
    """(from, to) where the only difference is one layer that was moved, None otherwise.

    `to` is its index afterwards.
    """
    if len(old) != len(new):
        return None
    first = next((i for i, (a, b) in enumerate(zip(old, new, strict=True)) if a is not b), None)
    if first is None:
        return None
    last = next(i for i in reversed(range(len(old))) if old[i] is not new[i])
    for source, target in ((first, last), (last, first)):
        rest = (*old[:source], *old[source + 1 :])
        tried = (*rest[:target], old[source], *rest[target:])
        if all(a is b for a, b in zip(tried, new, strict=True)):
            return source, target
    return None
