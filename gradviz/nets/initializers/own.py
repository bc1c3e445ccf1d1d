"""Torch's own start, which is the default: whatever each module of torch.nn does when it is made."""

from __future__ import annotations

from torch import Generator

from gradviz.nets.initializers.rules import initializer
from gradviz.nets.weights import Weight


@initializer(
    "default",
    group="Torch's own",
    doc="What torch does by itself: uniform by fan-in, biases included.",
    biases=False,
)
def default(_weight: Weight, _generator: Generator) -> None:
    """Leave the weight as torch made it."""
