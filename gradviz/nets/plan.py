"""A network planned: the layer tree written out with true shapes, before anything is allocated.

A `Chain` is a sequence of parts, a part is a `Leaf`, a `Block` or a `Fault`, where planning ended. Parts are
frozen and know no names, so that the rounds of a Repeat whose shapes agree are one and the same object:
10,000 rounds cost as much planning as one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from torch import nn

from gradviz.nets.measure import measure
from gradviz.nets.registry import Shape, ShapeError, layers, shown
from gradviz.spec.check import MOST_LAYERS
from gradviz.spec.experiment import LayerSpec, Path

Join = Callable[[Mapping[str, nn.Module]], nn.Module]
"""Makes a block's module of the modules in its slots, by their labels."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaf:
    """One layer: `make` builds its torch module, each time a new one."""

    path: Path
    kind: str
    name: str | None
    input_shape: Shape
    output_shape: Shape
    parameters: int
    make: Callable[[], nn.Module]
    layers: int = 1
    broken: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """A node that could not be planned. `message` follows its name; None: it was reported before."""

    path: Path
    kind: str
    name: str | None
    message: str | None
    parameters: int = 0
    layers: int = 0
    broken: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Chain:
    """Parts one after the other; where `broken`, the last one holds the fault."""

    parts: tuple[Leaf | Block | Fault, ...]
    output_shape: Shape
    parameters: int
    layers: int
    broken: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """A place in a block: a copy of its body, or a layer of its own; `round` counts a Repeat's from 0."""

    label: str
    part: Chain | Leaf
    round: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A block with its slots in the order they run; `fault` follows its name where it does not fit."""

    path: Path
    kind: str
    name: str | None
    output_shape: Shape
    slots: tuple[Slot, ...]
    join: Join | None
    fault: str | None
    parameters: int
    layers: int

    @property
    def broken(self) -> bool:
        """Whether planning ended here."""
        return self.join is None


class BlockPlan:
    """What a block's registered function plans with.

    The function is called as `(shape, plan, **parameters)`, asks for copies of the body and for layers of its
    own, and returns the output shape and the `Join`. It may raise ShapeError like a layer's.
    """

    def __init__(self, planner: Planner, path: Path, spec: LayerSpec) -> None:
        self.slots: list[Slot] = []
        self._planner = planner
        self._path = path
        self._spec = spec

    def body(self, shape: Shape, *, label: str, round: int | None = None) -> Shape:  # noqa: A002
        """Plan one more copy of the body, with weights of its own; its output shape."""
        chain = self._planner.body(self._path, self._spec, shape)
        self.slots.append(Slot(label=label, part=chain, round=round))
        if chain.broken:
            raise _BrokenBody
        return chain.output_shape

    def layer_before(self, kind: str, shape: Shape, *, label: str, **given: Any) -> Shape:
        """Plan a layer of the block's own that runs before all others; its output shape."""
        leaf = self._planner.leaf(self._path, LayerSpec(kind=kind), shape, given)
        self.slots.insert(0, Slot(label=label, part=leaf))
        return leaf.output_shape


class Planner:
    """Plans one model; `reported` are the nodes already known to be wrong, where it stops in silence."""

    def __init__(self, classes: int, reported: frozenset[Path]) -> None:
        self._classes = classes
        self._reported = reported
        self._bodies: dict[tuple[Path, Shape], Chain] = {}

    def chain(self, above: Path, specs: tuple[LayerSpec, ...], shape: Shape) -> Chain:
        """Plan layers one after the other, up to the first that does not fit."""
        parts: list[Leaf | Block | Fault] = []
        total = 0
        for index, spec in enumerate(specs):
            part = self._part((*above, index), spec, shape)
            total += part.layers
            if total > MOST_LAYERS:
                part = _fault((*above, index), spec, f"brings the network above {MOST_LAYERS:,} layers")
            parts.append(part)
            if isinstance(part, Fault) or part.broken:
                break
            shape = part.output_shape
        return Chain(
            parts=tuple(parts),
            output_shape=shape,
            parameters=sum(part.parameters for part in parts),
            layers=total,
            broken=bool(parts) and parts[-1].broken,
        )

    def body(self, path: Path, spec: LayerSpec, shape: Shape) -> Chain:
        """Plan the body of the block at `path`, once for every input shape."""
        if (path, shape) not in self._bodies:
            self._bodies[path, shape] = self.chain(path, spec.body, shape)
        return self._bodies[path, shape]

    def leaf(self, path: Path, spec: LayerSpec, shape: Shape, given: Mapping[str, Any]) -> Leaf:
        """Plan one layer. Raises ShapeError where it does not take `shape`."""
        complete = self._complete(spec.kind, given)
        output_shape, parameters = measure(spec.kind, shape, tuple(complete.items()))
        return Leaf(
            path=path,
            kind=spec.kind,
            name=spec.name,
            input_shape=shape,
            output_shape=output_shape,
            parameters=parameters,
            make=partial(layers[spec.kind], shape, **complete),
        )

    def _part(self, path: Path, spec: LayerSpec, shape: Shape) -> Leaf | Block | Fault:
        if path in self._reported:
            return _fault(path, spec, None)
        if layers.entry(spec.kind).body:
            return self._block(path, spec, shape)
        try:
            return self.leaf(path, spec, shape, spec.parameters)
        except ShapeError as error:
            return _fault(path, spec, f"got {shown(shape)} and needs {error}")

    def _block(self, path: Path, spec: LayerSpec, shape: Shape) -> Block:
        plan = BlockPlan(self, path, spec)
        join: Join | None = None
        fault = None
        output_shape = shape
        try:
            complete = self._complete(spec.kind, spec.parameters)
            output_shape, join = layers[spec.kind](shape, plan, **complete)
        except _BrokenBody:
            pass
        except ShapeError as error:
            fault = f"got {shown(shape)} and needs {error}"
        return Block(
            path=path,
            kind=spec.kind,
            name=spec.name,
            output_shape=output_shape,
            slots=tuple(plan.slots),
            join=join,
            fault=fault,
            parameters=sum(slot.part.parameters for slot in plan.slots),
            layers=sum(slot.part.layers for slot in plan.slots),
        )

    def _complete(self, kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
        entry = layers.entry(kind)
        complete: dict[str, Any] = {}
        for parameter in entry.parameters:
            value: Any = given.get(parameter.name, parameter.default)
            if value == "classes" and "classes" in parameter.choices:
                value = self._classes
            complete[parameter.name] = tuple(value) if isinstance(value, list) else value
        return complete


class _BrokenBody(Exception):  # noqa: N818
    """The body does not fit; its chain, already in a slot, says why."""


def _fault(path: Path, spec: LayerSpec, message: str | None) -> Fault:
    return Fault(path=path, kind=spec.kind, name=spec.name, message=message)
