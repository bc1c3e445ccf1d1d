"""Images, [channels, height, width] a sample: asked for by what works on height and width."""

from __future__ import annotations

from gradviz.nets.registry import Shape, ShapeError

IMAGE = "an image [channels, height, width]"


def image(shape: Shape, advice: str) -> tuple[int, int, int]:
    """Channels, height and width of an image; `advice` is the repair where it is none."""
    if len(shape) != 3:
        raise ShapeError(f"{IMAGE}: {advice}")
    channels, height, width = shape
    return channels, height, width
