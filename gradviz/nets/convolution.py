"""Convolution over images, with the number of input channels inferred."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from torch import nn

from gradviz.nets.images import Pair, image, need_room, pair
from gradviz.nets.registry import Shape, ShapeError, layers
from gradviz.spec.registry import boolean, choice, integer, integers

Mode = Literal["zeros", "reflect", "replicate", "circular"]


@layers.register(
    "Conv2d",
    group="Convolution",
    doc="Slides learned filters over an image [channels, height, width].",
    parameters=(
        integer(
            "out_channels",
            "How many filters, each making one channel; “classes” is what the loss needs.",
            minimum=1,
            maximum=1_000_000,
            choices=("classes",),
        ),
        integers(
            "kernel_size",
            "Height and width of a filter, in pixels.",
            or_one=True,
            length=2,
            minimum=1,
            maximum=1024,
        ),
        integers(
            "stride",
            "Pixels from one position to the next; 2 halves the image.",
            or_one=True,
            length=2,
            default=1,
            minimum=1,
            maximum=1024,
        ),
        integers(
            "padding",
            "Pixels added on every side; “same” keeps the size, “valid” adds none.",
            or_one=True,
            length=2,
            default=0,
            minimum=0,
            maximum=1024,
            choices=("same", "valid"),
        ),
        integers(
            "dilation",
            "Distance between the pixels that a filter looks at.",
            or_one=True,
            length=2,
            default=1,
            minimum=1,
            maximum=1024,
        ),
        integer(
            "groups",
            "Channels are split into this many groups that do not see each other.",
            default=1,
            minimum=1,
            maximum=1_000_000,
        ),
        boolean("bias", "Add a learned value to each channel.", default=True),
        choice(
            "padding_mode",
            "What the added pixels hold.",
            choices=("zeros", "reflect", "replicate", "circular"),
            default="zeros",
        ),
    ),
)
def conv2d(
    shape: Shape,
    *,
    out_channels: int,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int],
    padding: int | str | Sequence[int],
    dilation: int | Sequence[int],
    groups: int,
    bias: bool,
    padding_mode: Mode,
) -> nn.Module:
    """A Conv2d that fits the image's channels and size."""
    channels, height, width = image(shape, "put it before the Flatten, or use Linear")
    kernel, step, gaps = pair(kernel_size), pair(stride), pair(dilation)
    if padding == "same" and step != (1, 1):
        raise ShapeError("stride 1 with padding “same”: set a padding in pixels")
    around = _padding(padding, kernel, gaps)
    if channels % groups:
        raise ShapeError(f"a number of channels that groups = {groups} divides: change groups")
    if out_channels % groups:
        raise ShapeError(f"out_channels that groups = {groups} divides, not {out_channels}: change either")
    _need_source((height, width), around, padding_mode)
    need_room((height, width), kernel, around, gaps)
    return nn.Conv2d(
        channels,
        out_channels,
        kernel,
        stride=step,
        padding="same" if padding == "same" else around,
        dilation=gaps,
        groups=groups,
        bias=bias,
        padding_mode=padding_mode,
    )


def _padding(padding: int | str | Sequence[int], kernel: Pair, dilation: Pair) -> Pair:
    if padding == "same":
        spread = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
        return (spread[0] + 1) // 2, (spread[1] + 1) // 2
    return (0, 0) if isinstance(padding, str) else pair(padding)


def _need_source(size: Pair, padding: Pair, mode: str) -> None:
    room = {"reflect": 1, "circular": 0}.get(mode)
    if room is not None and any(p > s - room for p, s in zip(padding, size, strict=True)):
        raise ShapeError(f"more pixels to fill its padding by “{mode}”: make padding smaller")
