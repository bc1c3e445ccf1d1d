"""Pooling: an image made smaller without learned weights."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from gradviz.nets.images import Pair, image, need_room, pair
from gradviz.nets.registry import Shape, ShapeError, layers
from gradviz.spec.registry import boolean, integers

_ADVICE = "put it before the Flatten"
_KERNEL = integers(
    "kernel_size",
    "Height and width of the window, in pixels.",
    or_one=True,
    length=2,
    minimum=1,
    maximum=1024,
)
_STRIDE = integers(
    "stride",
    "Pixels from one window to the next; left out, windows touch.",
    or_one=True,
    length=2,
    default=None,
    minimum=1,
    maximum=1024,
)
_PADDING = integers(
    "padding",
    "Pixels added on every side, at most half the window.",
    or_one=True,
    length=2,
    default=0,
    minimum=0,
    maximum=512,
)
_CEIL = boolean("ceil_mode", "Also use a last window that reaches over the edge.", default=False)
_OUTPUT = integers(
    "output_size",
    "Height and width of the result, in pixels; 1 leaves one value a channel.",
    or_one=True,
    length=2,
    minimum=1,
    maximum=4096,
)


@layers.register(
    "MaxPool2d",
    group="Pooling",
    doc="Keeps the largest value of each window.",
    parameters=(
        _KERNEL,
        _STRIDE,
        _PADDING,
        integers(
            "dilation",
            "Distance between the pixels of a window.",
            or_one=True,
            length=2,
            default=1,
            minimum=1,
            maximum=1024,
        ),
        _CEIL,
    ),
)
def max_pool(
    shape: Shape,
    *,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None,
    padding: int | Sequence[int],
    dilation: int | Sequence[int],
    ceil_mode: bool,
) -> nn.Module:
    """A MaxPool2d whose window fits the image."""
    kernel, around = _window(shape, kernel_size, padding, dilation)
    return nn.MaxPool2d(
        kernel, kernel if stride is None else pair(stride), around, pair(dilation), ceil_mode=ceil_mode
    )


@layers.register(
    "AvgPool2d",
    group="Pooling",
    doc="Keeps the mean of each window.",
    parameters=(
        _KERNEL,
        _STRIDE,
        _PADDING,
        _CEIL,
        boolean("count_include_pad", "Count added pixels in the mean.", default=True),
    ),
)
def avg_pool(
    shape: Shape,
    *,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None,
    padding: int | Sequence[int],
    ceil_mode: bool,
    count_include_pad: bool,
) -> nn.Module:
    """An AvgPool2d whose window fits the image."""
    kernel, around = _window(shape, kernel_size, padding, 1)
    return nn.AvgPool2d(
        kernel, kernel if stride is None else pair(stride), around, ceil_mode, count_include_pad
    )


@layers.register(
    "AdaptiveAvgPool2d",
    group="Pooling",
    doc="The mean over windows chosen so that the result has a given size.",
    parameters=(_OUTPUT,),
)
def adaptive_avg_pool(shape: Shape, *, output_size: int | Sequence[int]) -> nn.Module:
    """An AdaptiveAvgPool2d over an image of any size."""
    image(shape, _ADVICE)
    return nn.AdaptiveAvgPool2d(pair(output_size))


@layers.register(
    "AdaptiveMaxPool2d",
    group="Pooling",
    doc="The largest value of windows chosen so that the result has a given size.",
    parameters=(_OUTPUT,),
)
def adaptive_max_pool(shape: Shape, *, output_size: int | Sequence[int]) -> nn.Module:
    """An AdaptiveMaxPool2d over an image of any size."""
    image(shape, _ADVICE)
    return nn.AdaptiveMaxPool2d(pair(output_size))


def _window(
    shape: Shape,
    kernel_size: int | Sequence[int],
    padding: int | Sequence[int],
    dilation: int | Sequence[int],
) -> tuple[Pair, Pair]:
    _, height, width = image(shape, _ADVICE)
    kernel, around = pair(kernel_size), pair(padding)
    if any(2 * p > k for k, p in zip(kernel, around, strict=True)):
        raise ShapeError("a padding of at most half its kernel_size: make padding smaller")
    need_room((height, width), kernel, around, pair(dilation))
    return kernel, around
