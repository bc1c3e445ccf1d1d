"""A layer in a few characters: “Linear 64”, “Repeat ×20”, “Conv2d 64 · 3×3”, “encoder: Linear 64”.

Which parameters are told comes from the catalogue, so a new layer needs nothing here: those it cannot be
without, or else its first one where that was given.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradviz.spec.catalogue import Entry, Kind, Parameter, Value
from gradviz.spec.experiment import LayerSpec


def layer_text(layer: LayerSpec, entry: Entry | None) -> str:
    """The layer's kind with its main parameters, a given name in front."""
    values = " · ".join(_main_values(layer, entry))
    is_block = bool(layer.body) if entry is None else entry.body
    if values and is_block and values.isdecimal():
        values = f"×{values}"
    text = f"{layer.kind} {values}" if values else layer.kind
    return f"{layer.name}: {text}" if layer.name else text


def shape_text(shape: Sequence[int]) -> str:
    """A shape without its batch: “64 × 8 × 8”."""
    return " × ".join(str(size) for size in shape)


def count_text(count: int) -> str:
    """A number of parameters, nothing for none: “4,160”."""
    return f"{count:,}" if count else ""


def _main_values(layer: LayerSpec, entry: Entry | None) -> list[str]:
    if entry is None:
        first = next(iter(layer.parameters.values()), None)
        return [] if first is None else [_value_text(first, None)]
    main = [parameter for parameter in entry.parameters if parameter.required] or entry.parameters[:1]
    return [
        _value_text(layer.parameters[parameter.name], parameter)
        for parameter in main
        if parameter.name in layer.parameters
    ]


def _value_text(value: Value, parameter: Parameter | None) -> str:
    if isinstance(value, list):
        return "×".join(str(item) for item in value)
    stands_for = parameter.length if parameter is not None and Kind.INTEGERS in parameter.kinds else None
    if stands_for and isinstance(value, int):
        return "×".join([str(value)] * stands_for)
    return f"{value:g}" if isinstance(value, float) else str(value)
