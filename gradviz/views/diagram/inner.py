"""The layers that belong to a block itself, sorted by the names of their modules.

A composed block has no body in the file; of what it stands for the engine tells the layers alone, each
with its module: “bottleneck_1.residual_1.body.conv2d_2”. So the names say which of them stand in a
shortcut, in a branch or in rounds. The layers of a Residual's own (its projection, a scale) are sorted in
the same way.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from gradviz.records.layer import LayerInfo

_NUMBER = re.compile(r"_\d+$")
_ROUNDS = "repeat"


@dataclass(kw_only=True, slots=True)
class Inner:
    """A module inside a block: layers of all rounds around the block (`infos`), or modules of its own.

    `label` is the module's name without its number; `rounds` counts a Repeat's.
    """

    label: str
    infos: list[LayerInfo] = field(default_factory=list)
    children: dict[tuple[str, int], Inner] = field(default_factory=dict)
    rounds: set[str] = field(default_factory=set)

    @property
    def parts(self) -> tuple[Inner, ...]:
        """What is in it, in the order of the network."""
        return tuple(self.children.values())

    def first(self, label: str) -> Inner | None:
        """The part of that label."""
        return self.children.get((label, 0))


def sorted_by_module(infos: Iterable[LayerInfo], *, level: int, at: int) -> Inner:
    """A block's own layers as a tree; the same layer of different rounds is one.

    `level` is the number of Repeats around the block, `at` the number of modules around it.
    """
    root = Inner(label="")
    known: dict[tuple[int, ...], _Names] = defaultdict(_Names)
    for info in infos:
        names = known[info.repeat[:level]]
        node, raw = root, ""
        for segment in info.module.split(".")[at + 1 :]:
            above, raw = raw, f"{raw}.{segment}"
            if node.label == _ROUNDS and segment.isdigit():
                node.rounds.add(segment)
                continue
            key = names.key(above, raw, segment)
            node = node.children.setdefault(key, Inner(label=key[0]))
        node.infos.append(info)
    return root


class _Names:
    """What modules are called when their running numbers are left out, in one round."""

    def __init__(self) -> None:
        self._keys: dict[str, tuple[str, int]] = {}
        self._counts: dict[tuple[str, str], int] = defaultdict(int)

    def key(self, above: str, raw: str, segment: str) -> tuple[str, int]:
        """The name, and which one of that name it is in the module above."""
        if raw not in self._keys:
            name = _NUMBER.sub("", segment)
            self._keys[raw] = (name, self._counts[above, name])
            self._counts[above, name] += 1
        return self._keys[raw]
