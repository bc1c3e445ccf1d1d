"""Normalisation layers, which keep the scale of a signal the same at every depth.

Batch normalisation (Ioffe & Szegedy 2015) uses the statistics of the batch; all others those of each sample:
layer normalisation (Ba et al. 2016) of all its values, group normalisation (Wu & He 2018) of groups of
channels, instance normalisation (Ulyanov et al. 2016) of single channels. RMSNorm (Zhang & Sennrich 2019)
leaves the mean alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from torch import nn

from gradviz.nets.divisors import nearest_divisor
from gradviz.nets.images import image
from gradviz.nets.registry import Shape, ShapeError, layers, shown
from gradviz.nets.sequence import channel_sequence
from gradviz.spec.registry import boolean, integer, integers, number

_EPS = number("eps", "Added to the variance, against division by zero.", default=1e-5, above=0, maximum=1)
_MOMENTUM = number(
    "momentum", "How fast the running statistics follow the batches.", default=0.1, minimum=0, maximum=1
)
_SIZES = integers(
    "normalized_shape",
    "Which trailing dimensions are normalised together: “all” of them, the “last” one, or their sizes.",
    or_one=True,
    default="all",
    minimum=1,
    choices=("all", "last"),
)
_BATCH = (
    _EPS,
    _MOMENTUM,
    boolean("affine", "Learn a scale and a shift for each channel.", default=True),
    boolean(
        "track_running_stats", "Validate with running statistics instead of the batch's own.", default=True
    ),
)
_INSTANCE = (
    _EPS,
    _MOMENTUM,
    boolean("affine", "Learn a scale and a shift for each channel.", default=False),
    boolean(
        "track_running_stats", "Validate with running statistics instead of the sample's own.", default=False
    ),
)


@layers.register(
    "BatchNorm1d",
    group="Normalization",
    doc="Brings each feature to mean 0 and deviation 1 over the batch.",
    parameters=_BATCH,
)
def batch_norm_1d(
    shape: Shape, *, eps: float, momentum: float, affine: bool, track_running_stats: bool
) -> nn.Module:
    """A BatchNorm1d over [features], or over the channels of [channels, length]."""
    if len(shape) > 2:
        raise ShapeError("a vector [features] or a sequence [channels, length]: use BatchNorm2d for images")
    return nn.BatchNorm1d(shape[0], eps, momentum, affine, track_running_stats)


@layers.register(
    "BatchNorm2d",
    group="Normalization",
    doc="Brings each channel of an image to mean 0 and deviation 1 over the batch.",
    parameters=_BATCH,
)
def batch_norm_2d(
    shape: Shape, *, eps: float, momentum: float, affine: bool, track_running_stats: bool
) -> nn.Module:
    """A BatchNorm2d over the channels of an image."""
    channels, _, _ = image(shape, "use BatchNorm1d for vectors")
    return nn.BatchNorm2d(channels, eps, momentum, affine, track_running_stats)


@layers.register(
    "LayerNorm",
    group="Normalization",
    doc="Brings each sample to mean 0 and deviation 1 over its own values.",
    parameters=(
        _SIZES,
        _EPS,
        boolean("elementwise_affine", "Learn a scale and a shift for each value.", default=True),
        boolean("bias", "Learn the shift too.", default=True),
    ),
)
def layer_norm(
    shape: Shape,
    *,
    normalized_shape: int | str | Sequence[int],
    eps: float,
    elementwise_affine: bool,
    bias: bool,
) -> nn.Module:
    """A LayerNorm over the whole sample unless `normalized_shape` says less."""
    sizes = _trailing(shape, normalized_shape)
    return nn.LayerNorm(sizes, eps, elementwise_affine, bias)


@layers.register(
    "RMSNorm",
    group="Normalization",
    doc="Divides each sample by the root mean square of its own values, without taking the mean away.",
    parameters=(
        _SIZES,
        number(
            "eps",
            "Added to the mean square, against division by zero; left out, float32's smallest step from 1.",
            default=None,
            above=0,
            maximum=1,
        ),
        boolean("elementwise_affine", "Learn a scale for each value.", default=True),
    ),
)
def rms_norm(
    shape: Shape, *, normalized_shape: int | str | Sequence[int], eps: float | None, elementwise_affine: bool
) -> nn.Module:
    """An RMSNorm over the whole sample unless `normalized_shape` says less."""
    return nn.RMSNorm(_trailing(shape, normalized_shape), eps, elementwise_affine)


@layers.register(
    "GroupNorm",
    group="Normalization",
    doc="Brings groups of channels to mean 0 and deviation 1, in each sample by itself.",
    parameters=(
        integer(
            "num_groups",
            "How many groups the channels are split into; 1 makes one of all.",
            minimum=1,
            maximum=1_000_000,
        ),
        _EPS,
        boolean("affine", "Learn a scale and a shift for each channel.", default=True),
    ),
)
def group_norm(shape: Shape, *, num_groups: int, eps: float, affine: bool) -> nn.Module:
    """A GroupNorm over the first dimension, channels or features, with what lies behind it."""
    channels = shape[0]
    if channels % num_groups:
        raise ShapeError(
            f"a number of channels that num_groups = {num_groups} divides: "
            f"set num_groups to {nearest_divisor(channels, num_groups)}, the nearest that does"
        )
    if prod(shape) == num_groups:
        raise ShapeError(
            f"more than one value in each of {num_groups} groups, or all become 0: make num_groups smaller"
        )
    return nn.GroupNorm(num_groups, channels, eps, affine)


@layers.register(
    "InstanceNorm1d",
    group="Normalization",
    doc="Brings each channel of a sequence to mean 0 and deviation 1, in each sample by itself.",
    parameters=_INSTANCE,
)
def instance_norm_1d(
    shape: Shape, *, eps: float, momentum: float, affine: bool, track_running_stats: bool
) -> nn.Module:
    """An InstanceNorm1d over the channels of a sequence."""
    channels, length = channel_sequence(shape, "use LayerNorm for vectors, InstanceNorm2d for images")
    _need_several(length, "step")
    return nn.InstanceNorm1d(channels, eps, momentum, affine, track_running_stats)


@layers.register(
    "InstanceNorm2d",
    group="Normalization",
    doc="Brings each channel of an image to mean 0 and deviation 1, in each sample by itself.",
    parameters=_INSTANCE,
)
def instance_norm_2d(
    shape: Shape, *, eps: float, momentum: float, affine: bool, track_running_stats: bool
) -> nn.Module:
    """An InstanceNorm2d over the channels of an image."""
    channels, height, width = image(shape, "use LayerNorm for vectors, InstanceNorm1d for sequences")
    _need_several(height * width, "pixel")
    return nn.InstanceNorm2d(channels, eps, momentum, affine, track_running_stats)


def _need_several(values: int, unit: str) -> None:
    if values == 1:
        raise ShapeError(
            f"more than one {unit} in each channel, or all become 0: "
            "shrink it less before, or use LayerNorm or BatchNorm"
        )


def _trailing(shape: Shape, wanted: int | str | Sequence[int]) -> list[int]:
    if wanted == "all":
        return list(shape)
    if wanted == "last":
        return [shape[-1]]
    sizes = (wanted,) if isinstance(wanted, int) else tuple(int(size) for size in wanted)
    if not sizes or shape[-len(sizes) :] != sizes:
        raise ShapeError(
            f"a shape that ends in {shown(sizes)}: "
            "set normalized_shape to “all” or “last”, which fit any shape"
        )
    return list(sizes)
