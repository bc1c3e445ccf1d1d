"""How much of the gradient arrives at every position of a sequence: ‖∂L/∂h(t)‖ and ‖∂L/∂c(t)‖ over t.

A recurrent layer is as deep as its sequence is long (Bengio et al. 1994, Pascanu et al. 2013), and its fused
kernel shows nothing of it. So the layers are run step by step over a sample of the step's batch, in a second
pass that leaves no trace. It computes in float32 and without a compiler, whatever training does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import sqrt

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from gradviz.probes.recorder import Recorder
from gradviz.probes.unrolled import Call, States, unrolled
from gradviz.records.layer import LayerInfo
from gradviz.records.through_time import BACKWARDS, QUANTITY
from gradviz.records.writer import RunWriter
from gradviz.training.loss import Objective
from gradviz.training.replay import Moment, again

_MOST_POSITIONS = 65_536
_LEAST_SAMPLES, _MOST_SAMPLES = 4, 64


class ThroughTime:
    """Records “time_gradient_h” and, of an LSTM, “time_gradient_c” for each recurrent layer.

    `layer` is the index among all of the run's layers. An array has the norms at all positions `[length]`,
    of a stack (num_layers) one such row after the other, from the lowest. What reads backwards has
    “_backwards” behind its name. The norms are those of the whole batch, estimated from the sample. Of a
    module that is called several times the last call counts. Beyond 256 positions a state stands for a few
    that follow one another.
    """

    def __init__(
        self,
        model: nn.Module,
        layers: Sequence[LayerInfo],
        objective: Objective,
        recorder: Recorder,
        writer: RunWriter,
    ) -> None:
        self._model, self._objective = model, objective
        self._recorder, self._writer = recorder, writer
        found = [(layer.index, model.get_submodule(layer.module)) for layer in layers]
        self._layers = [(index, module) for index, module in found if isinstance(module, nn.RNNBase)]
        length = max(
            (layer.output_shape[0] for layer in layers if layer.index in dict(self._layers)), default=1
        )
        self._samples = min(max(_LEAST_SAMPLES, _MOST_POSITIONS // max(1, length)), _MOST_SAMPLES)
        self._lengths: dict[tuple[str, int], int] = {}
        self._given_up = False
        if self._layers:
            recorder.expect_replays(QUANTITY)

    def __call__(self, step: int, moments: Sequence[Moment]) -> None:
        """Measure the step that these moments began, if it is time; a failure ends measuring, not the run."""
        if self._layers and not self._given_up:
            self._recorder.replay(QUANTITY, lambda: self._try(step, moments))

    def _try(self, step: int, moments: Sequence[Moment]) -> None:
        try:
            self._measure(step, moments[-1], sum(len(moment.x) for moment in moments))
        except RuntimeError as error:  # out of memory, say
            self._given_up = True
            said = str(error).splitlines() or [type(error).__name__]
            self._writer.log("warning", f"The gradient through time cannot be measured here ({said[0]}).")

    def _measure(self, step: int, moment: Moment, samples: int) -> None:
        modules = [module for _, module in self._layers]
        chosen = slice(None, None, -(-len(moment.x) // self._samples))  # at even distances
        targets = moment.y[chosen]
        with again(self._model, moment), unrolled(modules) as tapes, torch.enable_grad():
            loss = self._objective(self._model(moment.x[chosen]), targets)[0]
            calls = [tape[-1] if tape else [] for tape in tapes]
            states = [state for call in calls for row in call for state in (*row.hidden, *row.memory)]
            gradients = iter(torch.autograd.grad(loss, states, allow_unused=True) if states else ())
        factor = sqrt(len(targets) / samples)  # of the mean over a sample to the mean over the batch
        for (layer, module), call in zip(self._layers, calls, strict=True):
            for quantity, rows in _by_quantity(module, call, gradients).items():
                self._put(quantity, step, layer, torch.cat(rows) * factor)

    def _put(self, quantity: str, step: int, layer: int, values: Tensor) -> None:
        if self._lengths.setdefault((quantity, layer), len(values)) != len(values):
            return  # a model of somebody's own may read sequences of any length; a series has one

        def deliver(norms: NDArray[np.float64]) -> None:
            self._writer.sample(quantity, step, norms, layer)

        self._recorder.send(values, deliver)


def _by_quantity(
    module: nn.RNNBase, call: Call, gradients: Iterator[Tensor | None]
) -> dict[str, list[Tensor]]:
    """The rows of each quantity; `gradients` are those of all states, in order."""
    found: dict[str, list[Tensor]] = {}
    for number, row in enumerate(call):
        direction = BACKWARDS if module.bidirectional and number % 2 else ""
        for name, states in (("_h", row.hidden), ("_c", row.memory)):
            if states:
                norms = _norms(row, states, [next(gradients) for _ in states])
                found.setdefault(f"{QUANTITY}{name}{direction}", []).append(norms)
    return found


def _norms(row: States, states: list[Tensor], gradients: list[Tensor | None]) -> Tensor:
    """Norms over batch and features, float64 `[length]`; zero at positions that nothing depends on."""
    full = [
        torch.zeros_like(state) if gradient is None else gradient
        for state, gradient in zip(states, gradients, strict=True)
    ]
    norms: Tensor = torch.stack(full).double().flatten(1).norm(dim=1)
    if max(row.spans) == 1:
        return norms
    repeated: Tensor = norms.repeat_interleave(torch.tensor(row.spans, device=norms.device))
    return repeated
