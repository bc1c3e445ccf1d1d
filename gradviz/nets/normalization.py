"""Normalisation layers, which keep the scale of a signal the same at every depth.

Batch normalisation (Ioffe & Szegedy 2015) uses the statistics of the batch, layer normalisation (Ba et al.
2016) those of each sample.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from gradviz.nets.images import image
from gradviz.nets.registry import Shape, ShapeError, layers, shown
from gradviz.spec.registry import boolean, integers, number

_EPS = number("eps", "Added to the variance, against division by zero.", default=1e-5, above=0, maximum=1)
_BATCH = (
    _EPS,
    number(
        "momentum", "How fast the running statistics follow the batches.", default=0.1, minimum=0, maximum=1
    ),
    boolean("affine", "Learn a scale and a shift for each channel.", default=True),
    boolean(
        "track_running_stats", "Validate with running statistics instead of the batch's own.", default=True
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
        integers(
            "normalized_shape",
            "Which trailing dimensions share one mean: “all” of them, the “last” one, or their sizes.",
            or_one=True,
            default="all",
            minimum=1,
            choices=("all", "last"),
        ),
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
