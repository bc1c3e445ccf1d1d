"""Pooling, with padding in numbers.

Keras pads not at all or in its own way, torch by hand, and its windows may reach over the edge. What such a
window needs is padding after it.
"""

from __future__ import annotations

from typing import Any

from gradviz.export.expression import Call
from gradviz.export.keras.graph import Graph, Signal, Unless, call
from gradviz.export.keras.writers.registry import Layer, writes

Around = tuple[tuple[int, int], ...]


@writes("MaxPool1d", "MaxPool2d")
def max_pool(layer: Layer, signal: Signal, graph: Graph) -> Signal:
    """A MaxPooling, after padding with −inf where there is any."""
    module = layer.module
    signal = graph.as_channels_last(signal)
    rank = len(signal.shape) - 1
    kernel, stride = _each(module.kernel_size, rank), _each(module.stride, rank)
    dilation, padding = _each(module.dilation, rank), _each(module.padding, rank)
    spans = tuple(d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True))
    around = _around(signal, layer, spans, stride, padding)
    if any(any(pair) for pair in around):
        signal = graph.apply(signal, call("PadWithLowest", around))
    if set(dilation) == {1}:
        made = _window(f"layers.MaxPooling{rank}D", kernel, stride)
    else:
        made = call("DilatedMaxPool", kernel, stride, dilation)
    return graph.apply(signal, made, name=layer.name, shape=layer.output_shape)


@writes("AvgPool1d", "AvgPool2d")
def avg_pool(layer: Layer, signal: Signal, graph: Graph) -> Signal:
    """An AveragePooling; a layer of the script's own where windows hold padding that does not count."""
    module = layer.module
    signal = graph.as_channels_last(signal)
    rank = len(signal.shape) - 1
    kernel, stride = _each(module.kernel_size, rank), _each(module.stride, rank)
    padding = _each(module.padding, rank)
    around = _around(signal, layer, kernel, stride, padding)
    counted = tuple((p, p) if module.count_include_pad else (0, 0) for p in padding)
    if not any(any(pair) for pair in around):
        made = _window(f"layers.AveragePooling{rank}D", kernel, stride)
    elif all(
        a <= c for pair, count in zip(around, counted, strict=True) for a, c in zip(pair, count, strict=True)
    ):
        before = around if rank > 1 else around[0]
        signal = graph.apply(signal, call(f"layers.ZeroPadding{rank}D", before))
        made = _window(f"layers.AveragePooling{rank}D", kernel, stride)
    else:
        made = call("EdgeAveragePool", kernel, stride, around, counted)
    return graph.apply(signal, made, name=layer.name, shape=layer.output_shape)


@writes("AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "AdaptiveMaxPool1d", "AdaptiveMaxPool2d")
def adaptive_pool(layer: Layer, signal: Signal, graph: Graph) -> Signal:
    """A global pool, one with even windows, or a layer of the script's own."""
    signal = graph.as_channels_last(signal)
    sizes, wanted = signal.shape[1:], tuple(layer.output_shape[1:])
    rank = len(sizes)
    sort = "Average" if "Avg" in layer.kind else "Max"
    if set(wanted) == {1}:
        made = call(f"layers.Global{sort}Pooling{rank}D", keepdims=True)
    elif all(size % out == 0 for size, out in zip(sizes, wanted, strict=True)):
        window = tuple(size // out for size, out in zip(sizes, wanted, strict=True))
        made = _window(f"layers.{sort}Pooling{rank}D", window, window)
    else:
        made = call(f"Adaptive{sort}Pool", wanted)
    return graph.apply(signal, made, name=layer.name, shape=layer.output_shape)


def _around(
    signal: Signal, layer: Layer, spans: tuple[int, ...], stride: tuple[int, ...], padding: tuple[int, ...]
) -> Around:
    """Padding before and after, as far as the windows reach."""
    wanted = layer.output_shape[1:]
    return tuple(
        (p, max(0, (out - 1) * s + span - size - p))
        for p, out, s, span, size in zip(padding, wanted, stride, spans, signal.shape[1:], strict=True)
    )


def _window(callee: str, kernel: tuple[int, ...], stride: tuple[int, ...]) -> Call:
    return call(callee, _one(kernel), strides=Unless(_one(stride), _one(kernel)))


def _each(size: Any, rank: int) -> tuple[int, ...]:
    return (size,) * rank if isinstance(size, int) else tuple(size)


def _one(sizes: tuple[int, ...]) -> Any:
    return sizes[0] if len(set(sizes)) == 1 else sizes
