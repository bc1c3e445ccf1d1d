"""Sequences, [length, features] a sample, and the layers that make one row of features of them.

A classifier of sequences needs one vector, a recurrent or attention layer gives one for every position:
the last one has seen all before it, the mean forgets their order.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from gradviz.nets.registry import Shape, ShapeError, layers
from gradviz.spec.registry import boolean

GROUP = "Sequence"
SEQUENCE = "a sequence [length, features]"
CHANNEL_SEQUENCE = "a sequence [channels, length]"


def sequence(shape: Shape) -> tuple[int, int]:
    """Length and features of a sequence. Raises ShapeError, with what makes a sequence of the shape."""
    if len(shape) == 1:
        raise ShapeError(f"{SEQUENCE}: put it before the Flatten, or an Unflatten before it")
    if len(shape) == 3:
        raise ShapeError(
            f"{SEQUENCE}: a Flatten with start_dim = 2 and a Transpose before it make one of an image"
        )
    if len(shape) != 2:
        raise ShapeError(f"{SEQUENCE}: put a Flatten with start_dim = 2 before it")
    length, features = shape
    return length, features


def channel_sequence(shape: Shape, advice: str) -> tuple[int, int]:
    """Channels and length of a sequence as convolutions have it; `advice` is the repair where it is none."""
    if len(shape) != 2:
        raise ShapeError(f"{CHANNEL_SEQUENCE}: {advice}")
    channels, length = shape
    return channels, length


class LastStep(nn.Module):
    """The last position of `[batch, length, features]`: `[batch, features]`.

    Of the outputs of a bidirectional layer the first half is at its end at the last position and the second
    half, which reads backwards, at the first: with `bidirectional` each is taken where it has read all.
    """

    def __init__(self, *, bidirectional: bool = False) -> None:
        super().__init__()
        self.bidirectional = bidirectional

    def forward(self, x: Tensor) -> Tensor:
        """One row of features for each sample."""
        if not self.bidirectional:
            return x[:, -1]
        half = x.shape[-1] // 2
        return torch.cat([x[:, -1, :half], x[:, 0, half:]], dim=-1)

    def extra_repr(self) -> str:
        """What `repr` shows."""
        return f"bidirectional={self.bidirectional}"


class MeanOverTime(nn.Module):
    """The mean over all positions of `[batch, length, features]`: `[batch, features]`."""

    def forward(self, x: Tensor) -> Tensor:
        """One row of features for each sample."""
        return x.mean(1)


@layers.register(
    "LastStep",
    group=GROUP,
    doc="Keeps the last position of a sequence, which a recurrent layer reaches having read it all.",
    parameters=(
        boolean(
            "bidirectional",
            "After a bidirectional layer: of the half that reads backwards keep the first position.",
            default=False,
        ),
    ),
)
def last_step(shape: Shape, *, bidirectional: bool) -> nn.Module:
    """A LastStep; `bidirectional` needs features of two directions."""
    _, features = sequence(shape)
    if bidirectional and features % 2:
        raise ShapeError(
            f"features of two directions, an even number and not {features}: set bidirectional to false, "
            "or put it straight after the bidirectional layer"
        )
    return LastStep(bidirectional=bidirectional)


@layers.register(
    "MeanOverTime",
    group=GROUP,
    doc="The mean over all positions of a sequence: one vector, whatever its length.",
)
def mean_over_time(shape: Shape) -> nn.Module:
    """A MeanOverTime of a sequence."""
    sequence(shape)
    return MeanOverTime()
