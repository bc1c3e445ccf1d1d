"""The optimizer as a script has it, its groups of layers, and what is frozen until when."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import nn

from gradviz.export.expression import Argument, Call, Name, Node, Value
from gradviz.export.layout import WIDTH, assigned, in_one_line, literal
from gradviz.export.pytorch.parts import Parts
from gradviz.export.pytorch.positions import Positions, is_empty
from gradviz.export.pytorch.source import Sources
from gradviz.export.registry import ExportError
from gradviz.spec.experiment import OptimizerSpec
from gradviz.training.optimizers import build_optimizer, optimizers
from gradviz.training.optimizers.muon import MuonWithAdamW
from gradviz.training.parameter_groups import assign, build_groups, parameters_of

_FREEZE = '''\
def freeze(model: nn.Module, step: int) -> None:
    """Let layers learn from their step on: until then no gradients{and_statistics}."""
    parameters = list(model.parameters())
{norms}{rows}
    for layers, {of_norms}first_step in frozen:
        for parameter in layers:
            parameter.requires_grad = step >= first_step{hold}'''

_NORMS = """\
    norms = [part for part in model.modules() if isinstance(getattr(part, "running_mean", None), Tensor)]
"""
_HOLD = """
        for norm in held:
            norm.train(step >= first_step)"""


def add_optimizer(
    parts: Parts, spec: OptimizerSpec, positions: Positions, sources: Sources, *, scheduled: bool
) -> None:
    """Add the optimizer, and what changes its groups' layers. Raises ExportError.

    Where it is `scheduled`, a group has a factor of the learning rate instead of one of its own.
    """
    over = Name("model.parameters()")
    if spec.groups or spec.name == "Muon":
        parts.positions = True
        parts.before += _groups(spec, positions, scheduled=scheduled)
        over = Name("groups")
    types = {weight.dtype for weight in positions.built.model.parameters()}
    alike = [nn.Parameter(torch.zeros(1, dtype=kind)) for kind in types or {torch.float32}]
    made = build_optimizer(spec, alike)
    parts.before.append(assigned("optimizer = ", _optimizer(spec, made, over, parts, sources), 4))
    if any(group.frozen for group in spec.groups):
        sources.need("math")
        parts.definitions.append(_freeze(spec, positions))
        parts.at_step.append("        freeze(model, step)")


def _optimizer(
    spec: OptimizerSpec, made: torch.optim.Optimizer, over: Node, parts: Parts, sources: Sources
) -> Node:
    """The call that makes the optimizer, with what differs from torch's own."""
    if isinstance(made, MuonWithAdamW):
        parts.definitions += sources.carry(MuonWithAdamW)
        own = optimizers.entry(spec.name).complete(spec.parameters)
        given = [Argument(Value(_plain(value)), name, keyword=True) for name, value in own.items()]
        rate = Argument(Name("LEARNING_RATE"), "lr", keyword=True)
        return Call("MuonWithAdamW", (Argument(over), rate, *given))
    if getattr(torch.optim, type(made).__name__, None) is not type(made):
        raise ExportError(f"the optimizer {spec.name} cannot be written for PyTorch: choose another one")
    arguments = [Argument(over)]
    for parameter in list(inspect.signature(type(made).__init__).parameters.values())[2:]:
        name = parameter.name
        value = made.defaults.get(name, parameter.default)
        if name == "lr":
            arguments.append(Argument(Name("LEARNING_RATE"), name, keyword=True))
        elif _plain(value) != _plain(parameter.default):
            arguments.append(Argument(Value(_plain(value)), name, keyword=True))
    return Call(f"torch.optim.{type(made).__name__}", tuple(arguments))


def _groups(spec: OptimizerSpec, positions: Positions, *, scheduled: bool) -> list[str]:
    """The lines that make the list of groups."""
    built = positions.built
    muon = spec.name == "Muon"
    rows = []
    for group in build_groups(built.model, built.layers, spec):
        factor = group["lr_factor"]
        rate = "LEARNING_RATE" if factor == 1 else f"{literal(factor)} * LEARNING_RATE"
        entries = [f'"lr": {rate}'] if muon or not scheduled else []
        entries += [f'"lr_factor": {literal(factor)}'] if muon or scheduled else []
        entries += [f'"hidden": {group["hidden"]}'] if muon else []
        rest = ", ".join(entries)
        rows.append(_Row(group["params"], f'{{"params": %s, {rest}}}'))
    return _listed("groups", rows, positions)


def _freeze(spec: OptimizerSpec, positions: Positions) -> str:
    """The function that freezes and unfreezes."""
    built = positions.built
    by_layer = parameters_of(built.model, built.layers)
    rows, norms = [], []
    for group in assign(built.layers, spec.groups):
        if group.spec is None or not group.spec.frozen:
            continue
        mine = [p for layer in group.layers for p in by_layer[layer.module] if p.requires_grad]
        norms.append(positions.statistics({layer.module for layer in group.layers}, "norms"))
        at = group.spec.unfreeze_at
        rows.append(_Row(mine, f"(%s, {'math.inf' if at is None else at})"))
    if with_norms := not all(map(is_empty, norms)):
        rows = [
            _Row(row.parameters, row.form.replace("%s", f"%s, {in_one_line(held)}"))
            for row, held in zip(rows, norms, strict=True)
        ]
    return _FREEZE.format(
        and_statistics=", and statistics that stand still" if with_norms else "",
        norms=_NORMS if with_norms else "",
        rows="\n".join(_listed("frozen", rows, positions)),
        of_norms="held, " if with_norms else "",
        hold=_HOLD if with_norms else "",
    )


class _Row(NamedTuple):
    """A row of a list: `form` with %s where the parameters are."""

    parameters: Sequence[nn.Parameter]
    form: str


def _listed(name: str, rows: Sequence[_Row], positions: Positions) -> list[str]:
    """The lines that make the list `name`; parameters that take more than a line come before it."""
    apart, lines = [], [f"    {name} = ["]
    for number, row in enumerate(rows, start=1):
        mine = positions.parameters(row.parameters)
        line = f"        {row.form.replace('%s', in_one_line(mine))},"
        if len(line) > WIDTH:
            apart.append(assigned(f"part_{number} = ", mine, 4))
            line = f"        {row.form.replace('%s', f'part_{number}')},"
        remark = f"  # {positions.names(row.parameters)}"
        lines.append(line + remark if len(line + remark) <= WIDTH and remark.isprintable() else line)
    return [*apart, *lines, "    ]"]


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
