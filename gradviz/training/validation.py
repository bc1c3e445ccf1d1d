"""Loss and accuracy on the validation part, without leaving a trace in training.

In evaluation mode nothing is random and no statistics are updated, so training goes on as if it had
not been looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from gradviz.training.loss import Objective
from gradviz.training.precision import Forward

_MOST_SAMPLES = 512
_MOST_VALUES = 2**22
"""What goes into one forward pass: enough to be fast, and no more memory than training takes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """Mean loss and share of correct targets; None in a regression, where nothing is right or wrong.

    `nats` is the mean surprise at the true class, the loss itself unless that is a smoothed one.
    """

    loss: float
    accuracy: float | None
    nats: float


@torch.no_grad()
def validate(
    model: nn.Module, x: Tensor, y: Tensor, objective: Objective, forward: Forward | None = None
) -> Score:
    """Score `model` on inputs and targets as a `DataSet` holds them; its mode is put back.

    `forward` computes its output where that takes more than a call, in another precision say.
    """
    forward = forward or model
    training = model.training
    model.eval()
    try:
        rows = max(1, y[0].numel())  # a row of scores at every position
        at_once = max(1, min(_MOST_SAMPLES // rows, _MOST_VALUES // max(1, x[0].numel())))
        sums = torch.zeros(3, dtype=torch.float64, device=y.device)
        surprise = objective.surprise
        for start in range(0, len(y), at_once):
            output = forward(x[start : start + at_once])
            loss, output, part_y = objective(output, y[start : start + at_once], reduction="sum")
            sums[0] += loss
            sums[2] += loss if surprise is None else surprise(output, part_y, reduction="sum")
            if objective.has_accuracy:
                sums[1] += objective.correct(output, part_y)
        total, correct, nats = sums.tolist()
    finally:
        model.train(training)
    accuracy = correct / y.numel() if objective.has_accuracy else None
    return Score(loss=total / y.numel(), accuracy=accuracy, nats=nats / y.numel())
