"""A template, its knobs and some data made one experiment: what the command line and the window ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gradviz.nets.templates.registry import Misfit, Recipe, recipe_of, templates
from gradviz.spec.catalogue import Entry, Value, did_you_mean
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import DataSpec, ExperimentSpec, ModelSpec, OptimizerSpec, TrainingSpec
from gradviz.spec.problem import Problem, SpecError

LARGEST_RATE = 0.1
"""The learning rate that larger batches do not raise any further."""


def new_experiment(
    name: str, knobs: Mapping[str, Value], data: DataSpec | None, info: DataInfo | None
) -> ExperimentSpec:
    """The experiment of the template `name`, fitted to `data`, which are such as `info` says.

    Without data, and without knobs, it is the published variant at its published size, on random data.
    Raises SpecError for a template or a knob that does not exist, a value out of range, and data that do
    not fit; the problem's keys are the knob or “data”.
    """
    if (data is None) != (info is None):
        raise ValueError("data and what is known of them go together")
    if name not in templates:
        hint = did_you_mean(name, templates) or "; “gradviz new” lists them"
        raise SpecError([Problem(keys=(), message=f"no template is called “{name}”{hint}")])
    recipe, entry = recipe_of(name), templates.entry(name)
    problems = _complaints(entry, knobs)
    if problems:
        raise SpecError(problems, name)
    chosen = data or recipe.data
    known = info or published_info(name)
    try:
        layers = templates[name](known, **entry.complete(knobs))
    except Misfit as error:
        keys, message = ("data",), f"“{chosen.name}” {error}"
        if error.knob is not None:
            keys, message = (error.knob,), str(error)
        raise SpecError([Problem(keys=keys, message=message)], name) from None
    return ExperimentSpec(
        name=_title(recipe, entry, knobs, data),
        data=chosen,
        model=ModelSpec(layers=layers, initializer=recipe.initializer),
        optimizer=_optimizer(recipe, chosen.batch_size),
        clip=recipe.clip,
        training=TrainingSpec(steps=recipe.steps),
    )


def _optimizer(recipe: Recipe, batch_size: int) -> OptimizerSpec:
    """The recipe's; gradient descent with a rate in proportion to the batch (Goyal et al. 2017)."""
    optimizer = recipe.optimizer
    if optimizer.name != "SGD" or batch_size == recipe.data.batch_size:
        return optimizer
    lr = min(LARGEST_RATE, optimizer.lr * batch_size / recipe.data.batch_size)
    return replace(optimizer, lr=float(f"{lr:.2g}"))


def published_info(name: str) -> DataInfo:
    """What the data of the published size are, without making them."""
    given: Mapping[str, Any] = recipe_of(name).data.parameters
    return DataInfo(
        input_shape=tuple(given["shape"]),
        classes=given["classes"],
        samples=given["samples"],
        vocabulary=given.get("vocabulary"),
        per_position=given.get("per_position", False),
    )


def _title(recipe: Recipe, entry: Entry, knobs: Mapping[str, Value], data: DataSpec | None) -> str:
    """The published name, and what is not as published: “ResNet-20, depth 5, on digits”."""
    turned = [
        f"{knob.name} {_shown(knobs[knob.name])}"
        for knob in entry.parameters
        if knob.name in knobs and knobs[knob.name] != knob.default
    ]
    on = [] if data is None else ["on random data" if data.name == "random" else f"on {data.name}"]
    return f"{recipe.title} {on[0]}" if on and not turned else ", ".join([recipe.title, *turned, *on])


def _shown(value: Value) -> str:
    return ("on" if value else "off") if isinstance(value, bool) else str(value)


def _complaints(entry: Entry, knobs: Mapping[str, Value]) -> list[Problem]:
    problems = []
    names = [knob.name for knob in entry.parameters]
    for key, value in knobs.items():
        knob = entry.parameter(key)
        if knob is None:
            hint = did_you_mean(key, names) or f"; there are {', '.join(names)}"
            problems.append(Problem(keys=(key,), message=f"no knob of {entry.name} is called so{hint}"))
        elif complaint := knob.complaint(value):
            problems.append(Problem(keys=(key,), message=complaint))
    return problems
