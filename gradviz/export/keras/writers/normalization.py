"""Normalisation, along the axes where our dimensions lie. Keras's momentum is what of the old is kept."""

from __future__ import annotations

import torch

from gradviz.export.expression import Call
from gradviz.export.keras.graph import Graph, Signal, Unless, call
from gradviz.export.keras.writers.registry import Layer, writes


@writes("BatchNorm1d", "BatchNorm2d")
def batch_norm(layer: Layer, signal: Signal, graph: Graph) -> Signal:
    """A BatchNormalization; one of the script's own where no running statistics are wanted."""
    module = layer.module
    if module.track_running_stats:
        made = call(
            "layers.BatchNormalization",
            axis=Unless(_axis(signal), -1),
            momentum=Unless(round(1 - module.momentum, 12), 0.99),
            epsilon=Unless(module.eps, 1e-3),
            center=Unless(module.affine, default=True),
            scale=Unless(module.affine, default=True),
        )
    else:
        made = call(
            "BatchStatisticsNorm",
            axis=Unless(_axis(signal), -1),
            epsilon=module.eps,
            affine=Unless(module.affine, default=True),
        )
    return graph.apply(signal, made, name=layer.name)


@writes("InstanceNorm1d", "InstanceNorm2d")
def instance_norm(layer: Layer, signal: Signal, graph: Graph) -> Signal:
    """Groups of one channel; a layer of the script's own where running statistics are wanted."""
    module = layer.module
    if module.track_running_stats:
        made = call(
            "TrackedInstanceNorm",
            axis=Unless(_axis(signal), -1),
            momentum=round(1 - module.momentum, 12),
            epsilon=module.eps,
            affine=Unless(module.affine, default=True),
        )
    else:
        made = _groups(-1, signal, module.eps, affine=module.affine)
    return graph.apply(signal, made, name=layer.name)


@writes("GroupNorm")
def group_norm(layer: Layer, signal: Signal, graph: Graph) -> Signal:
    """A GroupNormalization."""
    module = layer.module
    made = _groups(module.num_groups, signal, module.eps, affine=module.affine)
    return graph.apply(signal, made, name=layer.name)


@writes("LayerNorm")
def layer_norm(layer: Layer, signal: Signal, graph: Graph) -> Signal:
    """A LayerNormalization over the axes where the trailing dimensions lie."""
    module = layer.module
    made = call(
        "layers.LayerNormalization",
        axis=Unless(_trailing(signal, len(module.normalized_shape)), -1),
        epsilon=Unless(module.eps, 1e-3),
        center=Unless(module.bias is not None, default=True),
        scale=Unless(module.elementwise_affine, default=True),
    )
    return graph.apply(signal, made, name=layer.name)


@writes("RMSNorm")
def rms_norm(layer: Layer, signal: Signal, graph: Graph) -> Signal:
    """An RMSNormalization; one of the script's own where it learns no scale."""
    module = layer.module
    made = call(
        "layers.RMSNormalization" if module.elementwise_affine else "PlainRMSNorm",
        axis=Unless(_trailing(signal, len(module.normalized_shape)), -1),
        epsilon=torch.finfo(torch.float32).eps if module.eps is None else module.eps,
    )
    return graph.apply(signal, made, name=layer.name)


def _groups(groups: int, signal: Signal, eps: float, *, affine: bool) -> Call:
    return call(
        "layers.GroupNormalization",
        groups=Unless(groups, 32),
        axis=Unless(_axis(signal), -1),
        epsilon=Unless(eps, 1e-3),
        center=Unless(affine, default=True),
        scale=Unless(affine, default=True),
    )


def _axis(signal: Signal) -> int:
    """Where the channels lie, as −1 if that is last."""
    axis = signal.axis(1)
    return -1 if axis == len(signal.shape) else axis


def _trailing(signal: Signal, count: int) -> int | tuple[int, ...]:
    """Where the last `count` dimensions lie, as −1 if it is one and lies last."""
    rank = len(signal.shape)
    axes = sorted(signal.axis(dim) for dim in range(rank - count + 1, rank + 1))
    return -1 if axes == [rank] else axes[0] if len(axes) == 1 else tuple(axes)
