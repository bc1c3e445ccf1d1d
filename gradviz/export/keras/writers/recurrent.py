"""Recurrent layers: one of Keras's for each of torch's layers, wrapped where it reads both ways.

The gates stand in the same order but for GRU's, and where torch adds two biases, Keras has their sum; a GRU
keeps both (`reset_after`), since its reset gate works on one of them alone.
"""

from __future__ import annotations

from typing import Any

from torch import nn

from gradviz.export.expression import Call
from gradviz.export.keras.graph import Graph, Signal, Unless, call
from gradviz.export.keras.writers.registry import Layer, writes


@writes("RNN", "LSTM", "GRU")
def recurrent(layer: Layer, signal: Signal, graph: Graph) -> Signal:
    """As many layers as torch stacks, with dropout between them."""
    module: nn.RNNBase = layer.module
    signal = graph.as_ours(signal)
    for level in range(module.num_layers):
        name = layer.name if module.num_layers == 1 else f"{layer.name}_{level}"
        made = _level(layer, level)
        if module.bidirectional:
            made = call("layers.Bidirectional", made)
        signal = graph.apply(signal, made, name=name, shape=layer.output_shape)
        if module.dropout and level + 1 < module.num_layers:
            signal = graph.apply(signal, call("layers.Dropout", module.dropout), name=f"{name}_dropout")
    return signal


def _level(layer: Layer, level: int) -> Call:
    module: nn.RNNBase = layer.module
    kernel, recurrent_kernel = layer.start.gates(level)
    settings: dict[str, Any] = {
        "return_sequences": True,
        "use_bias": Unless(bool(module.bias), default=True),
        "kernel_initializer": kernel,
        "recurrent_initializer": recurrent_kernel,
    }
    if module.bias:
        settings["bias_initializer"] = layer.start.recurrent_bias()
    if layer.kind == "LSTM":
        return call("layers.LSTM", module.hidden_size, **settings, unit_forget_bias=False)
    if layer.kind == "GRU":
        return call("layers.GRU", module.hidden_size, **settings)
    nonlinearity = Unless(getattr(module, "nonlinearity", "tanh"), "tanh")
    return call("layers.SimpleRNN", module.hidden_size, activation=nonlinearity, **settings)
