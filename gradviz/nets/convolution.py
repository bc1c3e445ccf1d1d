"""Convolution over images and sequences, with the number of input channels inferred."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from torch import nn

from gradviz.nets.divisors import nearest_divisor
from gradviz.nets.registry import Shape, ShapeError, layers
from gradviz.nets.windows import UNIT, Sizes, channels_and_sizes, each, need_room, sizes_parameter
from gradviz.spec.catalogue import Parameter
from gradviz.spec.registry import boolean, choice, integer

Mode = Literal["zeros", "reflect", "replicate", "circular"]
_ADVICE = {
    1: "put an Unflatten with unflattened_size [1, −1] before it for a vector, use Conv2d for images",
    2: "put it before the Flatten, or use Linear",
}


def _register(module: type[nn.Conv1d | nn.Conv2d], rank: int, doc: str, **words: str) -> None:
    @layers.register(module.__name__, group="Convolution", doc=doc, parameters=_parameters(rank, **words))
    def convolution(
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
        """A convolution that fits the channels and the size."""
        channels, sizes = channels_and_sizes(shape, rank, _ADVICE[rank])
        kernel, step, gaps = each(kernel_size, rank), each(stride, rank), each(dilation, rank)
        if padding == "same" and set(step) != {1}:
            raise ShapeError(f"stride 1 with padding “same”: set a padding in {UNIT[rank]}")
        around = _padding(padding, kernel, gaps)
        _need_groups(channels, out_channels, groups)
        _need_source(sizes, around, padding_mode, UNIT[rank])
        need_room(sizes, kernel, around, gaps)
        return module(
            channels,
            out_channels,
            kernel,  # type: ignore[arg-type]  # as long as the module wants it
            stride=step,  # type: ignore[arg-type]
            padding="same" if padding == "same" else around,  # type: ignore[arg-type]
            dilation=gaps,  # type: ignore[arg-type]
            groups=groups,
            bias=bias,
            padding_mode=padding_mode,
        )


def _parameters(rank: int, *, size: str, stride: str, unit: str) -> tuple[Parameter, ...]:
    return (
        integer(
            "out_channels",
            "How many filters, each making one channel; “classes” is what the loss needs.",
            minimum=1,
            maximum=1_000_000,
            choices=("classes",),
        ),
        sizes_parameter("kernel_size", size, rank, minimum=1, maximum=1024),
        sizes_parameter("stride", stride, rank, default=1, minimum=1, maximum=1024),
        sizes_parameter(
            "padding",
            f"{unit.capitalize()} added on every side; “same” keeps the size, “valid” adds none.",
            rank,
            default=0,
            minimum=0,
            maximum=1024,
            choices=("same", "valid"),
        ),
        sizes_parameter(
            "dilation",
            f"Distance between the {unit} that a filter looks at.",
            rank,
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
            f"What the added {unit} hold.",
            choices=("zeros", "reflect", "replicate", "circular"),
            default="zeros",
        ),
    )


def _padding(padding: int | str | Sequence[int], kernel: Sizes, dilation: Sizes) -> Sizes:
    """What is added on either side, for “same” at most."""
    if padding == "same":
        return tuple((d * (k - 1) + 1) // 2 for k, d in zip(kernel, dilation, strict=True))
    return (0,) * len(kernel) if isinstance(padding, str) else each(padding, len(kernel))


def _need_groups(channels: int, out_channels: int, groups: int) -> None:
    if channels % groups:
        raise ShapeError(
            f"a number of channels that groups = {groups} divides: "
            f"set groups to {nearest_divisor(channels, groups)}, the nearest that does"
        )
    if out_channels % groups:
        raise ShapeError(f"out_channels that groups = {groups} divides, not {out_channels}: change either")


def _need_source(size: Sizes, padding: Sizes, mode: str, unit: str) -> None:
    room = {"reflect": 1, "circular": 0}.get(mode)
    if room is not None and any(p > s - room for p, s in zip(padding, size, strict=True)):
        raise ShapeError(f"more {unit} to fill its padding by “{mode}”: make padding smaller")


_register(
    nn.Conv1d,
    1,
    "Slides learned filters over a sequence [channels, length].",
    size="Length of a filter, in steps.",
    stride="Steps from one position to the next; 2 halves the sequence.",
    unit=UNIT[1],
)
_register(
    nn.Conv2d,
    2,
    "Slides learned filters over an image [channels, height, width].",
    size="Height and width of a filter, in pixels.",
    stride="Pixels from one position to the next; 2 halves the image.",
    unit=UNIT[2],
)
