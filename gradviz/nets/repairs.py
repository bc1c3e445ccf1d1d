"""Repairs for layers that do not fit: what experience suggests is tried, and only what helps is proposed.

A suggestion is a guess from the layer, its input and its neighbours; planning the repaired model says whether
the problem is gone. So no repair is offered that does not work, and a new layer needs no entry here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from gradviz.nets.divisors import nearest_divisor
from gradviz.nets.registry import Shape, Tokens, layers
from gradviz.records.layer import Inspection, LayerProblem
from gradviz.spec import tree
from gradviz.spec.catalogue import Entry, Parameter, Value
from gradviz.spec.experiment import LayerSpec, ModelSpec, Path
from gradviz.spec.first_value import first_value
from gradviz.spec.repair import Repair, RepairEdit, repaired

Look = Callable[[ModelSpec], Inspection]
"""Plans a model and says what is wrong with it."""

MOST_TRIES = 16
DIVIDING = ("groups", "num_groups", "num_heads", "cardinality")
"""Parameters that must divide a number of channels or features."""
MERGING = ("LastStep", "MeanOverTime", "Flatten")
"""Layers that make one row of many positions."""
FOR_SEQUENCES = frozenset({"Embedding", "LSTM", "GRU", "RNN", "MultiheadAttention", "TransformerBlock"})
"""Layers that give a row for every position of a sequence."""


def with_repairs(
    inspection: Inspection, model: ModelSpec, shape: Shape, wanted: Shape, look: Look
) -> Inspection:
    """The inspection with a repair at its first problem, where one is found."""
    if not inspection.problems:
        return inspection
    first, *others = inspection.problems
    repair = _found(
        _Trouble(model=model, problem=first, inspection=inspection, shape=shape, wanted=wanted), look
    )
    if repair is None:
        return inspection
    return replace(inspection, problems=(replace(first, repair=repair), *others))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Trouble:
    """A problem and what is known around it; `wanted` is what the network must give."""

    model: ModelSpec
    problem: LayerProblem
    inspection: Inspection
    shape: Shape
    wanted: Shape

    @property
    def path(self) -> Path:
        return self.problem.path

    @property
    def layer(self) -> LayerSpec:
        return tree.at(self.model.layers, self.path)

    @property
    def is_about_output(self) -> bool:
        """Whether all layers fit and only what comes out does not."""
        planned = {node.path: node for node in self.inspection.nodes}
        return len(self.path) == 1 and self.path[0] == len(self.model.layers) - 1 and self.path in planned

    @property
    def kinds(self) -> set[str]:
        """All kinds in the model."""
        return {layer.kind for _, layer in self.model.walk()}

    def input_of(self, path: Path) -> Shape:
        """What comes to a node, in the first round of a Repeat."""
        given = {node.path: node.output_shape for node in self.inspection.nodes}
        while path:
            above = tree.at(self.model.layers, path[:-1]) if len(path) > 1 else None
            if path[-1] > 0 and (above is None or above.kind != "Parallel"):
                return given.get((*path[:-1], path[-1] - 1), ())
            path = path[:-1]
        return self.shape

    def repeats(self) -> Iterator[tuple[Path, int]]:
        """The Repeats at and around the problem with their rounds, innermost first."""
        for length in range(len(self.path), 0, -1):
            times = tree.at(self.model.layers, self.path[:length]).parameters.get("times")
            if isinstance(times, int):
                yield self.path[:length], times


@dataclass(frozen=True, kw_only=True, slots=True)
class _Try:
    """A repair to try, and where the node that had the problem is afterwards (None: it is gone)."""

    repair: Repair
    node: Path | None


def gives_positions(kinds: set[str]) -> bool:
    """Whether a row for every position comes out, of which one is to be made; Conv1d gives channels."""
    return bool(kinds & FOR_SEQUENCES) and "Conv1d" not in kinds


def _found(trouble: _Trouble, look: Look) -> Repair | None:
    for tried in islice(_tries(trouble), MOST_TRIES):
        changed = replace(trouble.model, layers=repaired(trouble.model.layers, tried.repair))
        problems = look(changed).problems
        node = None if trouble.is_about_output or not trouble.path else tried.node
        if not problems or (node is not None and all(problem.path > node for problem in problems)):
            return tried.repair
    return None


def _tries(trouble: _Trouble) -> Iterator[_Try]:
    if not trouble.path:
        yield from _beginnings(trouble)
        return
    if trouble.layer.kind not in layers:
        return
    if trouble.is_about_output:
        yield from _endings(trouble)
        return
    shape, entry = trouble.input_of(trouble.path), layers.entry(trouble.layer.kind)
    yield from _by_tokens(trouble, shape, entry)
    yield from _by_division(trouble, shape, entry)
    yield from _by_dimensions(trouble, shape)
    if "in round" in trouble.problem.message:
        yield from _fewer_rounds(trouble)
    yield from _by_numbers(trouble, shape, entry)
    yield from _by_choices(trouble, entry)
    yield from _fewer_rounds(trouble)
    yield from _without(trouble)


def _beginnings(trouble: _Trouble) -> Iterator[_Try]:
    if trouble.model.layers:
        return
    usual = [
        ["Flatten", "Linear"],
        ["Embedding", "MeanOverTime", "Linear"],
        ["Embedding", "Linear"],
        ["Linear"],
    ]
    for kinds in usual:
        if all(kind in layers for kind in kinds):
            made = [_fresh(kind) for kind in kinds[:-1]] + [_classes()]
            edits = tuple(
                RepairEdit(action="insert", path=(row,), layer=layer) for row, layer in enumerate(made)
            )
            yield _Try(repair=Repair(label=f"Add {_listed(kinds)}", edits=edits), node=None)


def _endings(trouble: _Trouble) -> Iterator[_Try]:
    path, last = trouble.path, trouble.layer
    after = tree.next_to(path)
    narrow = RepairEdit(action="change", path=path, parameters={"out_features": "classes"})
    if last.kind == "Linear":
        yield _one("Set out_features to classes", narrow)
    for row in range(len(trouble.model.layers) - 1, -1, -1):
        kind = trouble.model.layers[row].kind
        if len(trouble.wanted) > 1 and kind in MERGING:
            edits = [RepairEdit(action="remove", path=(row,))]
            yield _one(f"Take the {kind} out", *edits)
            yield _one(
                f"Take the {kind} out and end with the classes", *edits, _end(len(trouble.model.layers) - 1)
            )
    sequences = gives_positions(trouble.kinds)
    for kind in ("LastStep", "MeanOverTime", "Flatten") if sequences else ("Flatten",):
        if kind not in layers:
            continue
        before = RepairEdit(action="insert", path=path, layer=_fresh(kind))
        moved = replace(narrow, path=after)
        if last.kind == "Linear":
            yield _one(f"Insert a {kind} before it", before)
            yield _one(f"Insert a {kind} before it and set out_features to classes", before, moved)
        yield _one(f"Add a {kind} after it", replace(before, path=after))
    yield _one("Add a Linear that gives the classes", _end(after[0]))
    for kind in ("LastStep", "Flatten") if sequences else ("Flatten",):
        if kind in layers:
            add = RepairEdit(action="insert", path=after, layer=_fresh(kind))
            yield _one(f"Add a {kind} and a Linear that gives the classes", add, _end(after[0] + 1))


def _by_tokens(trouble: _Trouble, shape: Shape, entry: Entry) -> Iterator[_Try]:
    if isinstance(shape, Tokens) and not entry.tokens and "Embedding" in layers:
        yield _before(trouble, "Embedding", "Put an Embedding first")
    if entry.tokens and not isinstance(shape, Tokens):
        edit = RepairEdit(action="remove", path=trouble.path)
        yield _Try(
            repair=Repair(label=f"Remove the {trouble.layer.kind}: the data are numbers", edits=(edit,)),
            node=_gone(trouble),
        )


def _by_division(trouble: _Trouble, shape: Shape, entry: Entry) -> Iterator[_Try]:
    """Another number of heads or groups, where that is what does not divide."""
    for parameter in entry.parameters:
        value = trouble.layer.parameters.get(parameter.name)
        if parameter.name in DIVIDING and isinstance(value, int) and value > 0 and shape:
            for size in dict.fromkeys((shape[0], shape[-1])):
                better = nearest_divisor(size, value)
                if better != value:
                    yield _changed(trouble, f"Set {parameter.name} to {better}", {parameter.name: better})
            if value != 1:
                yield _changed(trouble, f"Set {parameter.name} to 1", {parameter.name: 1})


def _by_dimensions(trouble: _Trouble, shape: Shape) -> Iterator[_Try]:
    path, kind = trouble.path, trouble.layer.kind
    yield from _of_other_dimensions(trouble, shape)
    if path[-1] > 0:
        neighbour = (*path[:-1], path[-1] - 1)
        if tree.at(trouble.model.layers, neighbour).kind in ("Flatten", "LastStep", "MeanOverTime"):
            gone = tree.at(trouble.model.layers, neighbour).kind
            edit = RepairEdit(action="remove", path=neighbour)
            yield _Try(repair=Repair(label=f"Take the {gone} before it out", edits=(edit,)), node=neighbour)
    for other in ("Flatten", "Transpose", "LastStep"):
        if other in layers and other != kind:
            yield _before(trouble, other, f"Insert a {other} before it")


def _of_other_dimensions(trouble: _Trouble, shape: Shape) -> Iterator[_Try]:
    """The same layer for samples of other dimensions: BatchNorm1d, BatchNorm2d, BatchNorm3d."""
    kind = trouble.layer.kind
    if re.search(r"[123]d$", kind):
        others = [f"{kind[:-2]}{dimensions}d" for dimensions in (len(shape) - 1, 1, 2)]
        for other in dict.fromkeys(others):
            if other != kind and other in layers:
                yield _changed(trouble, f"Use {other}", kind=other)
        if kind.startswith("Dropout"):
            yield _changed(trouble, "Use Dropout", kind="Dropout")


def _by_numbers(trouble: _Trouble, shape: Shape, entry: Entry) -> Iterator[_Try]:
    layer = trouble.layer
    for parameter in sorted(entry.parameters, key=lambda parameter: parameter.name != "padding"):
        value = layer.parameters.get(parameter.name, parameter.default)
        for better in _better(parameter, value, shape):
            if better != value and parameter.complaint(better) is None:
                yield _changed(trouble, f"Set {parameter.name} to {better}", {parameter.name: better})


def _better(parameter: Parameter, value: Value, shape: Shape) -> Iterator[Value]:
    """Values with which such a parameter fits more inputs."""
    single = value if isinstance(value, int) and not isinstance(value, bool) else None
    if parameter.name == "padding" and "same" in parameter.choices:
        yield "same"
    if parameter.name == "kernel_size" and shape:
        smallest = min(shape[1:], default=shape[0])
        if single is None or smallest < single:
            yield smallest
    if parameter.name in ("stride", "dilation"):
        yield 1
    if parameter.name in ("normalized_shape", "num_parameters", "start_dim", "end_dim", "dim"):
        yield parameter.default


def _by_choices(trouble: _Trouble, entry: Entry) -> Iterator[_Try]:
    """Another word where there is a choice, “auto” before all others: Residual's shortcut, a join."""
    for parameter in entry.parameters:
        now = trouble.layer.parameters.get(parameter.name, parameter.default)
        for word in sorted(
            parameter.choices, key=lambda word: (word != "auto", parameter.choices.index(word))
        ):
            if word not in (now, "classes") and word != "reflect":
                yield _changed(trouble, f"Set {parameter.name} to {word}", {parameter.name: word})


def _fewer_rounds(trouble: _Trouble) -> Iterator[_Try]:
    round_number = re.search(r"in round (\d+) of", trouble.problem.message)
    for path, times in trouble.repeats():
        fitting = [int(round_number.group(1)) - 1] if round_number else [times // 2, times // 8, times // 64]
        for fewer in fitting:
            if 1 <= fewer < times:
                edit = RepairEdit(action="change", path=path, parameters={"times": fewer})
                repair = Repair(label=f"Set times of the Repeat to {fewer:,}", edits=(edit,))
                yield _Try(repair=repair, node=trouble.path)


def _without(trouble: _Trouble) -> Iterator[_Try]:
    """A layer without weights can be left out; whoever put one with weights there wanted it."""
    entry = layers.entry(trouble.layer.kind)
    if entry.group in ("Pooling", "Shape", "Sequence", "Regularization") and not entry.body:
        edit = RepairEdit(action="remove", path=trouble.path)
        yield _Try(
            repair=Repair(label=f"Remove the {trouble.layer.kind}", edits=(edit,)), node=_gone(trouble)
        )


def _gone(trouble: _Trouble) -> Path:
    """Just before where the layer was: what comes later may have problems of its own."""
    path = trouble.path
    return (*path[:-1], path[-1] - 1, 1 << 30) if path[-1] else path[:-1]


def _before(trouble: _Trouble, kind: str, label: str) -> _Try:
    edit = RepairEdit(action="insert", path=trouble.path, layer=_fresh(kind))
    return _Try(repair=Repair(label=label, edits=(edit,)), node=tree.next_to(trouble.path))


def _changed(
    trouble: _Trouble, label: str, parameters: dict[str, Value] | None = None, *, kind: str = ""
) -> _Try:
    changes = dict(parameters or {})
    if kind:
        entry = layers.entry(kind)
        changes |= {name: None for name in trouble.layer.parameters if entry.parameter(name) is None}
        changes |= {
            p.name: first_value(p)
            for p in entry.parameters
            if p.required and p.complaint(trouble.layer.parameters.get(p.name)) is not None
        }
    edit = RepairEdit(action="change", path=trouble.path, kind=kind, parameters=changes)
    return _Try(repair=Repair(label=label, edits=(edit,)), node=trouble.path)


def _one(label: str, *edits: RepairEdit) -> _Try:
    return _Try(repair=Repair(label=label, edits=edits), node=None)


def _end(row: int) -> RepairEdit:
    return RepairEdit(action="insert", path=(row,), layer=_classes())


def _classes() -> LayerSpec:
    return LayerSpec(kind="Linear", parameters={"out_features": "classes"})


def _fresh(kind: str) -> LayerSpec:
    needed = {p.name: first_value(p) for p in layers.entry(kind).parameters if p.required}
    return LayerSpec(kind=kind, parameters=needed)


def _listed(kinds: list[str]) -> str:
    words = [f"{'an' if kind[0] in 'AEIO' else 'a'} {kind}" for kind in kinds]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
