"""At the end of an epoch and of a run: validation, its samples, and who decides by it."""

from __future__ import annotations

import math
from collections.abc import Callable

from torch import Tensor, nn

from gradviz.probes.recorder import Recorder
from gradviz.records.writer import RunWriter
from gradviz.training.loss import Objective
from gradviz.training.precision import Forward
from gradviz.training.validation import Score, validate

_LARGEST_LOSS = 709.0
"""Beyond it the exponential is no finite float."""

OnScore = Callable[[int, Score], None]
"""Hears the last step that was done, counted from 0, and how the network does on the validation part."""


class Evaluation:
    """Scores one network on one validation part; `listeners` hear of every score, in their order."""

    def __init__(
        self,
        model: nn.Module,
        part: tuple[Tensor, Tensor],
        objective: Objective,
        recorder: Recorder,
        writer: RunWriter,
        *,
        forward: Forward,
    ) -> None:
        self._model, self.part, self._objective = model, part, objective
        self._forward = forward
        self._recorder, self._writer = recorder, writer
        self.listeners: list[OnScore] = []

    def at(self, step: int) -> None:
        """Validate after `step`, record it, and tell the listeners."""
        score = validate(self._model, *self.part, self._objective, self._forward)
        self._writer.sample("val_loss", step, score.loss)
        if score.accuracy is not None:
            self._writer.sample("val_accuracy", step, score.accuracy)
            self._writer.sample("epoch_accuracy", step, self._recorder.take_accuracy())
        if self._objective.info.is_language_model:
            self._writer.sample("val_perplexity", step, perplexity(score.nats))
        for listen in self.listeners:
            listen(step, score)


def perplexity(loss: float) -> float:
    """Among how many tokens, all alike, a choice is as hard as the model's: e to the loss in nats."""
    return math.exp(loss) if loss < _LARGEST_LOSS else math.inf
