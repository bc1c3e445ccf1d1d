"""Loss and accuracy on the validation part, without leaving a trace in training.

In evaluation mode nothing is random and no statistics are updated, so training goes on as if it had
not been looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

_AT_ONCE = 512
"""Samples in a forward pass: fast enough, and no more memory than training takes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """Mean loss and share of correct samples."""

    loss: float
    accuracy: float


@torch.no_grad()
def validate(model: nn.Module, x: Tensor, y: Tensor) -> Score:
    """Score `model` on inputs `[samples, …]` and classes `[samples]`; its mode is put back."""
    training = model.training
    model.eval()
    try:
        sums = torch.zeros(2, dtype=torch.float64, device=y.device)
        for start in range(0, len(y), _AT_ONCE):
            part_y = y[start : start + _AT_ONCE]
            output = model(x[start : start + _AT_ONCE])
            sums[0] += cross_entropy(output, part_y, reduction="sum")
            sums[1] += (output.argmax(1) == part_y).sum()
        loss, correct = sums.tolist()
    finally:
        model.train(training)
    return Score(loss=loss / len(y), accuracy=correct / len(y))
