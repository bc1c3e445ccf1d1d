"""The way from the device to the host: one copy a step for everything that a step has to tell.

Waiting for a CUDA device at each measurement would idle it, so results stay there until the step's one
copy takes them along. On a CPU there is nothing to wait for and they are delivered at once.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Deliver = Callable[[NDArray[np.float64]], None]


class Outbox:
    """Collects 1-D tensors of one device and hands their values on."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Tensor, Deliver]] = []

    def put(self, values: Tensor, deliver: Deliver) -> None:
        """Have `values` delivered: now, or with the next copy."""
        if values.is_cpu:
            deliver(values.double().numpy())
        else:
            self._waiting.append((values.double(), deliver))

    def copy(self, first: list[Tensor]) -> NDArray[np.float64]:
        """The values of `first`, one after the other; what was waiting travels along and is delivered."""
        waiting, self._waiting = self._waiting, []
        parts = [part.detach().double().reshape(-1) for part in first]
        together = torch.cat([*parts, *(values for values, _ in waiting)])
        host = together.cpu().numpy()  # the one wait for the device in a step
        at = sum(part.numel() for part in parts)
        taken = host[:at]
        for values, deliver in waiting:
            deliver(host[at : at + values.numel()])
            at += values.numel()
        return taken

    def flush(self) -> None:
        """Deliver what is waiting, before a pause or at the end."""
        if self._waiting:
            self.copy([])
