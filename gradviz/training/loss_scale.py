"""Loss scaling for float16, whose smallest gradients would be zero (Micikevicius et al. 2018).

The loss is multiplied before the backward pass and the gradients divided after it, so that everybody but the
backward pass sees them as they are. A step whose gradients are not finite is left out and the scale halved;
after 2,000 good steps in a row it is doubled. It is torch's own scaler, which works on a CPU too.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from gradviz.probes.recorder import Recorder
from gradviz.records.writer import RunWriter

LOWEST = 2.0**-24
"""A gradient that is not finite at this scale, float16's smallest number, is not the scale's fault."""


class LossScale:
    """The scale of one run. A step calls `scale`, `unscale` and `update`, in this order."""

    def __init__(
        self,
        device: torch.device,
        optimizer: torch.optim.Optimizer,
        recorder: Recorder,
        writer: RunWriter,
        *,
        first: float = 2.0**16,
    ) -> None:
        self._scaler = torch.amp.GradScaler(device.type, init_scale=first)
        self._optimizer = optimizer
        self._recorder, self._writer = recorder, writer

    @property
    def value(self) -> float:
        """The scale of the next backward pass."""
        return float(self._scaler.get_scale())

    def scale(self, loss: Tensor) -> Tensor:
        """The loss to go backward from."""
        return self._scaler.scale(loss)

    def unscale(self) -> bool:
        """Divide the gradients; whether one of them is not finite, so that this step must be left out."""
        scale = self.value
        self._scaler.unscale_(self._optimizer)
        found = self._found()
        overflowed = any(float(inf) > 0 for inf in found)  # on CUDA this waits for the device
        self._recorder.note("loss_scale", scale)
        self._recorder.note("skipped_step", float(overflowed))
        return overflowed

    def update(self, step: int, *, skipped: bool) -> bool:
        """After `step`: lower or raise the scale; False where it is so low that lowering is no cure."""
        if skipped:
            self._writer.event(step, "skipped_step", None, loss_scale=self.value)
        if self._found():  # none where every layer is frozen
            self._scaler.update()
        return self.value >= LOWEST

    def state_dict(self) -> dict[str, Any]:
        """Plain numbers from which a run goes on."""
        return self._scaler.state_dict()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        self._scaler.load_state_dict(state)

    def _found(self) -> list[Tensor]:
        return list(self._scaler._found_inf_per_device(self._optimizer).values())  # noqa: SLF001 - no public way
