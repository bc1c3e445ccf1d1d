"""A network planned: the layer tree written out with true shapes, before anything is allocated.

A `Chain` is a sequence of parts, a part is a `Leaf`, a `Block` or a `Fault`, where planning ended. Parts are
frozen and know no names, so that the rounds of a Repeat whose shapes agree are one and the same object:
10,000 rounds cost as much planning as one.

A composed block is planned as the layers that it stands for. They have no place of their own in the layer
tree: their path is the block's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from torch import nn

from gradviz.nets.measure import NUMBERS, measure
from gradviz.nets.registry import Shape, ShapeError, Tokens, layers, shown
from gradviz.spec.check import MOST_LAYERS
from gradviz.spec.experiment import InitializerSpec, LayerSpec, Path

Join = Callable[[Mapping[str, nn.Module]], nn.Module]
"""Makes a block's module of the modules in its slots, by their labels."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaf:
    """One layer: `make` builds its torch module, each time a new one.

    `given` are its complete parameters, `initializer` is the nearest one given for it.
    """

    path: Path
    kind: str
    name: str | None
    input_shape: Shape
    output_shape: Shape
    parameters: int
    multiply_adds: int
    given: Mapping[str, Any]
    initializer: InitializerSpec | None
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
    multiply_adds: int = 0
    layers: int = 0
    broken: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Chain:
    """Parts one after the other; where `broken`, the last one holds the fault."""

    parts: tuple[Part, ...]
    output_shape: Shape
    parameters: int
    multiply_adds: int
    layers: int
    broken: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """A place in a block: a copy of its body, or a layer of its own; `round` counts a Repeat's from 0.

    Its module is called `label` in the block's; with none it is the block's module.
    """

    label: str
    part: Chain | Leaf
    round: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A block with its slots in the order they run; `fault` follows its name where it does not fit.

    `given` are its complete parameters; `composed` says that it stands for layers of its own.
    """

    path: Path
    kind: str
    name: str | None
    given: Mapping[str, Any]
    composed: bool
    input_shape: Shape
    output_shape: Shape
    slots: tuple[Slot, ...]
    join: Join | None
    fault: str | None
    parameters: int
    multiply_adds: int
    layers: int

    @property
    def broken(self) -> bool:
        """Whether planning ended here."""
        return self.join is None


Part = Leaf | Block | Fault
_TOO_MANY = f"brings the network above {MOST_LAYERS:,} layers"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where layers are planned: below which node, inside which composed block, started by what."""

    above: Path = ()
    composed: Path | None = None
    initializer: InitializerSpec | None = None

    def path(self, index: int) -> Path:
        """The path of the layer at `index`."""
        return (*self.above, index) if self.composed is None else self.composed

    def inside(self, index: int, spec: LayerSpec) -> Place:
        """The place of the layers in the body of the block at `index`."""
        return replace(self, above=(*self.above, index), initializer=spec.initializer or self.initializer)


class BlockPlan:
    """What a block's registered function plans with.

    The function is called as `(shape, plan, **parameters)`, asks for copies of the body, for single branches
    of it and for layers of its own, and returns the output shape and the `Join`. It may raise ShapeError
    like a layer's.
    """

    def __init__(self, planner: Planner, place: Place, path: Path, spec: LayerSpec) -> None:
        self.slots: list[Slot] = []
        self.specs = spec.body
        self._layers = 0
        self._planner = planner
        self._place = place
        self._path = path
        self._spec = spec

    def body(self, shape: Shape, *, label: str, round: int | None = None) -> Shape:  # noqa: A002
        """Plan one more copy of the body, with weights of its own; its output shape."""
        return self.add(self._planner.body(self._place, self._spec, shape), label, round)

    def branch(self, index: int, shape: Shape, *, label: str) -> Shape:
        """Plan the layer at `index` of the body alone; its output shape."""
        return self.add(self._planner.branch(self._place, self._spec, index, shape), label, None)

    def layer(self, kind: str, shape: Shape, *, label: str, **given: Any) -> Shape:
        """Plan a layer of the block's own; its output shape."""
        leaf = self._leaf(kind, shape, given)
        self.slots.append(Slot(label=label, part=leaf))
        return leaf.output_shape

    def layer_before(self, kind: str, shape: Shape, *, label: str, **given: Any) -> Shape:
        """Plan a layer of the block's own that runs before all others; its output shape."""
        leaf = self._leaf(kind, shape, given)
        self.slots.insert(0, Slot(label=label, part=leaf))
        return leaf.output_shape

    def add(self, chain: Chain, label: str, count: int | None = None) -> Shape:
        """Put planned layers into the next slot; their output shape."""
        self.slots.append(Slot(label=label, part=chain, round=count))
        self._layers += chain.layers
        if chain.broken:
            raise _BrokenBody
        if self._layers > MOST_LAYERS:
            raise _TooManyLayers
        return chain.output_shape

    def _leaf(self, kind: str, shape: Shape, given: Mapping[str, Any]) -> Leaf:
        return self._planner.leaf(self._path, LayerSpec(kind=kind), shape, given, self._place.initializer)


class Planner:
    """Plans one model; `reported` are the nodes already known to be wrong, where it stops in silence."""

    def __init__(self, classes: int, reported: frozenset[Path] = frozenset()) -> None:
        self._classes = classes
        self._reported = reported
        self._bodies: dict[tuple[Path, int, Shape], Chain] = {}
        self._expanded: list[tuple[LayerSpec, ...]] = []

    def chain(self, place: Place, specs: Sequence[LayerSpec], shape: Shape, *, first: int = 0) -> Chain:
        """Plan layers one after the other, up to the first that does not fit."""
        parts: list[Part] = []
        total = 0
        for index, spec in enumerate(specs, first):
            part = self._part(place, index, spec, shape)
            total += part.layers
            if total > MOST_LAYERS:
                part = _fault(place.path(index), spec, _TOO_MANY)
            parts.append(part)
            if isinstance(part, Fault) or part.broken:
                break
            shape = part.output_shape
        return Chain(
            parts=tuple(parts),
            output_shape=shape,
            parameters=sum(part.parameters for part in parts),
            multiply_adds=sum(part.multiply_adds for part in parts),
            layers=total,
            broken=bool(parts) and parts[-1].broken,
        )

    def body(self, place: Place, spec: LayerSpec, shape: Shape) -> Chain:
        """Plan the body of the block `spec`, whose layers are at `place`, once for every input shape."""
        # Inside a composed block all paths are one, so that only the object itself tells two bodies apart.
        key = (place.above, id(spec), shape)
        if key not in self._bodies:
            self._bodies[key] = self.chain(place, spec.body, shape)
        return self._bodies[key]

    def branch(self, place: Place, spec: LayerSpec, index: int, shape: Shape) -> Chain:
        """Plan one layer of the body of the block `spec`."""
        return self.chain(place, spec.body[index : index + 1], shape, first=index)

    def leaf(
        self,
        path: Path,
        spec: LayerSpec,
        shape: Shape,
        given: Mapping[str, Any],
        initializer: InitializerSpec | None,
    ) -> Leaf:
        """Plan one layer. Raises ShapeError where it does not take `shape`."""
        complete = self.complete(spec.kind, given)
        size = measure(spec.kind, shape, tuple(complete.items()))
        return Leaf(
            path=path,
            kind=spec.kind,
            name=spec.name,
            input_shape=shape,
            output_shape=size.output_shape,
            parameters=size.parameters,
            multiply_adds=size.multiply_adds,
            given=complete,
            initializer=initializer,
            make=partial(layers[spec.kind], shape, **complete),
        )

    def complete(self, kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """All parameters of a layer, with its defaults and with the number for “classes”."""
        entry = layers.entry(kind)
        complete: dict[str, Any] = {}
        for parameter in entry.parameters:
            value: Any = given.get(parameter.name, parameter.default)
            if value == "classes" and "classes" in parameter.choices:
                value = self._classes
            complete[parameter.name] = tuple(value) if isinstance(value, list) else value
        return complete

    def _part(self, place: Place, index: int, spec: LayerSpec, shape: Shape) -> Part:
        path = place.path(index)
        if path in self._reported:
            return _fault(path, spec, None)
        entry = layers.entry(spec.kind)
        if entry.body or entry.composed:
            return self._block(place, index, spec, shape)
        try:
            given = spec.parameters
            return self.leaf(path, spec, shape, given, spec.initializer or place.initializer)
        except ShapeError as error:
            return _fault(path, spec, f"got {shown(shape)} and needs {error}")

    def _block(self, place: Place, index: int, spec: LayerSpec, shape: Shape) -> Block:
        path = place.path(index)
        inside = place.inside(index, spec)
        composed = layers.entry(spec.kind).composed
        plan = BlockPlan(self, inside, path, spec)
        complete = self.complete(spec.kind, spec.parameters)
        join: Join | None = None
        fault = None
        output_shape = shape
        try:
            if composed:
                stands_for = self._expand(spec.kind, shape, complete)
                chain = self.chain(replace(inside, composed=path), stands_for, shape)
                output_shape, join = plan.add(chain, label=""), only
            else:
                output_shape, join = layers[spec.kind](shape, plan, **complete)
        except _BrokenBody:
            pass
        except _TooManyLayers:
            fault = _TOO_MANY
        except ShapeError as error:
            fault = f"got {shown(shape)} and needs {error}"
        return Block(
            path=path,
            kind=spec.kind,
            name=spec.name,
            given=complete,
            composed=composed,
            input_shape=shape,
            output_shape=output_shape,
            slots=tuple(plan.slots),
            join=join,
            fault=fault,
            parameters=sum(slot.part.parameters for slot in plan.slots),
            multiply_adds=sum(slot.part.multiply_adds for slot in plan.slots),
            layers=sum(slot.part.layers for slot in plan.slots),
        )

    def _expand(self, kind: str, shape: Shape, complete: Mapping[str, Any]) -> tuple[LayerSpec, ...]:
        expanded = _stands_for(kind, shape, complete)
        self._expanded.append(expanded)  # kept: the plans of bodies are found by the identity of their spec
        return expanded


def expand(spec: LayerSpec, shape: Shape, classes: int = 1) -> tuple[LayerSpec, ...]:
    """The layers that a composed block stands for, at samples of `shape`. Raises ShapeError."""
    return _stands_for(spec.kind, shape, Planner(classes).complete(spec.kind, spec.parameters))


def only(modules: Mapping[str, nn.Module]) -> nn.Module:
    """The join of a block that is nothing but what is in its one slot, whose label is empty."""
    (module,) = modules.values()
    return module


class _BrokenBody(Exception):  # noqa: N818
    """The body does not fit; its chain, already in a slot, says why."""


class _TooManyLayers(Exception):  # noqa: N818
    """The block alone is beyond what a network may have: why plan its other rounds."""


def _fault(path: Path, spec: LayerSpec, message: str | None) -> Fault:
    return Fault(path=path, kind=spec.kind, name=spec.name, message=message)


def _stands_for(kind: str, shape: Shape, complete: Mapping[str, Any]) -> tuple[LayerSpec, ...]:
    if isinstance(shape, Tokens) and not layers.entry(kind).tokens:
        raise ShapeError(NUMBERS)
    parts: tuple[LayerSpec, ...] = layers[kind](shape, **complete)
    return parts
