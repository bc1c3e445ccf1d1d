"""Nodes of the layers that belong to a block itself: what a composed one stands for, a shortcut's layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gradviz.records.layer import LayerInfo
from gradviz.spec.experiment import Path
from gradviz.views.diagram.inner import Inner
from gradviz.views.diagram.node import Node, Role

_SHORTCUT, _BEFORE, _BODY, _AFTER = "shortcut", "preactivation", "body", "activation"
_PLAIN = {"", _BODY, "sequential"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sides:
    """A block's layers: before and behind its body, beside it, and after they have met."""

    before: tuple[Node, ...] = ()
    behind: tuple[Node, ...] = ()
    beside: tuple[Node, ...] = ()
    after: tuple[Node, ...] = ()


class InnerNodes:
    """Makes nodes for one block; `rows` are measured layers' rows by index, `kinds` tells a label's kind."""

    def __init__(self, path: Path, level: int, rows: Mapping[int, int], kinds: Callable[[str], str]) -> None:
        self._path = path
        self._level = level
        self._rows = rows
        self._kinds = kinds
        self._parts = 0

    def chain(self, inner: Inner) -> tuple[Node, ...]:
        """All in it, one after the other."""
        first = (self.layer(inner.infos),) if inner.infos else ()
        return (*first, *(node for part in inner.parts for node in self._nodes(part)))

    def sides(self, inner: Inner) -> Sides:
        """A Residual's parts; its body is not looked at."""
        found: dict[str, list[Node]] = {"before": [], "behind": [], "beside": [], "after": []}
        for part in inner.parts:
            side = "behind"
            if part.label.startswith(_SHORTCUT):
                side = "beside"
            elif part.label in {_BEFORE, _AFTER}:
                side = "before" if part.label == _BEFORE else "after"
            if part.label != _BODY:
                found[side] += self.chain(part)
        return Sides(**{side: tuple(nodes) for side, nodes in found.items()})

    def layer(self, infos: list[LayerInfo]) -> Node:
        """One layer, of all rounds around the block."""
        first = infos[0]
        rows = tuple(sorted(self._rows[info.index] for info in infos if info.index in self._rows))
        is_named = len(infos) == 1 and rows and _SHORTCUT not in first.module.rpartition(".")[2]
        return Node(
            path=self._path,
            role=Role.LAYER,
            title=first.name if is_named else first.kind,
            part=self._number(),
            shape=first.output_shape,
            parameters=sum(info.parameters for info in infos),
            multiply_adds=sum(info.multiply_adds for info in infos),
            rows=rows,
            level=self._level,
            is_tall=bool(rows),
        )

    def _nodes(self, inner: Inner) -> tuple[Node, ...]:
        if inner.infos or inner.label in _PLAIN:
            return self.chain(inner)
        number = self._number()
        if inner.label == "residual":
            sides, body = self.sides(inner), inner.first(_BODY)
            passed = self.chain(body) if body is not None else ()
            children = (*sides.before, *passed, *sides.behind)
            return (self._block(inner, number, Role.RESIDUAL, children, sides=sides),)
        if inner.label == "parallel":
            branches = tuple(self._branch(part) for part in inner.parts)
            return (self._block(inner, number, Role.PARALLEL, branches),)
        role = Role.REPEAT if inner.label == "repeat" else Role.CHAIN
        return (self._block(inner, number, role, self.chain(inner)),)

    def _branch(self, inner: Inner) -> Node:
        number, nodes = self._number(), self.chain(inner)
        return nodes[0] if len(nodes) == 1 else self._block(inner, number, Role.CHAIN, nodes)

    def _block(
        self, inner: Inner, number: int, role: Role, children: tuple[Node, ...], *, sides: Sides | None = None
    ) -> Node:
        own, after = (sides.beside, sides.after) if sides is not None else ((), ())
        every = (*own, *children, *after)
        return Node(
            path=self._path,
            role=role,
            title=self._kinds("sequential" if inner.label.isdigit() else inner.label),
            part=number,
            shape=every[-1].shape if every and role is not Role.PARALLEL else None,
            parameters=sum(node.parameters for node in every),
            multiply_adds=sum(node.multiply_adds for node in every),
            rows=tuple(sorted({row for node in every for row in node.rows})),
            level=self._level,
            times=max(len(inner.rounds), 1),
            children=children,
            own=own,
            after=after,
        )

    def _number(self) -> int:
        self._parts += 1
        return self._parts - 1
