"""The forward and backward passes of a step, which leave its gradients in the parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from math import sqrt
from typing import NamedTuple

import torch
from torch import Tensor, nn

from gradviz.data.batches import Batches
from gradviz.training.loss import Objective
from gradviz.training.loss_scale import LossScale
from gradviz.training.precision import Forward
from gradviz.training.replay import Dice, Moment, RandomState, again

Watching = Callable[[Callable[[], float]], AbstractContextManager[None]]
"""What to do around the last pass of a step, given what tells what its loss is multiplied by."""
_UNWATCHED = nullcontext()
OnPartial = Callable[[Tensor, Tensor], None]
"""Is called with output and targets, in rows, of one of several batches of a step."""


class Passed(NamedTuple):
    """What the passes of one step brought: the loss, and what was compared with what.

    `output` and `targets` are in rows, one for each target, of the last batch where there are several; the
    loss is the mean over all. `moments` are what each of the step's passes
    started from.
    """

    loss: Tensor
    output: Tensor
    targets: Tensor
    moments: tuple[Moment, ...]


class Passes:
    """Passes through one network, over `accumulate` batches a step.

    With several, the gradients are those of the mean loss over all their samples, as if they were one large
    batch; only batch statistics know the difference. `on_partial` hears of all but the last of
    them, which alone is done within `watching`: what it tells of a loss scale makes the gradients seen there
    a step's. They are one batch's share of it; of all batches together their norms are about as much larger
    as the square root of how many times that batch they are.
    """

    def __init__(
        self,
        forward: Forward,
        batches: Batches,
        objective: Objective,
        parameters: Sequence[nn.Parameter],
        device: torch.device,
        *,
        accumulate: int = 1,
        on_partial: OnPartial | None = None,
        watching: Watching | None = None,
    ) -> None:
        self.forward = forward
        self.loss_scale: LossScale | None = None
        """Scales the loss on its way backward, if there is one."""
        self._batches, self._objective = batches, objective
        self._parameters = parameters
        self.accumulate = accumulate
        self._on_partial = on_partial
        self._watching = watching
        self._share = 1.0
        self._device = device
        self._dice = Dice(device)

    def run(self, step: int) -> Passed:
        """Do the passes of `step`, counted from 0."""
        if self.accumulate > 1:
            return self._over_several(step)
        x, y = self._batches.take(step)
        moment = Moment(step=step, x=x, y=y, random=self._dice.before_step())
        for parameter in self._parameters:
            parameter.grad = None  # optimizer.zero_grad() takes 30 µs more to do the same
        with self._watched():
            loss, output, targets = self._objective(self.forward(x), y)
            self._backward(loss)
        return Passed(loss, output, targets, (moment,))

    def ends_epoch(self, step: int) -> bool:
        """Whether the batches of an epoch are used up after `step`."""
        per_epoch = self._batches.per_epoch
        return (step + 1) * self.accumulate // per_epoch > step * self.accumulate // per_epoch

    def rehearse(self, model: nn.Module, step: int, forward: Forward) -> None:
        """Do one batch of `step` through `forward`, which calls `model`, and leave no trace of it."""
        x, y = self._batches.take(step * self.accumulate)
        with again(model, Moment(step=step, x=x, y=y, random=RandomState.take(self._device))):
            loss = self._objective(forward(x), y)[0]
            loss.backward()  # type: ignore[no-untyped-call]

    def rehearsal_scale(self, step: int) -> float:
        """What norms of gradients in a rehearsal of `step` are to be divided by to be the step's."""
        numbers, samples = self._all_of(step)
        return sqrt(samples / self._batches.size(numbers[0]))

    def _all_of(self, step: int) -> tuple[range, int]:
        """The numbers of a step's batches, and how many samples they have."""
        numbers = range(step * self.accumulate, (step + 1) * self.accumulate)
        return numbers, sum(self._batches.size(number) for number in numbers)

    def _over_several(self, step: int) -> Passed:
        numbers, samples = self._all_of(step)
        for parameter in self._parameters:
            parameter.grad = None
        losses, moments = [], []
        for number in numbers:
            output = Tensor()  # or the last one stands beside the next graph: memory is what this is for
            x, y = self._batches.take(number)
            moments.append(Moment(step=step, x=x, y=y, random=self._dice.before_step()))
            self._share = len(y) / samples
            with self._watched() if number == numbers[-1] else _UNWATCHED:
                loss, output, targets = self._add_share(x, y)
            losses.append(loss)
            if self._on_partial is not None and number != numbers[-1]:
                self._on_partial(output, targets)
        return Passed(torch.stack(losses).sum(), output, targets, tuple(moments))

    def _add_share(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Add one batch's share to the gradients; its graph is gone before the next one's is built."""
        loss, output, targets = self._objective(self.forward(x), y)
        loss = loss * self._share
        self._backward(loss)
        return loss.detach(), output.detach(), targets

    def _watched(self) -> AbstractContextManager[None]:
        if self._watching is None:
            return _UNWATCHED
        return self._watching(self._scale)

    def _scale(self) -> float:
        scale = 1.0 if self.loss_scale is None else self.loss_scale.value
        return scale * sqrt(self._share)

    def _backward(self, loss: Tensor) -> None:
        if self.loss_scale is not None:
            loss = self.loss_scale.scale(loss)
        loss.backward()  # type: ignore[no-untyped-call]
