"""A node of the diagram: a layer or a block of the model, as it is drawn; pure data without Qt.

Nodes and boxes are made by the thousand at every edit, and a named tuple is made in a quarter of the time
that a frozen dataclass takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from gradviz.spec.experiment import Path

Key = tuple[Path, tuple[int, ...], int]
"""What a node is known by while the diagram lives: its path, the rounds it is in, its part of a block."""


class Role(Enum):
    """How a node is drawn."""

    LAYER = "layer"
    CHAIN = "chain"
    REPEAT = "repeat"
    RESIDUAL = "residual"
    PARALLEL = "parallel"
    COMPOSED = "composed"
    INPUT = "input"
    LOSS = "loss"


class Node(NamedTuple):
    """One layer, or a block with what is in it.

    `path` is the place in the layer tree, `rounds` the iteration in each enclosing Repeat that is drawn
    round by round, `part` the number among the layers that belong to a block itself (a shortcut, the layers
    of a composed block), -1 for the node itself. `rows` are the layers with parameters in it, in depth
    order, as indices among those of the inspection: a layer inside a Repeat stands for all its rounds. `join`
    is the sign of what makes one of a Parallel's branches.
    `level` is the number of enclosing Repeats, `own` the shortcut, `after` what follows where a block's ways
    have met. `parameters` counts all rounds.
    """

    path: Path
    role: Role
    title: str
    detail: str = ""
    rounds: tuple[int, ...] = ()
    part: int = -1
    shape: tuple[int, ...] | None = None
    parameters: int = 0
    multiply_adds: int = 0
    rows: tuple[int, ...] = ()
    level: int = 0
    times: int = 1
    join: str = ""
    problem: str = ""
    problem_inside: bool = False
    is_tall: bool = True
    children: tuple[Node, ...] = ()
    own: tuple[Node, ...] = ()
    after: tuple[Node, ...] = ()

    @property
    def key(self) -> Key:
        """What the node is known by."""
        return (self.path, self.rounds, self.part)

    @property
    def is_block(self) -> bool:
        """Whether it can be folded and unfolded."""
        return bool(self.children)

    def walk(self) -> Iterator[Node]:
        """The node and all in it, a block before what it holds."""
        yield self
        for child in (*self.own, *self.children, *self.after):
            yield from child.walk()
