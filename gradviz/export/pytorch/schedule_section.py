"""The learning rate as a script has it: a function of the step, put into the optimizer before each step.

It is the engine's own formula with its numbers filled in. `LambdaLR` would say the same, but complains of
steps that a loss scaler leaves out, and knows nothing of momentum.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from gradviz.export.expression import Argument, Call, Value
from gradviz.export.layout import assigned, literal
from gradviz.export.pytorch.parts import Parts
from gradviz.export.pytorch.source import Sources
from gradviz.export.registry import ExportError
from gradviz.spec.experiment import ExperimentSpec, OptimizerSpec, ScheduleSpec
from gradviz.training.learning_rate import is_scheduled
from gradviz.training.optimizers import build_optimizer
from gradviz.training.schedules import Plateau, schedules

_FACTOR = '''\
def lr_factor(step: int, steps: int) -> float:
    """What the learning rate is multiplied by at a step of so many, counted from 0."""
{lines}'''

_BETWEEN = '''\
def between(step: int, steps: int, start: float, middle: float, finish: float) -> float:
    """The way from start to middle, on which a cycle rises, and on to finish."""
    peak, end = {pct_start} * steps - 1, steps - 1
    if step <= peak:
        share = step / peak if peak else 1.0
    else:
        start, middle = middle, finish
        share = min(1.0, (step - peak) / (end - peak)) if end > peak else 1.0
    return {anneal}'''

_COSINE = "middle + (start - middle) / 2 * (1 + math.cos(math.pi * share))"
_STRAIGHT = "start + (middle - start) * share"


def schedule_texts(spec: ScheduleSpec, sources: Sources) -> tuple[list[str], list[str]]:
    """The settings and the definitions of a schedule, the last of them `lr_factor`. Raises ExportError."""
    given: dict[str, Any] = schedules.entry(spec.name).complete(spec.parameters)
    if spec.name not in _BODIES:
        raise ExportError(
            f"schedule.name = “{spec.name}” cannot be written as a script; take it out to export the rest"
        )
    definitions = []
    if spec.name == "one_cycle":
        anneal = _COSINE if given["anneal_strategy"] == "cos" else _STRAIGHT
        definitions.append(_BETWEEN.format(pct_start=literal(given["pct_start"]), anneal=anneal))
    lines = _BODIES[spec.name](given)
    if spec.warmup:
        lines = _warmed_up(lines) if spec.name != "constant" else ["return min(1.0, (step + 1) / WARMUP)"]
    definitions.append(_FACTOR.format(lines="\n".join(f"    {line}" for line in lines)))
    if any("math." in text for text in definitions):
        sources.need("math")
    return [f"WARMUP = {spec.warmup}  # steps"] if spec.warmup else [], definitions


def add_schedule(parts: Parts, experiment: ExperimentSpec, sources: Sources) -> None:
    """Add the schedule, and the lines that put its rate into the optimizer. Raises ExportError."""
    spec = experiment.schedule
    if not is_scheduled(spec):
        return
    if spec.name == "plateau":
        factor = _add_plateau(parts, spec, sources)
    else:
        settings, definitions = schedule_texts(spec, sources)
        parts.settings += settings
        parts.definitions += definitions
        factor = "lr_factor(step, steps)"
    apart = experiment.optimizer.groups or experiment.optimizer.name == "Muon"
    lines = [f"rate = LEARNING_RATE * {factor}"]
    of_group = ' * group["lr_factor"]' if apart else ""
    put = [f'    group["lr"] = rate{of_group}']
    given = schedules.entry(spec.name).complete(spec.parameters)
    if given.get("cycle_momentum"):
        high, low = literal(given["max_momentum"]), literal(given["base_momentum"])
        moved = _momentum(experiment.optimizer)
        if moved:
            at = "max(0, step - WARMUP), max(1, steps - WARMUP)" if spec.warmup else "step, steps"
            lines.append(f"momentum = between({at}, {high}, {low}, {high})")
            put += moved
    lines += ["for group in optimizer.param_groups:", *put]
    parts.at_step += [f"        {line}" for line in lines]


def _add_plateau(parts: Parts, spec: ScheduleSpec, sources: Sources) -> str:
    """Add what listens to validations; the factor on the learning rate."""
    parts.definitions += sources.carry(Plateau)
    given = schedules.entry(spec.name).complete(spec.parameters)
    arguments = tuple(Argument(Value(value), name, keyword=True) for name, value in given.items())
    parts.before.append(assigned("plateau = ", Call("Plateau", arguments), 4))
    parts.at_validation.append("plateau.observe(loss_there)")
    if not spec.warmup:
        return "plateau.reached"
    parts.settings.append(f"WARMUP = {spec.warmup}  # steps")
    return "min(1.0, (step + 1) / WARMUP) * plateau.reached"


def _momentum(spec: OptimizerSpec) -> list[str]:
    """The lines that put the momentum into a group, where the optimizer has one."""
    betas = '    group["betas"] = (momentum, *group["betas"][1:])'
    plain = '    group["momentum"] = momentum'
    if spec.name == "Muon":
        return ['    if "betas" in group:', f"    {betas}", "    else:", f"    {plain}"]
    group = build_optimizer(spec, [nn.Parameter(torch.zeros(1))]).param_groups[0]
    return [betas] if "betas" in group else [plain] if group.get("momentum") else []


def _warmed_up(lines: list[str]) -> list[str]:
    """The schedule after steps in which the factor rises to where it begins."""
    end = lines[-1].removeprefix("return ")
    return [
        "warm = min(1.0, (step + 1) / WARMUP)",
        "step, steps = max(0, step - WARMUP), max(1, steps - WARMUP)",
        *lines[:-1],
        f"return warm * {end}" if end.startswith("between") else f"return warm * ({end})",
    ]


def _step(given: dict[str, Any]) -> list[str]:
    return [f"return {literal(given['gamma'])} ** (step // {given['step_size'] or 'max(1, -(-steps // 3))'})"]


def _multi_step(given: dict[str, Any]) -> list[str]:
    at = given["milestones"]
    milestones = literal(sorted(at)) if at is not None else "[max(1, steps // 2), max(1, steps * 3 // 4)]"
    return [
        f"milestones = {milestones}",
        f"return {literal(given['gamma'])} ** sum(step >= milestone for milestone in milestones)",
    ]


def _linear(given: dict[str, Any]) -> list[str]:
    fall = 1 - given["end_factor"]
    share = f"min(step / {given['steps'] or 'steps'}, 1)"
    return [f"return 1 - {share}" if fall == 1 else f"return 1 - {literal(fall)} * {share}"]


def _cosine(given: dict[str, Any]) -> list[str]:
    return [f"share = min(step / {given['steps'] or 'steps'}, 1)", f"return {_half_cosine(given['eta_min'])}"]


def _warm_restarts(given: dict[str, Any]) -> list[str]:
    multiply = given["multiply"]
    parts = 1 + multiply + multiply**2
    first = given["first_cycle"] or f"max(1, -(-steps // {parts}))"
    if multiply == 1:
        lines = [f"cycle = {first}", "share = step % cycle / cycle"]
    else:
        lines = [
            f"cycle = {first}",
            "while step >= cycle:",
            f"    step, cycle = step - cycle, {multiply} * cycle",
            "share = step / cycle",
        ]
    return [*lines, f"return {_half_cosine(given['eta_min'])}"]


def _half_cosine(low: float) -> str:
    if low == 0:
        return "(1 + math.cos(math.pi * share)) / 2"
    return f"{literal(low)} + {literal((1 - low) / 2)} * (1 + math.cos(math.pi * share))"


def _one_cycle(given: dict[str, Any]) -> list[str]:
    first = 1 / given["div_factor"]
    return [
        f"return between(step, steps, {literal(first)}, 1.0, {literal(first / given['final_div_factor'])})"
    ]


_BODIES: dict[str, Callable[[dict[str, Any]], list[str]]] = {
    "constant": lambda _given: ["return 1.0"],
    "step": _step,
    "multi_step": _multi_step,
    "exponential": lambda given: [f"return {literal(given['gamma'])}**step"],
    "linear": _linear,
    "cosine": _cosine,
    "warm_restarts": _warm_restarts,
    "one_cycle": _one_cycle,
}
