"""Layers that only rearrange: no weights, nothing lost, the same numbers in another shape."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from torch import Tensor, nn

from gradviz.nets.registry import Shape, ShapeError, layers, shown
from gradviz.spec.registry import integer, integers

_GROUP = "Shape"


@layers.register("Identity", group=_GROUP, doc="Passes its input on unchanged, as one way of a Parallel.")
def identity(_shape: Shape) -> nn.Module:
    """An Identity of any shape."""
    return nn.Identity()


@layers.register(
    "Flatten",
    group=_GROUP,
    doc="Makes one dimension of several: an image [1, 8, 8] becomes a vector [64].",
    parameters=(
        integer(
            "start_dim",
            "The first dimension to merge; 0 would be the batch.",
            default=1,
            minimum=1,
            maximum=8,
        ),
        integer(
            "end_dim",
            "The last dimension to merge; −1 is the last there is.",
            default=-1,
            minimum=-8,
            maximum=8,
        ),
    ),
)
def flatten(shape: Shape, *, start_dim: int, end_dim: int) -> nn.Module:
    """A Flatten whose dimensions exist and are in order."""
    rank = len(shape) + 1
    last = end_dim if end_dim >= 0 else rank + end_dim
    if start_dim >= rank or not start_dim <= last < rank:
        raise ShapeError(
            f"dimensions from start_dim = {start_dim} to end_dim = {end_dim}: "
            f"the batch is 0 and the last dimension {rank - 1}"
        )
    return nn.Flatten(start_dim, end_dim)


@layers.register(
    "Unflatten",
    group=_GROUP,
    doc="Splits one dimension into several: a vector [64] becomes a sequence [8, 8].",
    parameters=(
        integer(
            "dim",
            "The dimension to split; 0 would be the batch.",
            default=1,
            minimum=1,
            maximum=8,
        ),
        integers(
            "unflattened_size",
            "The sizes that it is split into; one of them may be −1, which is what is left.",
            default=[1, -1],
            minimum=-1,
            maximum=1_000_000,
        ),
    ),
)
def unflatten(shape: Shape, *, dim: int, unflattened_size: Sequence[int]) -> nn.Module:
    """An Unflatten whose sizes multiply to the dimension that they replace."""
    if dim > len(shape):
        raise ShapeError(f"a dimension dim = {dim}: the batch is 0 and the last dimension {len(shape)}")
    sizes, size = tuple(unflattened_size), shape[dim - 1]
    known = prod(abs(part) for part in sizes)
    open_ended = sizes.count(-1) == 1
    if not sizes or 0 in sizes or sizes.count(-1) > 1 or size % known or (known != size and not open_ended):
        raise ShapeError(
            f"an unflattened_size that multiplies to {size}, not {shown(sizes)}: "
            "one of its sizes may be −1, which is what is left"
        )
    return nn.Unflatten(dim, sizes)


class Transpose(nn.Module):
    """Swaps the two dimensions of a sample: `[batch, a, b]` becomes `[batch, b, a]`."""

    def forward(self, x: Tensor) -> Tensor:
        """A view of `x`, nothing is copied."""
        return x.transpose(1, 2)


@layers.register(
    "Transpose",
    group=_GROUP,
    doc="Swaps the two dimensions: [length, features], as recurrent layers have it, and [channels, length].",
)
def transpose(shape: Shape) -> nn.Module:
    """A Transpose of anything with two dimensions."""
    if len(shape) != 2:
        needs = "two dimensions, as [length, features]"
        image = ": a Flatten with start_dim = 2 before it makes [channels, pixels] of an image"
        raise ShapeError(needs + (image if len(shape) == 3 else ""))
    return Transpose()
