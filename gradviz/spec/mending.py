"""Repairs of what the checks find in a layer: a misspelt name, a value out of range, a key too much.

The checks know no shapes, and neither does this; what concerns shapes is proposed where they are known.
"""

from __future__ import annotations

import math
import re

from gradviz.spec import tree
from gradviz.spec.catalogue import Catalogue, Entry, Kind, Parameter, Value, did_you_mean, find
from gradviz.spec.experiment import LayerSpec, ModelSpec, Path
from gradviz.spec.first_value import first_value
from gradviz.spec.problem import Problem
from gradviz.spec.repair import Repair, RepairEdit


def mending(problem: Problem, model: ModelSpec, catalogue: Catalogue) -> Repair | None:
    """What can be done about a problem of the checks, None where there is nothing safe to propose."""
    path, key = _place(problem)
    if not path or not isinstance(key, str):
        return None
    layer = tree.at(model.layers, path)
    entry = find(catalogue.layers, layer.kind)
    if entry is None:
        return _known_kind(path, layer, catalogue)
    if key == "body":
        return _body(path, entry)
    parameter = entry.parameter(key)
    if parameter is None:
        return _known_key(path, key, layer, entry)
    value = _nearest(parameter, layer.parameters.get(key))
    edit = RepairEdit(action="change", path=path, parameters={key: value})
    return Repair(label=f"Set {key} to {_shown(value)}", edits=(edit,))


def _place(problem: Problem) -> tuple[Path, str | int | None]:
    """The layer that a problem is at, and the key in it."""
    keys = problem.keys
    path: list[int] = []
    index = 1
    while index + 1 < len(keys) and keys[index] in ("layers", "body") and isinstance(keys[index + 1], int):
        path.append(int(keys[index + 1]))
        index += 2
    if keys[:1] != ("model",) or not path:
        return (), None
    return tuple(path), keys[index] if index < len(keys) else None


def _known_kind(path: Path, layer: LayerSpec, catalogue: Catalogue) -> Repair | None:
    meant = _meant(did_you_mean(layer.kind, [entry.name for entry in catalogue.layers]))
    if meant is None:
        return None
    return Repair(label=f"Make it {meant}", edits=(RepairEdit(action="change", path=path, kind=meant),))


def _known_key(path: Path, key: str, layer: LayerSpec, entry: Entry) -> Repair | None:
    if key not in layer.parameters:
        return None
    meant = _meant(did_you_mean(key, [parameter.name for parameter in entry.parameters]))
    parameter = entry.parameter(meant) if meant else None
    changes: dict[str, Value] = {key: None}
    label = f"Take {key} away"
    if parameter is not None and parameter.name not in layer.parameters:
        value = layer.parameters[key]
        if parameter.complaint(value) is None:
            changes[parameter.name] = value
            label = f"Call it {parameter.name}"
    return Repair(label=label, edits=(RepairEdit(action="change", path=path, parameters=changes),))


def _body(path: Path, entry: Entry) -> Repair | None:
    if not entry.body:
        return None
    return Repair(label=f"Remove the empty {entry.name}", edits=(RepairEdit(action="remove", path=path),))


def _nearest(parameter: Parameter, value: Value) -> Value:
    """The acceptable value nearest to one that is not: inside the range, else the default or a usual one."""
    low, high = parameter.minimum, parameter.maximum
    if isinstance(value, int | float) and not isinstance(value, bool):
        clamped: float = value
        clamped = low if low is not None and clamped < low else clamped
        clamped = high if high is not None and clamped > high else clamped
        tried: Value = int(clamped) if Kind.INTEGER in parameter.kinds and math.isfinite(clamped) else clamped
        if parameter.complaint(tried) is None:
            return tried
    if isinstance(value, str) and (meant := _meant(did_you_mean(value, parameter.choices))):
        return meant
    if not parameter.required and parameter.complaint(parameter.default) is None:
        return parameter.default
    return first_value(parameter)


def _meant(hint: str) -> str | None:
    found = re.search("“(.+)”", hint)
    return found.group(1) if found else None


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return " × ".join(str(item) for item in value)
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
