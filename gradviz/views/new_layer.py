"""A fresh layer from a catalogue entry: required parameters get a first value that is in range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gradviz.spec.catalogue import Entry, Kind, Parameter, Value
from gradviz.spec.experiment import LayerSpec, Path

_USUAL_WIDTH = 64
_USUAL_KERNEL = 3


def new_layer(entry: Entry) -> LayerSpec:
    """The layer; a block starts with an empty body, into which the next layers go."""
    needed = {p.name: _first_value(p) for p in entry.parameters if p.required}
    return LayerSpec(kind=entry.name, parameters=needed)


def changed_kind(layer: LayerSpec, entry: Entry) -> LayerSpec:
    """The layer as another kind, with its body and whatever parameters the two have in common."""
    kept = {
        name: value
        for name, value in layer.parameters.items()
        if (parameter := entry.parameter(name)) is not None and parameter.complaint(value) is None
    }
    fresh = new_layer(entry)
    return replace(fresh, name=layer.name, parameters={**fresh.parameters, **kept}, body=layer.body)


def place_for(selected: Path, *, is_block: bool, top_level: Sequence[LayerSpec]) -> Path:
    """Where a new layer goes: first into a selected block, after a selected layer, else before the output."""
    if not selected:
        has_output = bool(top_level) and "classes" in top_level[-1].parameters.values()
        return (len(top_level) - has_output,)
    if is_block:
        return (*selected, 0)
    return (*selected[:-1], selected[-1] + 1)


def _first_value(parameter: Parameter) -> Value:
    if parameter.choices and Kind.INTEGER not in parameter.kinds:
        return parameter.choices[0]
    usual = _USUAL_KERNEL if "kernel" in parameter.name else _USUAL_WIDTH
    if "times" in parameter.name:
        usual = 2
    if "rate" in parameter.name or parameter.name == "p":
        return 0.5
    low = parameter.minimum if parameter.minimum is not None else 1
    high = parameter.maximum if parameter.maximum is not None else usual
    number = int(max(low, min(usual, high)))
    if {Kind.INTEGER, Kind.NUMBER} & set(parameter.kinds):
        return number
    return [number] * (parameter.length or 1)
