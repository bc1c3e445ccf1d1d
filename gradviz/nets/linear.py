"""Fully connected layers, and the flattening that comes before them."""

from __future__ import annotations

from torch import nn

from gradviz.nets.registry import Shape, ShapeError, layers
from gradviz.spec.registry import boolean, integer


@layers.register(
    "Linear",
    group="Linear",
    doc="Fully connected: y = x·Wᵀ + b over the last dimension.",
    parameters=(
        integer(
            "out_features",
            "How many values come out; “classes” is what the loss needs.",
            minimum=1,
            maximum=1_000_000,
            choices=("classes",),
        ),
        boolean("bias", "Add a learned value to each output.", default=True),
    ),
)
def linear(shape: Shape, *, out_features: int, bias: bool) -> nn.Module:
    """A Linear over the last dimension, as in torch; the dimensions before it stay."""
    return nn.Linear(shape[-1], out_features, bias=bias)


@layers.register(
    "Flatten",
    group="Shape",
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
