"""Pooling: an image or a sequence made smaller without learned weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import nn

from gradviz.nets.registry import Shape, ShapeError, layers
from gradviz.nets.windows import UNIT, Sizes, channels_and_sizes, each, need_room, sizes_parameter
from gradviz.spec.catalogue import Parameter
from gradviz.spec.registry import boolean

_GROUP = "Pooling"
_ADVICE = {
    1: "put a Transpose before it for [length, features], use the 2d pooling for images",
    2: "put it before the Flatten",
}
_SIZE = {1: "Length", 2: "Height and width"}


def _register_max(module: type[nn.MaxPool1d | nn.MaxPool2d], rank: int) -> None:
    @layers.register(
        module.__name__,
        group=_GROUP,
        doc="Keeps the largest value of each window.",
        parameters=(
            *_window_parameters(rank),
            sizes_parameter(
                "dilation",
                f"Distance between the {UNIT[rank]} of a window.",
                rank,
                default=1,
                minimum=1,
                maximum=1024,
            ),
            _CEIL,
        ),
    )
    def max_pool(shape: Shape, *, ceil_mode: bool, **window: Any) -> nn.Module:
        """A pooling by the maximum whose window fits."""
        kernel, stride, around = _window(shape, rank, **window)
        return module(kernel, stride, around, each(window["dilation"], rank), ceil_mode=ceil_mode)


def _register_avg(module: type[nn.AvgPool1d | nn.AvgPool2d], rank: int) -> None:
    @layers.register(
        module.__name__,
        group=_GROUP,
        doc="Keeps the mean of each window.",
        parameters=(
            *_window_parameters(rank),
            _CEIL,
            boolean("count_include_pad", f"Count added {UNIT[rank]} in the mean.", default=True),
        ),
    )
    def avg_pool(shape: Shape, *, ceil_mode: bool, count_include_pad: bool, **window: Any) -> nn.Module:
        """A pooling by the mean whose window fits."""
        kernel, stride, around = _window(shape, rank, **window)
        return module(kernel, stride, around, ceil_mode, count_include_pad)  # type: ignore[arg-type]


def _register_adaptive(module: type[nn.Module], rank: int, doc: str) -> None:
    @layers.register(
        module.__name__,
        group=_GROUP,
        doc=doc,
        parameters=(
            sizes_parameter(
                "output_size",
                f"{_SIZE[rank]} of the result, in {UNIT[rank]}; 1 leaves one value a channel.",
                rank,
                minimum=1,
                maximum=4096,
            ),
        ),
    )
    def adaptive(shape: Shape, *, output_size: int | Sequence[int]) -> nn.Module:
        """A pooling of any size to one that is given."""
        channels_and_sizes(shape, rank, _ADVICE[rank])
        sizes = each(output_size, rank)
        return module(sizes if rank > 1 else sizes[0])


_CEIL = boolean("ceil_mode", "Also use a last window that reaches over the edge.", default=False)


def _window_parameters(rank: int) -> tuple[Parameter, ...]:
    unit = UNIT[rank]
    return (
        sizes_parameter(
            "kernel_size", f"{_SIZE[rank]} of the window, in {unit}.", rank, minimum=1, maximum=1024
        ),
        sizes_parameter(
            "stride",
            f"{unit.capitalize()} from one window to the next; left out, windows touch.",
            rank,
            default=None,
            minimum=1,
            maximum=1024,
        ),
        sizes_parameter(
            "padding",
            f"{unit.capitalize()} added on every side, at most half the window.",
            rank,
            default=0,
            minimum=0,
            maximum=512,
        ),
    )


def _window(
    shape: Shape,
    rank: int,
    *,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None,
    padding: int | Sequence[int],
    dilation: int | Sequence[int] = 1,
) -> tuple[Sizes, Sizes, Sizes]:
    """Kernel, stride and padding in every dimension."""
    _, sizes = channels_and_sizes(shape, rank, _ADVICE[rank])
    kernel, around = each(kernel_size, rank), each(padding, rank)
    if any(2 * p > k for k, p in zip(kernel, around, strict=True)):
        raise ShapeError("a padding of at most half its kernel_size: make padding smaller")
    need_room(sizes, kernel, around, each(dilation, rank))
    return kernel, kernel if stride is None else each(stride, rank), around


_MEAN = "The mean over windows chosen so that the result has a given size."
_LARGEST = "The largest value of windows chosen so that the result has a given size."
_register_max(nn.MaxPool1d, 1)
_register_max(nn.MaxPool2d, 2)
_register_avg(nn.AvgPool1d, 1)
_register_avg(nn.AvgPool2d, 2)
_register_adaptive(nn.AdaptiveAvgPool1d, 1, _MEAN)
_register_adaptive(nn.AdaptiveAvgPool2d, 2, _MEAN)
_register_adaptive(nn.AdaptiveMaxPool1d, 1, _LARGEST)
_register_adaptive(nn.AdaptiveMaxPool2d, 2, _LARGEST)
