"""A fresh layer from a catalogue entry: required parameters get a first value that is in range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gradviz.spec.catalogue import Entry
from gradviz.spec.experiment import LayerSpec, Path
from gradviz.spec.first_value import first_value


def new_layer(entry: Entry) -> LayerSpec:
    """The layer; a block starts with an empty body, into which the next layers go."""
    needed = {p.name: first_value(p) for p in entry.parameters if p.required}
    return LayerSpec(kind=entry.name, parameters=needed)


def changed_kind(layer: LayerSpec, entry: Entry) -> LayerSpec:
    """The layer as another kind, with its body and whatever parameters the two have in common."""
    kept = {
        name: value
        for name, value in layer.parameters.items()
        if (parameter := entry.parameter(name)) is not None and parameter.complaint(value) is None
    }
    fresh = new_layer(entry)
    body = layer.body if entry.body else ()
    parameters = {**fresh.parameters, **kept}
    return replace(layer, kind=entry.name, parameters=parameters, body=body)


def place_for(selected: Path, *, is_block: bool, top_level: Sequence[LayerSpec]) -> Path:
    """Where a new layer goes: first into a selected block, after a selected layer, else before the output."""
    if not selected:
        has_output = bool(top_level) and "classes" in top_level[-1].parameters.values()
        return (len(top_level) - has_output,)
    if is_block:
        return (*selected, 0)
    return (*selected[:-1], selected[-1] + 1)
