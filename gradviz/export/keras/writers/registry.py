"""Who writes which layer: one function for each kind, as in the registry of layers.

A function gets the layer, the value that reaches it and the graph to write to, and gives the value that
leaves it. What a layer is comes from its torch module, made without memory, so that a size has one place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gradviz.export.keras.graph import Graph, Signal
from gradviz.export.keras.starts import Start
from gradviz.nets.registry import Shape


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """One layer to be written.

    `name` is free in the script and `shown` is what a person calls it; `module` has no values in it.
    """

    kind: str
    name: str
    shown: str
    module: Any
    given: Mapping[str, Any]
    output_shape: Shape
    start: Start


Writer = Callable[[Layer, Signal, Graph], Signal]
writers: dict[str, Writer] = {}


def writes(*kinds: str) -> Callable[[Writer], Writer]:
    """Register the decorated function as the writer of these kinds of layer."""

    def decorate(writer: Writer) -> Writer:
        for kind in kinds:
            if kind in writers:
                raise ValueError(f"two functions write {kind}")
            writers[kind] = writer
        return writer

    return decorate
