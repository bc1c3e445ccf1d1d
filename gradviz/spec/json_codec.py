"""The canonical JSON form of an experiment: what sessions and the wire hold.

Equal experiments have equal text. The raw form is the same tables as in the TOML file.
"""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import Any

from gradviz.spec.catalogue import Catalogue
from gradviz.spec.check import check_experiment
from gradviz.spec.experiment import (
    DataSpec,
    ExperimentSpec,
    InitializerSpec,
    LayerSpec,
    LossSpec,
    ModelSpec,
    Parameters,
    ScheduleSpec,
)
from gradviz.spec.migrations import SCHEMA
from gradviz.spec.problem import Problem, SpecError


def to_raw(experiment: ExperimentSpec) -> dict[str, Any]:
    """The experiment as plain tables, in the order in which a person reads it."""
    raw: dict[str, Any] = {"schema": SCHEMA, "name": experiment.name, "seed": experiment.seed}
    raw |= _section("seeds", experiment.seeds)
    raw["data"] = data_to_raw(experiment.data)
    raw |= _section("augmentation", experiment.augmentation)
    raw["model"] = _model(experiment.model)
    loss, optimizer, schedule = experiment.loss, experiment.optimizer, experiment.schedule
    if experiment.start is not None:
        raw |= _section("start", experiment.start)
    if loss != LossSpec():
        raw["loss"] = {"name": loss.name, **_plain(loss.parameters)}
    raw["optimizer"] = {"name": optimizer.name, "lr": optimizer.lr, **_plain(optimizer.parameters)}
    if optimizer.groups:
        raw["optimizer"]["groups"] = [_given(group) for group in optimizer.groups]
    if schedule != ScheduleSpec():
        raw["schedule"] = {"name": schedule.name, "warmup": schedule.warmup, **_plain(schedule.parameters)}
    if experiment.clip is not None:
        raw["clip"] = {"method": experiment.clip.method, **_plain(experiment.clip.parameters)}
    penalties = experiment.regularization
    raw["regularization"] = {"l1": penalties.l1, "l2": penalties.l2, **_given(penalties)}
    raw["training"] = {**_given(experiment.training), "device": experiment.training.device}
    raw["measure"] = asdict(experiment.measure)
    return raw


def _section(name: str, part: Any) -> dict[str, Any]:
    """A section that is left out where nothing in it was given."""
    given = _given(part)
    return {name: given} if given else {}


def _given(part: Any) -> dict[str, Any]:
    """The fields that differ from their defaults."""
    values = {f.name: getattr(part, f.name) for f in fields(part) if getattr(part, f.name) != f.default}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def from_raw(raw: object, catalogue: Catalogue | None = None) -> ExperimentSpec:
    """The experiment of a raw form, migrated and checked. Raises SpecError."""
    return check_experiment(raw, catalogue)


def to_json(experiment: ExperimentSpec) -> str:
    """The canonical text: equal experiments give equal text."""
    return json.dumps(to_raw(experiment), ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def from_json(text: str, catalogue: Catalogue | None = None) -> ExperimentSpec:
    """The experiment of a JSON text. Raises SpecError."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SpecError([Problem(keys=(), message=f"not a readable experiment: {error}")]) from None
    return from_raw(raw, catalogue)


def data_to_raw(data: DataSpec) -> dict[str, Any]:
    """The data section as a plain table."""
    return {
        "name": data.name,
        **_plain(data.parameters),
        "batch_size": data.batch_size,
        "validation": data.validation,
    }


def layer_to_raw(layer: LayerSpec) -> dict[str, Any]:
    """One node of the layer tree as plain tables."""
    raw: dict[str, Any] = {"kind": layer.kind}
    if layer.name is not None:
        raw["name"] = layer.name
    raw.update(_plain(layer.parameters))
    if layer.initializer is not None:
        raw["initializer"] = _initializer(layer.initializer)
    if layer.body:
        raw["body"] = [layer_to_raw(child) for child in layer.body]
    return raw


def _model(model: ModelSpec) -> dict[str, Any]:
    if model.source:
        arguments = {"arguments": _plain(model.arguments)} if model.arguments else {}
        return {"source": model.source, **arguments}
    return {
        "initializer": _initializer(model.initializer),
        "layers": [layer_to_raw(layer) for layer in model.layers],
    }


def _initializer(initializer: InitializerSpec) -> Any:
    if not initializer.parameters:
        return initializer.name
    return {"name": initializer.name, **_plain(initializer.parameters)}


def _plain(parameters: Parameters) -> dict[str, Any]:
    return {key: value for key, value in parameters.items() if value is not None}
