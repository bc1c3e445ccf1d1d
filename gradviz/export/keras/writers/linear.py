"""Linear: a Dense over our last dimension."""

from __future__ import annotations

from torch import nn

from gradviz.export.keras.graph import Graph, Signal, Unless, call
from gradviz.export.keras.writers.registry import Layer, writes


@writes("Linear")
def linear(layer: Layer, signal: Signal, graph: Graph) -> Signal:
    """A Dense; it takes the last axis, so the value must lie in our order."""
    module: nn.Linear = layer.module
    signal = graph.as_ours(signal)
    made = call(
        "layers.Dense",
        module.out_features,
        use_bias=Unless(module.bias is not None, default=True),
        kernel_initializer=layer.start.kernel(),
        bias_initializer=layer.start.bias(module.in_features) if module.bias is not None else None,
    )
    return graph.apply(signal, made, name=layer.name, shape=layer.output_shape)
