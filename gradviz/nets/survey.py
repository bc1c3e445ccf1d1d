"""A planned network with names: its layers in network order, its nodes, and what is wrong with it.

A layer is called by its kind and its number among that kind ("Linear 4"), or as the experiment says. The
same name, as an identifier, is the last part of its qualified name: "repeat_1.3.linear_4".
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from torch import nn

from gradviz.nets.check import walk
from gradviz.nets.plan import Block, Chain, Fault, Leaf
from gradviz.records.layer import LayerInfo, LayerProblem, NodeInfo
from gradviz.spec.experiment import ModelSpec, Path

_TAKEN = frozenset(dir(nn.Sequential()))
"""What no layer may be called, since its module has it already."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """A part with its label in the module above it; `info` where it is a layer."""

    label: str
    part: Leaf | Block | Chain
    info: LayerInfo | None = None
    children: tuple[Placed, ...] = ()


class Survey:
    """Walks a plan once, in network order.

    `layers`, `nodes` and `problem` are what was found, `names` the display name of every top-level part.
    """

    def __init__(self, model: ModelSpec, plan: Chain) -> None:
        self.layers: list[LayerInfo] = []
        self.problem: LayerProblem | None = None
        self._names = _Names(model)
        self._nodes: dict[Path, NodeInfo] = {}
        self.top_names: list[str] = []
        self.placed = self._chain(plan, prefix="", rounds=(), where="")

    @property
    def nodes(self) -> tuple[NodeInfo, ...]:
        """Every node of the layer tree up to the first problem, a block before its body."""
        return tuple(self._nodes[path] for path in sorted(self._nodes))

    def _chain(
        self, chain: Chain, *, prefix: str, rounds: tuple[int, ...], where: str, composed: bool = False
    ) -> tuple[Placed, ...]:
        placed = []
        labels: set[str] = set()
        for part in chain.parts:
            name = self._names.next(part.kind, part.name)
            if not prefix:
                self.top_names.append(name)
            if isinstance(part, Fault):
                self._report(part.path, name, part.message, where)
                break
            label = _label(name, part.kind, labels)
            if isinstance(part, Block):
                placed.append(
                    self._block(
                        part, name, label, prefix=prefix, rounds=rounds, where=where, composed=composed
                    )
                )
            else:
                placed.append(self._leaf(part, name, label, prefix=prefix, rounds=rounds))
            if not part.broken and not composed and part.path not in self._nodes:
                self._nodes[part.path] = NodeInfo(
                    path=part.path,
                    output_shape=part.output_shape,
                    parameters=part.parameters,
                    multiply_adds=part.multiply_adds,
                )
        return tuple(placed)

    def _block(
        self,
        block: Block,
        name: str,
        label: str,
        *,
        prefix: str,
        rounds: tuple[int, ...],
        where: str,
        composed: bool,
    ) -> Placed:
        children = []
        for slot in block.slots:
            if isinstance(slot.part, Leaf):
                own = self._names.unique(f"{name} {slot.label.replace('_', ' ')}")
                children.append(
                    self._leaf(slot.part, own, slot.label, prefix=f"{prefix}{label}.", rounds=rounds)
                )
                continue
            inner = rounds if slot.round is None else (*rounds, slot.round)
            place = where if not slot.round else f", in round {slot.round + 1} of {name},"
            if block.composed and not composed:
                place = f" in {name}"
            parts = self._chain(
                slot.part,
                prefix=f"{prefix}{label}.{slot.label}." if slot.label else f"{prefix}{label}.",
                rounds=inner,
                where=place,
                composed=composed or block.composed,
            )
            children.append(Placed(label=slot.label, part=slot.part, children=parts))
        self._report(block.path, name, block.fault, where)
        return Placed(label=label, part=block, children=tuple(children))

    def _leaf(self, leaf: Leaf, name: str, label: str, *, prefix: str, rounds: tuple[int, ...]) -> Placed:
        info = LayerInfo(
            index=len(self.layers),
            name=name,
            kind=leaf.kind,
            path=leaf.path,
            repeat=rounds,
            module=prefix + label,
            output_shape=leaf.output_shape,
            parameters=leaf.parameters,
            multiply_adds=leaf.multiply_adds,
        )
        self.layers.append(info)
        return Placed(label=label, part=leaf, info=info)

    def _report(self, path: Path, name: str, message: str | None, where: str) -> None:
        if message is not None and self.problem is None:
            self.problem = LayerProblem(path=path, message=f"{name}{where} {message}")


class _Names:
    """Display names in network order; those of layers never repeat."""

    def __init__(self, model: ModelSpec) -> None:
        self._ordinals: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()
        self._used: set[str] = set()
        self._numbered = _numbered(model)

    def next(self, kind: str, given: str | None) -> str:
        """The name of the next node of that kind, which the experiment may have named."""
        self._ordinals[kind] += 1
        name = (given or "").strip()
        if not name:
            return self.unique(f"{kind} {self._ordinals[kind]}")
        self._counts[name] += 1
        return self.unique(f"{name} {self._counts[name]}" if name in self._numbered else name)

    def unique(self, name: str) -> str:
        """`name`, or where it is taken `name` with a number in brackets."""
        free, number = name, 2
        while free in self._used:
            free, number = f"{name} ({number})", number + 1
        self._used.add(free)
        return free


def _numbered(model: ModelSpec) -> frozenset[str]:
    """The given names that come more than once: twice in the tree, or inside a Repeat."""
    nodes = list(walk(model))
    loops = {path for path, layer in nodes if layer.kind == "Repeat" and layer.parameters.get("times") != 1}
    seen: Counter[str] = Counter()
    for path, layer in nodes:
        if layer.name:
            inside = any(path[:depth] in loops for depth in range(1, len(path)))
            seen[layer.name.strip()] += 2 if inside else 1
    return frozenset(name for name, count in seen.items() if count > 1)


def _label(name: str, kind: str, labels: set[str]) -> str:
    """An identifier for `name` that is free in its module: "linear_4"; given names keep their case."""
    text = name.lower() if name.startswith(f"{kind} ") else name
    plain = re.sub(r"\W+", "_", text).strip("_") or kind.lower()
    label, number = plain, 2
    while label in labels or label in _TAKEN:
        label, number = f"{plain}_{number}", number + 1
    labels.add(label)
    return label
