"""Convolutions, with torch's padding on both sides alike.

Keras's “same” pads as torch does only at a stride of 1. Where each channel is filtered by itself the layer is
a DepthwiseConv, ten times as fast as groups of one channel (measured on both backends).
"""

from __future__ import annotations

from math import prod
from typing import Any

from torch import nn

from gradviz.export.expression import Call
from gradviz.export.keras.graph import Graph, Signal, Unless, call
from gradviz.export.keras.writers.registry import Layer, writes

_MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


@writes("Conv1d", "Conv2d")
def convolution(layer: Layer, signal: Signal, graph: Graph) -> Signal:
    """A Conv or DepthwiseConv, with a layer before it where it pads in its own way."""
    module: nn.Conv2d = layer.module
    signal = graph.as_channels_last(signal)
    around = _around(module)
    same = _is_same(module, around)
    if not same and any(any(pair) for pair in around):
        signal = graph.apply(signal, _padding(module.padding_mode, around))
    apart = set(module.stride) != {1} and set(module.dilation) != {1}  # which Keras does not take together
    settings: dict[str, Any] = {
        "strides": Unless(1 if apart else _one(module.stride), 1),
        "padding": Unless("same" if same else "valid", "valid"),
        "dilation_rate": Unless(_one(module.dilation), 1),
    }
    rank = len(module.kernel_size)
    ends: dict[str, Any] = {"use_bias": Unless(module.bias is not None, default=True)}
    if module.bias is not None:
        ends["bias_initializer"] = layer.start.bias(_fan_in(module))
    if _is_depthwise(module):
        made = call(
            f"layers.DepthwiseConv{rank}D",
            _one(module.kernel_size),
            depth_multiplier=Unless(module.out_channels // module.in_channels, 1),
            **settings,
            depthwise_initializer=layer.start.depthwise_kernel(),
            **ends,
        )
    else:
        made = call(
            f"layers.Conv{rank}D",
            module.out_channels,
            _one(module.kernel_size),
            **settings,
            groups=Unless(module.groups, 1),
            kernel_initializer=layer.start.kernel(),
            **ends,
        )
    signal = graph.apply(signal, made, name=layer.name, shape=layer.output_shape)
    return graph.apply(signal, call("Subsample", tuple(module.stride))) if apart else signal


def _fan_in(module: nn.Conv2d) -> int:
    return prod(module.kernel_size) * module.in_channels // module.groups


def _around(module: nn.Conv2d) -> tuple[tuple[int, int], ...]:
    """How many values are added before and after, for each dimension."""
    if module.padding == "same":
        spread = [d * (k - 1) for k, d in zip(module.kernel_size, module.dilation, strict=True)]
        return tuple((total // 2, total - total // 2) for total in spread)
    if isinstance(module.padding, str):
        return ((0, 0),) * len(module.kernel_size)
    return tuple((p, p) for p in module.padding)


def _is_same(module: nn.Conv2d, around: tuple[tuple[int, int], ...]) -> bool:
    """Whether Keras's own padding is this one."""
    spread = [d * (k - 1) for k, d in zip(module.kernel_size, module.dilation, strict=True)]
    return (
        module.padding_mode == "zeros"
        and set(module.stride) == {1}
        and any(spread)
        and around == tuple((total // 2, total - total // 2) for total in spread)
    )


def _padding(mode: str, around: tuple[tuple[int, int], ...]) -> Call:
    if mode != "zeros":
        return call("PadFromInside", around, _MODES[mode])
    if len(around) == 1:
        before, after = around[0]
        return call("layers.ZeroPadding1D", before if before == after else around[0])
    sizes = tuple(before for before, _ in around)
    if any(before != after for before, after in around):
        return call("layers.ZeroPadding2D", around)
    return call("layers.ZeroPadding2D", _one(sizes))


def _is_depthwise(module: nn.Conv2d) -> bool:
    """One filter or more for each channel; TensorFlow takes no uneven strides."""
    even = len(set(module.stride)) == 1 or set(module.dilation) != {1}
    return module.groups == module.in_channels > 1 and even


def _one(sizes: Any) -> Any:
    """One number where all sizes are the same."""
    return sizes[0] if len(set(sizes)) == 1 else tuple(sizes)
