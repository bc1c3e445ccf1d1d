"""Batches of the training part, by index, wherever the data live."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from gradviz.data.order import batches_per_epoch, epoch_order


class Batches:
    """The batches of every step: inputs `[n, *input_shape]` and classes `[n]` on one device.

    Which samples a step takes depends on the seed and the step only. `augment` changes the inputs of a step.
    """

    def __init__(
        self,
        x: Tensor,
        y: Tensor,
        batch_size: int,
        seed: int,
        augment: Callable[[Tensor, int], Tensor] | None = None,
    ) -> None:
        self.per_epoch = batches_per_epoch(len(y), batch_size)
        self._x, self._y = x, y
        self._size = batch_size
        self._seed = seed
        self._augment = augment
        self._epoch = -1
        self._order = torch.empty(0, dtype=torch.int64)

    def size(self, step: int) -> int:
        """How many samples the batch of a step has."""
        return min(self._size, len(self._y) - step % self.per_epoch * self._size)

    def take(self, step: int) -> tuple[Tensor, Tensor]:
        """The batch of a step, counted from 0 over all epochs."""
        epoch, place = divmod(step, self.per_epoch)
        if epoch != self._epoch:
            self._epoch = epoch
            self._order = epoch_order(len(self._y), self._seed, epoch).to(self._y.device)
        chosen = self._order[place * self._size : (place + 1) * self._size]
        x = self._x[chosen]
        return x if self._augment is None else self._augment(x, step), self._y[chosen]
