"""A layer in a few characters: “Linear 64”, “Repeat ×20”, “Conv2d 64 · 3×3”, “encoder: Linear 64”.

Which parameters are told comes from the catalogue, so a new layer needs nothing here: those it cannot be
without, or else its first one where that was given.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradviz.records.layer import NodeInfo
from gradviz.spec.catalogue import Entry, Kind, Parameter, Value
from gradviz.spec.experiment import LayerSpec
from gradviz.spec.repair import Repair


def layer_text(layer: LayerSpec, entry: Entry | None) -> str:
    """The layer's kind with its main parameters, a given name in front."""
    values = " · ".join(_main_values(layer, entry))
    is_block = bool(layer.body) if entry is None else entry.body
    if values and is_block and values.isdecimal():
        values = f"×{values}"
    text = f"{layer.kind} {values}" if values else layer.kind
    return f"{layer.name}: {text}" if layer.name else text


def shape_text(shape: Sequence[int]) -> str:
    """A shape without its batch: “64 × 8 × 8”, with hair spaces: a tree has little room."""
    return "\u200a×\u200a".join(str(size) for size in shape)


def short_count(value: int) -> str:
    """A whole number for narrow places: 964, 2.9 k, 85.3 k, 1.2 M, 1.8 G."""
    for limit, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= limit:
            scaled = value / limit
            return f"{scaled:.1f} {unit}" if scaled < 100 else f"{scaled:,.0f} {unit}"
    return str(value)


def count_text(count: int) -> str:
    """A number of parameters or of multiply-adds, nothing for none: “4.2 k”."""
    return short_count(count) if count else ""


def node_text(
    layer: LayerSpec, entry: Entry | None, info: NodeInfo | None, problem: str, repair: Repair | None
) -> str:
    """All that is known of a layer, for its tooltip: what is wrong first, then what it is, then its size."""
    lines = [problem, repair.label if repair else "", entry.doc if entry and not problem else ""]
    if info is not None:
        lines.append(f"Gives {shape_text(info.output_shape)}")
        if info.parameters:
            lines.append(f"{info.parameters:,} parameters")
        if info.multiply_adds:
            lines.append(f"{info.multiply_adds:,} multiply-adds a sample")
    if layer.initializer is not None:
        lines.append(f"Starts by {layer.initializer.name}")
    return "\n".join(line for line in lines if line)


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
