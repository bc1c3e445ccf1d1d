"""Layers that only rearrange: they count on our order, but for a swap of two dimensions, which is free."""

from __future__ import annotations

from dataclasses import replace

from gradviz.export.keras.graph import Graph, Signal, call
from gradviz.export.keras.writers.registry import Layer, writes


@writes("Identity")
def identity(_layer: Layer, signal: Signal, _graph: Graph) -> Signal:
    """Nothing."""
    return signal


@writes("Flatten", "Unflatten")
def reshape(layer: Layer, signal: Signal, graph: Graph) -> Signal:
    """A Flatten, or a Reshape to the new sizes, of the value in our order."""
    shape = layer.output_shape
    if tuple(shape) == signal.lying and len(shape) < 2:
        return replace(signal, shape=shape, channels_last=False)
    if not set(signal.shape[1:]) <= {1} and signal.shape[0] > 1:
        signal = graph.as_ours(signal)
    made = call("layers.Flatten") if len(shape) == 1 else call("layers.Reshape", tuple(shape))
    return graph.apply(signal, made, name=layer.name, shape=shape, channels_last=False)


@writes("Transpose")
def transpose(layer: Layer, signal: Signal, _graph: Graph) -> Signal:
    """Only a word: what has channels last is [length, features] when seen the other way round."""
    return replace(signal, shape=layer.output_shape, channels_last=not signal.channels_last)


@writes("PadChannels")
def pad_channels(layer: Layer, signal: Signal, graph: Graph) -> Signal:
    """A layer of the script's own: every s-th pixel, and channels of zeros around."""
    module = layer.module
    rank = len(signal.shape)
    steps = {signal.axis(module.dim + 1 + i): step for i, step in enumerate(module.strides)}
    strides = tuple(steps.get(axis, 1) for axis in range(1, rank + 1))
    widths = [(0, 0)] * rank
    widths[signal.axis(module.dim) - 1] = (module.before, module.after)
    made = call("PadChannels", strides, tuple(widths))
    return graph.apply(signal, made, name=layer.name, shape=layer.output_shape)
