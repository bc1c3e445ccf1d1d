"""Activations: Keras's own where it has one with the same parameters, else small layers of the script."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gradviz.export.expression import Call
from gradviz.export.keras.graph import Graph, Signal, Unless, call
from gradviz.export.keras.writers.registry import Layer, writers, writes

_BY_NAME = {
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "SELU": "selu",
    "SiLU": "silu",
    "Mish": "mish",
    "Softsign": "softsign",
    "Tanhshrink": "tanh_shrink",
    "LogSigmoid": "log_sigmoid",
    "Hardsigmoid": "hard_sigmoid",
    "Hardswish": "hard_silu",
}
_CALLS: Mapping[str, Callable[[Mapping[str, Any]], Call]] = {
    "ReLU": lambda _: call("layers.ReLU"),
    "ReLU6": lambda _: call("layers.ReLU", max_value=6.0),
    "LeakyReLU": lambda g: call("layers.LeakyReLU", negative_slope=g["negative_slope"]),
    "ELU": lambda g: call("layers.ELU", alpha=Unless(g["alpha"], 1.0)),
    "CELU": lambda g: call("CELU", g["alpha"]),
    "GELU": lambda g: call("TanhGELU") if g["approximate"] == "tanh" else call("layers.Activation", "gelu"),
    "Softplus": lambda g: call("Softplus", g["beta"], g["threshold"]),
    "Hardtanh": lambda g: call("Hardtanh", g["min_val"], g["max_val"]),
    "Hardshrink": lambda g: call("Hardshrink", g["lambd"]),
    "Softshrink": lambda g: call("Softshrink", g["lambd"]),
    "Threshold": lambda g: call("Threshold", g["threshold"], g["value"]),
    "RReLU": lambda g: call("RReLU", g["lower"], g["upper"]),
}


def _element_wise(make: Callable[[Mapping[str, Any]], Call]) -> Callable[[Layer, Signal, Graph], Signal]:
    def write(layer: Layer, signal: Signal, graph: Graph) -> Signal:
        return graph.apply(signal, make(layer.given), name=layer.name)

    return write


for _kind, _make in _CALLS.items():
    writers[_kind] = _element_wise(_make)
for _kind, _name in _BY_NAME.items():
    writers[_kind] = _element_wise(lambda _, name=_name: call("layers.Activation", name))  # type: ignore[misc]


@writes("PReLU")
def prelu(layer: Layer, signal: Signal, graph: Graph) -> Signal:
    """A slope for all, or one for each channel: shared along all other axes."""
    own = {signal.axis(1)} if layer.module.num_parameters > 1 else set()
    shared = [axis for axis in range(1, len(signal.shape) + 1) if axis not in own]
    made = call(
        "layers.PReLU",
        alpha_initializer=call("initializers.Constant", layer.given["init"]),
        shared_axes=tuple(shared) or None,
    )
    return graph.apply(signal, made, name=layer.name)
