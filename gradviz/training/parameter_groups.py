"""Layers that learn otherwise: which layer belongs to which group, and so what its learning rate is.

Lower layers learn slower and are frozen first when a trained network is adapted to other data: what they
have found is general (Yosinski et al., 2014; Howard & Ruder, 2018).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from torch import nn

from gradviz.probes.groups import parameters_by_layer
from gradviz.records.layer import LayerInfo
from gradviz.spec.experiment import GroupSpec, OptimizerSpec
from gradviz.spec.layer_patterns import matches
from gradviz.spec.problem import Keys, Problem, SpecError
from gradviz.training.layer_patterns import no_match
from gradviz.training.optimizers import Group


@dataclass(frozen=True, kw_only=True, slots=True)
class Assigned:
    """One group and the layers that it got; `spec` is None for all the others."""

    spec: GroupSpec | None
    layers: tuple[LayerInfo, ...]


def assign(layers: Sequence[LayerInfo], groups: Sequence[GroupSpec]) -> tuple[Assigned, ...]:
    """Every layer in the first group whose pattern it matches, the others first in one of their own.

    Raises SpecError for a group that gets no layer, or none with parameters.
    """
    left = list(layers)
    found = []
    for index, group in enumerate(groups):
        mine = [layer for layer in left if matches(group.layers, layer.name)]
        left = [layer for layer in left if layer not in mine]
        keys = ("optimizer", "groups", index, "layers")
        if not any(layer.parameters for layer in mine):
            raise SpecError([_nothing_matched(keys, group.layers, layers, mine)])
        found.append(Assigned(spec=group, layers=tuple(mine)))
    return (Assigned(spec=None, layers=tuple(left)), *found)


def check_groups(layers: Sequence[LayerInfo], spec: OptimizerSpec) -> None:
    """Raise SpecError for groups that fit no layers, or that leave nothing to learn."""
    for index, group in enumerate(spec.groups):
        if spec.name == "Rprop" and group.lr_factor == 0:
            message = "must be above 0: Rprop takes it as its first step only; freeze the layers instead"
            raise SpecError([Problem(keys=("optimizer", "groups", index, "lr_factor"), message=message)])
    assigned = assign(layers, spec.groups)
    learn = [a for a in assigned if not (a.spec and a.spec.frozen) and any(x.parameters for x in a.layers)]
    if spec.groups and not learn:
        message = "freezes every layer from the beginning, so nothing learns: leave one out"
        raise SpecError([Problem(keys=("optimizer", "groups"), message=message)])


def build_groups(model: nn.Module, layers: Sequence[LayerInfo], spec: OptimizerSpec) -> list[Group]:
    """The parameter groups of the optimizer, those of the others first. Raises SpecError.

    Parameters that lie in no layer, as an imported model may have, are among the others. Frozen ones are in
    their group all the same: they may learn later.
    """
    check_groups(layers, spec)
    by_layer = parameters_of(model, layers)
    made: list[Group] = []
    for assigned in assign(layers, spec.groups):
        if assigned.spec is not None:
            parameters = [p for layer in assigned.layers for p in by_layer[layer.module] if p.requires_grad]
            made.append({"params": parameters, "lr_factor": assigned.spec.lr_factor})
    taken = {id(p) for group in made for p in group["params"]}
    others = [p for p in model.parameters() if p.requires_grad and id(p) not in taken]
    made.insert(0, {"params": others, "lr_factor": 1.0})
    made = [group for group in made if group["params"]]
    if not made:
        raise SpecError([Problem(keys=("model",), message="has no parameters, so nothing learns")])
    return _hidden_apart(made, layers, by_layer) if spec.name == "Muon" else made


def parameters_of(model: nn.Module, layers: Sequence[LayerInfo]) -> dict[str, list[nn.Parameter]]:
    """The parameters of each layer, under the name of its module."""
    modules = (layer.module for layer in layers)
    return dict(zip(modules, parameters_by_layer(model, layers), strict=True))


def _hidden_apart(
    groups: Iterable[Group], layers: Sequence[LayerInfo], parameters: Mapping[str, list[nn.Parameter]]
) -> list[Group]:
    """Each group in two, so that embeddings and the output layer are marked as not hidden."""
    last = [layer for layer in layers if layer.parameters][-1:]
    outer = [x for x in layers if x.kind in ("Embedding", "PositionalEncoding") or x in last]
    marked = {id(p) for layer in outer for p in parameters[layer.module]}
    made = []
    for group in groups:
        for hidden in (True, False):
            mine = [p for p in group["params"] if (id(p) not in marked) is hidden]
            if mine:
                made.append({**group, "params": mine, "hidden": hidden})
    return made


def _nothing_matched(
    keys: Keys, pattern: str, layers: Sequence[LayerInfo], mine: Sequence[LayerInfo]
) -> Problem:
    if not mine and any(matches(pattern, layer.name) for layer in layers):
        message = f"“{pattern}” matches only layers that belong to a group before it"
    else:
        message = no_match(pattern, layers, mine)
    return Problem(keys=keys, message=message)
