"""The loss, and what it compares: one row of scores for each target.

A language model has a target at every position: its scores [batch, length, classes] become one long batch,
so that loss and accuracy are means over positions.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor
from torch.nn.functional import cross_entropy

from gradviz.spec.registry import Registry

__all__ = ["Objective", "cross_entropy", "in_rows", "losses"]

losses: Registry[Callable[..., Tensor]] = Registry("loss")

losses.register("auto", group="Loss", doc="The loss that goes with the data")(cross_entropy)
losses.register("cross_entropy", group="Loss", doc="Surprise at the true class, in nats")(cross_entropy)


class Objective:
    """What a network is trained for, from its output and the targets as a `DataSet` holds them."""

    def __call__(
        self, output: Tensor, targets: Tensor, *, reduction: str = "mean"
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The loss, and output and targets in rows."""
        output, targets = in_rows(output, targets)
        return cross_entropy(output, targets, reduction=reduction), output, targets


def in_rows(output: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Scores `[rows, classes]` and classes `[rows]`, whether there is a target per sample or per position."""
    return (output, targets) if targets.ndim == 1 else (output.flatten(0, 1), targets.flatten())
