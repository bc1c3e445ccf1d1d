"""From a model's description to a torch network, or to the reasons why there is none.

`inspect_model` tells the true shapes and sizes without allocating anything, fast enough for every edit in
the window; `build_model` makes the network of the same plan, so that both always agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor, nn

from gradviz.nets.blocks import in_a_row
from gradviz.nets.check import check
from gradviz.nets.initializer import StartError
from gradviz.nets.initializers import start
from gradviz.nets.plan import Block, Leaf, Part, Place, Planner
from gradviz.nets.registry import Shape, Tokens, shown
from gradviz.nets.repairs import gives_positions, with_repairs
from gradviz.nets.survey import Placed, Survey
from gradviz.records.layer import Inspection, LayerInfo, LayerProblem, NodeInfo
from gradviz.spec.experiment import ModelSpec, Path
from gradviz.spec.memory import machine_memory, readable


@dataclass(frozen=True, kw_only=True, slots=True)
class BuiltModel:
    """A network on the CPU and its layers in network order; `model` takes [batch, *input_shape]."""

    model: nn.Module
    layers: tuple[LayerInfo, ...]


class BuildError(ValueError):
    """A model cannot be built. The message names the layer, what it got and what it needs."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(message)
        self.path = path
        self.message = message


def inspect_model(
    model: ModelSpec, input_shape: Shape, classes: int, *, per_position: bool = False
) -> Inspection:
    """The shapes, sizes and problems of a model that takes `input_shape` (without batch) to `classes` values.

    With `per_position` it must give [length, classes], a row of values at every position. Nothing is
    allocated and no random number is drawn. It never raises for a bad model: what is wrong is among the
    problems, each at its place in the layer tree, the first one with a repair where one is known to help.
    """

    def look(changed: ModelSpec) -> Inspection:
        return survey_model(changed, input_shape, classes, per_position=per_position)[0]

    wanted = (*input_shape[:1], classes) if per_position else (classes,)
    return with_repairs(look(model), model, input_shape, wanted, look)


def build_model(
    model: ModelSpec,
    input_shape: Shape,
    classes: int,
    seed: int,
    *,
    per_position: bool = False,
    batch: Tensor | None = None,
) -> BuiltModel:
    """The network on the CPU, a function of its arguments only; the caller's random state is left alone.

    `batch` are inputs [n, *input_shape] for an initializer that looks at data; without them it draws its own.
    Raises BuildError for the first problem that `inspect_model` would report, if memory runs out, or if the
    weights cannot start as asked.
    """
    inspection, placed = survey_model(model, input_shape, classes, per_position=per_position)
    for problem in inspection.problems:
        raise BuildError(problem.path, problem.message)
    _need_memory(inspection.parameters)
    seed %= 2**63
    with _drawing_from(seed), torch.device("cpu"):
        leaves: list[nn.Module] = []
        network = in_a_row({part.label: _assemble(part, leaves) for part in placed})
        try:
            start(network, model, placed, leaves, shape=input_shape, seed=seed, batch=batch)
        except StartError as error:
            raise BuildError(error.path, error.message) from error
    return BuiltModel(model=network, layers=inspection.layers)


def survey_model(
    model: ModelSpec, input_shape: Shape, classes: int, *, per_position: bool = False
) -> tuple[Inspection, tuple[Placed, ...]]:
    """What `inspect_model` says, and the planned parts with their names, as far as there is no problem."""
    shape = input_shape if isinstance(input_shape, Tokens) else tuple(input_shape)
    problems = _input(shape, classes)
    layers: tuple[LayerInfo, ...] = ()
    nodes: tuple[NodeInfo, ...] = ()
    placed: tuple[Placed, ...] = ()
    wanted = (*shape[:1], classes) if per_position else (classes,)
    if not problems:
        problems = list(check(model))
        reported = frozenset(problem.path for problem in problems)
        plan = Planner(classes, reported).chain(Place(), model.layers, shape)
        survey = Survey(model, plan)
        layers, nodes, placed = tuple(survey.layers), survey.nodes, survey.placed
        if survey.problem:
            problems.append(survey.problem)
        elif plan.parts and not plan.broken and plan.output_shape != wanted:
            name, merging = survey.top_names[-1], _merging(model)
            problems.append(_wrong_output(name, plan.parts[-1], plan.output_shape, wanted, merging))
    problems.sort(key=lambda problem: problem.path)
    inspection = Inspection(
        input_shape=tuple(shape), classes=classes, layers=layers, nodes=nodes, problems=tuple(problems)
    )
    return inspection, placed


def _input(shape: Shape, classes: int) -> list[LayerProblem]:
    if not shape or any(size < 1 for size in shape):
        return [
            LayerProblem(path=(), message=f"The data has samples of shape {shown(shape)}: nothing to learn")
        ]
    if classes < 1:
        return [LayerProblem(path=(), message=f"The data has {classes} classes: at least 1 is needed")]
    return []


def _merging(model: ModelSpec) -> str:
    """What makes one row of all that comes to the end."""
    kinds = {layer.kind for _, layer in model.walk()}
    return "LastStep (or a Flatten)" if gives_positions(kinds) else "Flatten"


def _wrong_output(name: str, last: Part, shape: Shape, wanted: Shape, merging: str) -> LayerProblem:
    got = f"got {shown(last.input_shape)} and " if isinstance(last, Leaf) else ""
    return LayerProblem(
        path=last.path,
        message=f"{name} {got}gives {shown(shape)}, "
        f"but the network must end in {shown(wanted)}: {_way_to_end(name, last, shape, wanted, merging)}",
    )


def _way_to_end(name: str, last: Part, shape: Shape, wanted: Shape, merging: str) -> str:
    classes = wanted[-1]
    linear = isinstance(last, Leaf) and last.kind == "Linear"
    if len(wanted) > 1 and shape[:-1] != wanted[:-1]:
        return "there is a target at every position, so take out the layer that merges or drops positions"
    if len(shape) == len(wanted):
        if linear:
            return "set its out_features to “classes”"
        return "add a Linear with out_features = “classes” after it"
    if linear:
        also = "" if shape[-1] == classes else " and set its out_features to “classes”"
        return f"put a {merging} before {name}{also}"
    enough = (shape[-1] if merging != "Flatten" else prod(shape)) == classes
    return f"add a {merging} after it" + ("" if enough else " and a Linear with out_features = “classes”")


def _need_memory(parameters: int) -> None:
    needed, there = 4 * parameters, machine_memory()
    if there is not None and needed > there:
        raise BuildError(
            (),
            f"The network has {parameters:,} parameters, which take {readable(needed)}; "
            f"this machine has {readable(there)} of memory: make its layers smaller",
        )


def _assemble(placed: Placed, leaves: list[nn.Module]) -> nn.Module:
    if isinstance(placed.part, Leaf):
        leaves.append(_make(placed.part, placed.info))
        return leaves[-1]
    modules = {child.label: _assemble(child, leaves) for child in placed.children}
    join = placed.part.join if isinstance(placed.part, Block) else None
    return join(modules) if join else in_a_row(modules)


def _make(leaf: Leaf, info: LayerInfo | None) -> nn.Module:
    try:
        return leaf.make()
    except (RuntimeError, MemoryError) as error:
        name = info.name if info else leaf.kind
        size = readable(4 * leaf.parameters)
        raise BuildError(
            leaf.path,
            f"{name} got no memory for its {leaf.parameters:,} parameters ({size}): make it smaller",
        ) from error


@contextmanager
def _drawing_from(seed: int) -> Iterator[None]:
    """Layers draw from torch's global CPU generator as they are made: lend it, and give it back as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        yield
