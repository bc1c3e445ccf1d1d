"""Windows that slide over images: the sizes that convolution and pooling share.

An image is [channels, height, width]. A window fits when its span, kernel and dilation together, is no
larger than the padded image; torch's own complaint about that names neither the layer nor a repair.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradviz.nets.registry import Shape, ShapeError

Pair = tuple[int, int]
IMAGE = "an image [channels, height, width]"


def image(shape: Shape, advice: str) -> tuple[int, int, int]:
    """Channels, height and width of an image; `advice` is the repair where it is none."""
    if len(shape) != 3:
        raise ShapeError(f"{IMAGE}: {advice}")
    channels, height, width = shape
    return channels, height, width


def pair(value: int | Sequence[int]) -> Pair:
    """Height and width, where one number stands for both."""
    if isinstance(value, int):
        return value, value
    height, width = value
    return height, width


def need_room(size: Pair, kernel: Pair, padding: Pair, dilation: Pair) -> None:
    """Raise where the window is larger than the padded image."""
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    padded = [s + 2 * p for s, p in zip(size, padding, strict=True)]
    if spans[0] > padded[0] or spans[1] > padded[1]:
        remedy = "kernel_size" if dilation == (1, 1) else "kernel_size or dilation"
        raise ShapeError(
            f"at least {spans[0]} × {spans[1]} pixels where padding makes {padded[0]} × {padded[1]}: "
            f"make {remedy} smaller, padding larger, or shrink the image less before it"
        )
