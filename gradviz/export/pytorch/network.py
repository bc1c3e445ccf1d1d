"""A planned network as one Python expression, each layer the call that makes it.

The modules are made on torch's meta device: nothing is allocated and no number is drawn, so a network that
fills the memory is written as quickly as a small one. Rounds of a Repeat that are one plan are made once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import nn

from gradviz.export.expression import Call, Node, sequential
from gradviz.export.pytorch.constructor import construction
from gradviz.export.pytorch.recipes import Recipe, recipes
from gradviz.export.registry import ExportError
from gradviz.nets.build import survey_model
from gradviz.nets.plan import Block, Chain, Leaf, Part
from gradviz.nets.registry import sample_shape
from gradviz.nets.surroundings import Surroundings
from gradviz.nets.survey import Placed
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import ModelSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class Network:
    """The expression, how each layer starts, and the classes that are not torch's as they are met."""

    node: Node
    recipes: Sequence[Recipe]
    classes: tuple[type[nn.Module], ...]


def write_network(model: ModelSpec, info: DataInfo) -> Network:
    """The network of `model` on such data. Raises ExportError for the first problem of the model."""
    inspection, placed = survey_model(model, sample_shape(info), info.classes, per_position=info.per_position)
    for problem in inspection.problems:
        raise ExportError(problem.message)
    writer = _Writer()
    with torch.device("meta"):
        nodes = tuple(writer.part(top.part)[1] for top in placed)
        leaves = [writer.part(leaf)[0] for leaf in _leaves(placed)]
    surroundings = Surroundings(model, placed, leaves)
    starts = recipes(surroundings.layers, surroundings.branches)
    return Network(node=sequential(nodes), recipes=starts, classes=tuple(writer.classes))


@dataclass(slots=True)
class _Writer:
    """Makes each part once, and keeps what was made, so that an id stands for one module."""

    classes: dict[type[nn.Module], None] = field(default_factory=dict)
    made: dict[int, tuple[nn.Module, Node]] = field(default_factory=dict)

    def part(self, part: Part | Chain) -> tuple[nn.Module, Node]:
        """The module and its expression."""
        if id(part) not in self.made:
            self.made[id(part)] = self._make(part)
        return self.made[id(part)]

    def _make(self, part: Part | Chain) -> tuple[nn.Module, Node]:
        if isinstance(part, Leaf):
            module = part.make()
            return module, construction(module, {}, part.given, self._own)
        if isinstance(part, Chain):
            return self._chain(part)
        if isinstance(part, Block):
            return self._block(part)
        raise ExportError("the network cannot be built")

    def _chain(self, chain: Chain) -> tuple[nn.Module, Node]:
        pairs = [self.part(part) for part in chain.parts]
        if len(pairs) == 1:
            return pairs[0]
        return nn.Sequential(*(module for module, _ in pairs)), sequential(tuple(node for _, node in pairs))

    def _block(self, block: Block) -> tuple[nn.Module, Node]:
        if block.join is None:
            raise ExportError("the network cannot be built")
        pairs = {slot.label: self.part(slot.part) for slot in block.slots}
        joined = block.join({label: module for label, (module, _) in pairs.items()})
        if any(slot.round is not None for slot in block.slots):
            return joined, sequential(tuple(_titled(node, "Block") for _, node in pairs.values()))
        written = {id(module): node for module, node in pairs.values()}
        return joined, _titled(construction(joined, written, block.given, self._own), block.kind)

    def _own(self, kind: type[nn.Module]) -> None:
        self.classes[kind] = None


def _titled(node: Node, title: str) -> Node:
    """A group of layers under the name of its block; a round of a Repeat keeps the name that it has."""
    if not isinstance(node, Call) or not node.arguments or (node.title and title == "Block"):
        return node
    return replace(node, title=title)


def _leaves(placed: Sequence[Placed]) -> Iterator[Leaf]:
    """Every layer in network order, the same one in each round of a Repeat."""
    for one in placed:
        if isinstance(one.part, Leaf):
            yield one.part
        yield from _leaves(one.children)
