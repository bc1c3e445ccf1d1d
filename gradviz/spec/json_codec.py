"""The canonical JSON form of an experiment: what sessions and the wire hold.

Equal experiments have equal text. The raw form is the same tables as in the TOML file.
"""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from gradviz.spec.catalogue import Catalogue
from gradviz.spec.check import check_experiment
from gradviz.spec.experiment import (
    DataSpec,
    ExperimentSpec,
    InitializerSpec,
    LayerSpec,
    ModelSpec,
    Parameters,
)
from gradviz.spec.migrations import SCHEMA
from gradviz.spec.problem import Problem, SpecError


def to_raw(experiment: ExperimentSpec) -> dict[str, Any]:
    """The experiment as plain tables, in the order in which a person reads it."""
    raw: dict[str, Any] = {"schema": SCHEMA, "name": experiment.name, "seed": experiment.seed}
    raw["data"] = data_to_raw(experiment.data)
    raw["model"] = _model(experiment.model)
    optimizer = experiment.optimizer
    raw["optimizer"] = {"name": optimizer.name, "lr": optimizer.lr, **_plain(optimizer.parameters)}
    if experiment.clip is not None:
        clip = experiment.clip
        raw["clip"] = {"method": clip.method, "threshold": clip.threshold, **_plain(clip.parameters)}
    for section in ("regularization", "training", "measure"):
        part = getattr(experiment, section)
        raw[section] = {f.name: v for f in fields(part) if (v := getattr(part, f.name)) is not None}
    return raw


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
