"""The forward and backward pass of a step, which leave its gradients in the parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from gradviz.data.batches import Batches
from gradviz.training.loss import Objective
from gradviz.training.replay import Dice, Moment


class Passed(NamedTuple):
    """What the passes of one step brought: the loss, and what was compared with what.

    `output` and `targets` are in rows, one for each target. `moments` are what each of the step's passes
    started from.
    """

    loss: Tensor
    output: Tensor
    targets: Tensor
    moments: tuple[Moment, ...]


class Passes:
    """Passes of one network, one batch a step."""

    def __init__(
        self,
        model: nn.Module,
        batches: Batches,
        objective: Objective,
        parameters: Sequence[nn.Parameter],
        device: torch.device,
    ) -> None:
        self._model, self._batches, self._objective = model, batches, objective
        self._parameters = parameters
        self._dice = Dice(device)

    def run(self, step: int) -> Passed:
        """Do the passes of `step`, counted from 0."""
        x, y = self._batches.take(step)
        moment = Moment(step=step, x=x, y=y, random=self._dice.before_step())
        for parameter in self._parameters:
            parameter.grad = None  # optimizer.zero_grad() takes 30 µs more to do the same
        loss, output, targets = self._objective(self._model(x), y)
        loss.backward()  # type: ignore[no-untyped-call]
        return Passed(loss, output, targets, (moment,))
