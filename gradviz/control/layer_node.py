"""The rows behind the layer tree's indexes: what was asked, and what the inspection found there."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import count

from gradviz.records.layer import NodeInfo
from gradviz.spec.experiment import LayerSpec, Path

_numbers = count(1)


class LayerNode:
    """One row of the tree. Its `number` is never used again, so a stale index finds nothing."""

    def __init__(self, layer: LayerSpec | None, parent: LayerNode | None) -> None:
        self.number = next(_numbers)
        self.layer = layer
        self.parent = parent
        self.children: list[LayerNode] = []
        self.info: NodeInfo | None = None
        self.problem = ""

    @property
    def row(self) -> int:
        """Its place among its siblings."""
        return 0 if self.parent is None else self.parent.children.index(self)

    @property
    def path(self) -> Path:
        """Its place in the layer tree; () for the root, which is no layer."""
        return () if self.parent is None else (*self.parent.path, self.row)


def differences(
    old: tuple[LayerSpec, ...], new: tuple[LayerSpec, ...]
) -> list[tuple[str, int, int, int, int]]:
    """How to turn `old` into `new`, as difflib's opcodes without the equal ones, last first.

    Layers are compared by identity: an edit keeps the objects that it does not concern, and undo brings
    the very same ones back.
    """
    matcher = SequenceMatcher(None, [id(s) for s in old], [id(s) for s in new], autojunk=False)
    return [code for code in reversed(matcher.get_opcodes()) if code[0] != "equal"]


def moved(old: tuple[LayerSpec, ...], new: tuple[LayerSpec, ...]) -> tuple[int, int] | None:
    """(from, to) where the only difference is one layer that was moved, None otherwise.

    `to` is its index afterwards.
    """
    if len(old) != len(new) or old == new:
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
