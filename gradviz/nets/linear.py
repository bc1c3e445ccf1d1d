"""Fully connected layers: every output is a weighted sum of all inputs."""

from __future__ import annotations

from torch import nn

from gradviz.nets.registry import Shape, layers
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
