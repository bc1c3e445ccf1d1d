"""What a residual branch carries, and dropout of all sorts."""

from __future__ import annotations

from gradviz.export.keras.graph import Graph, Signal, call
from gradviz.export.keras.writers.registry import Layer, writes


@writes("ReZero")
def rezero(layer: Layer, signal: Signal, graph: Graph) -> Signal:
    """A layer of the script's own."""
    return graph.apply(signal, call("ReZero", layer.given["init"]), name=layer.name)


@writes("LayerScale")
def layer_scale(layer: Layer, signal: Signal, graph: Graph) -> Signal:
    """A layer of the script's own, along the axis where the channels lie."""
    dim = next(i for i, size in enumerate(layer.module.sizes, 1) if size == layer.module.weight.numel())
    return graph.apply(signal, call("LayerScale", layer.given["init"], signal.axis(dim)), name=layer.name)


@writes("StochasticDepth")
def stochastic_depth(layer: Layer, signal: Signal, graph: Graph) -> Signal:
    """A Dropout that draws once for each sample."""
    shape = (None, *(1 for _ in signal.shape))
    return graph.apply(signal, call("layers.Dropout", layer.module.p, noise_shape=shape), name=layer.name)


@writes("Dropout")
def dropout(layer: Layer, signal: Signal, graph: Graph) -> Signal:
    """Keras's own."""
    return graph.apply(signal, call("layers.Dropout", layer.module.p), name=layer.name)


@writes("Dropout1d", "Dropout2d")
def channel_dropout(layer: Layer, signal: Signal, graph: Graph) -> Signal:
    """A Dropout that draws once for each channel."""
    dims = [None, *(1 for _ in signal.shape)]
    dims[signal.axis(1)] = signal.shape[0]
    return graph.apply(
        signal, call("layers.Dropout", layer.module.p, noise_shape=tuple(dims)), name=layer.name
    )


@writes("AlphaDropout")
def alpha_dropout(layer: Layer, signal: Signal, graph: Graph) -> Signal:
    """Keras's own."""
    return graph.apply(signal, call("layers.AlphaDropout", layer.module.p), name=layer.name)
