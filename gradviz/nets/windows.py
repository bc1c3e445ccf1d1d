"""Windows that slide over images and sequences: what convolution and pooling share.

A window fits when its span, kernel and dilation together, is no larger than what it slides over, padding
included; torch's own complaint about that names neither the layer nor a repair. All of it is written for
any number of dimensions: two of an image [channels, height, width], one of a sequence [channels, length].
"""

from __future__ import annotations

from collections.abc import Sequence

from gradviz.nets.images import image
from gradviz.nets.registry import Shape, ShapeError
from gradviz.nets.sequence import channel_sequence
from gradviz.spec.catalogue import Parameter
from gradviz.spec.registry import integer, integers

Sizes = tuple[int, ...]
UNIT = {1: "steps", 2: "pixels"}


def channels_and_sizes(shape: Shape, rank: int, advice: str) -> tuple[int, Sizes]:
    """Channels and the sizes that windows slide over; `advice` is the repair where the shape has others."""
    if rank == 1:
        channels, length = channel_sequence(shape, advice)
        return channels, (length,)
    channels, height, width = image(shape, advice)
    return channels, (height, width)


def each(value: int | Sequence[int], rank: int) -> Sizes:
    """A number for every dimension, where one number stands for all."""
    return (value,) * rank if isinstance(value, int) else tuple(value)


def need_room(size: Sizes, kernel: Sizes, padding: Sizes, dilation: Sizes) -> None:
    """Raise where the window is larger than what it slides over."""
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    padded = [s + 2 * p for s, p in zip(size, padding, strict=True)]
    if any(span > room for span, room in zip(spans, padded, strict=True)):
        remedy = "kernel_size" if set(dilation) == {1} else "kernel_size or dilation"
        what, unit = ("image", UNIT[2]) if len(size) > 1 else ("sequence", UNIT[1])
        raise ShapeError(
            f"at least {_times(spans)} {unit} where padding makes {_times(padded)}: "
            f"make {remedy} smaller, padding larger, or shrink the {what} less before it"
        )


def sizes_parameter(name: str, doc: str, rank: int, **limits: object) -> Parameter:
    """A whole number for every dimension: for an image also a pair of them."""
    if rank == 1:
        return integer(name, doc, **limits)
    return integers(name, doc, or_one=True, length=rank, **limits)


def _times(sizes: Sequence[int]) -> str:
    return " × ".join(map(str, sizes))
