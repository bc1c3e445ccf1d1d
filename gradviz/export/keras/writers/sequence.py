"""Tokens, positions, and one vector of a sequence."""

from __future__ import annotations

from torch import nn

from gradviz.export.keras.graph import Graph, Signal, Unless, call
from gradviz.export.keras.writers.registry import Layer, writes


@writes("Embedding")
def embedding(layer: Layer, signal: Signal, graph: Graph) -> Signal:
    """An Embedding; one of the script's own where a token is padding or gradients are divided by counts."""
    module: nn.Embedding = layer.module
    plain = module.padding_idx is None and not module.scale_grad_by_freq
    made = call(
        "layers.Embedding" if plain else "TokenEmbedding",
        module.num_embeddings,
        module.embedding_dim,
        padding_token=module.padding_idx,
        divide_by_count=Unless(bool(module.scale_grad_by_freq), default=False),
        embeddings_initializer=layer.start.kernel(swapped=True),
    )
    signal = graph.as_ours(signal)
    return graph.apply(signal, made, name=layer.name, shape=layer.output_shape, channels_last=False)


@writes("PositionalEncoding")
def positional_encoding(layer: Layer, signal: Signal, graph: Graph) -> Signal:
    """A layer of the script's own, and its dropout."""
    module = layer.module
    signal = graph.as_ours(signal)
    made = call("LearnedPositions" if module.encoding == "learned" else "SinusoidalPositions")
    signal = graph.apply(signal, made, name=layer.name)
    if module.dropout:
        signal = graph.apply(signal, call("layers.Dropout", module.dropout), name=f"{layer.name}_dropout")
    return signal


@writes("LastStep")
def last_step(layer: Layer, signal: Signal, graph: Graph) -> Signal:
    """A layer of the script's own."""
    signal = graph.as_ours(signal)
    made = call("LastStep", bidirectional=Unless(layer.module.bidirectional, default=False))
    return graph.apply(signal, made, name=layer.name, shape=layer.output_shape)


@writes("MeanOverTime")
def mean_over_time(layer: Layer, signal: Signal, graph: Graph) -> Signal:
    """The global average over positions."""
    signal = graph.as_ours(signal)
    return graph.apply(
        signal, call("layers.GlobalAveragePooling1D"), name=layer.name, shape=layer.output_shape
    )
