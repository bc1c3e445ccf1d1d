"""The newest steps, gathered until the next commit and then worked out together.

For a small network calls are dear, not numbers: an argmax of 128 × 10 takes 3 µs in a loop of its own and
30 between two training steps, whose work drives everything out of the caches. Worked out for all steps of
a commit at once, accuracies cost half of that, and nobody sees them any later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from gradviz.records.exact import to_float32
from gradviz.records.writer import RunWriter

_MOST_STEPS = 64
_MOST_ENTRIES = 2**20
"""Outputs that are held: more would keep memory from the training."""


class RawStep(NamedTuple):
    """What one step brought to the host, nothing worked out yet.

    `norms` are those of all layers, for each quantity. The correct samples are a number, or are still to be
    found from the output `[batch, classes]` and the classes `[batch]` on the CPU.
    """

    loss: float
    norms: Mapping[str, list[float]]
    samples: int
    answers: tuple[Tensor, Tensor] | float


class Ledger:
    """Takes each step's raw numbers and appends rows to the writer when told to `flush`."""

    def __init__(self, writer: RunWriter) -> None:
        self._writer = writer
        self._next = 0
        self._steps: list[RawStep] = []
        self._entries = 0
        self._correct = self._samples = 0

    @property
    def full(self) -> bool:
        """Whether it is time to flush."""
        return len(self._steps) >= _MOST_STEPS or self._entries >= _MOST_ENTRIES

    def add(self, step: RawStep) -> None:
        """Take the next step."""
        self._steps.append(step)
        if isinstance(step.answers, tuple):
            self._entries += step.answers[0].numel()

    def flush(self) -> None:
        """Append everything to the writer."""
        steps, self._steps, self._entries = self._steps, [], 0
        if not steps:
            return
        correct = _count_correct(steps)
        samples = np.array([step.samples for step in steps])
        places = self._writer.slices
        rows = np.empty((len(steps), self._writer.width), np.float32)
        rows[:, places["train_loss"]] = np.array([step.loss for step in steps])[:, None]
        rows[:, places["train_accuracy"]] = (correct / samples)[:, None]
        for quantity in steps[0].norms:
            rows[:, places[quantity]] = to_float32(np.array([step.norms[quantity] for step in steps]))
        for row in rows:
            self._writer.append(self._next, row)
            self._next += 1
        self._correct += int(correct.sum())
        self._samples += int(samples.sum())

    def take_accuracy(self) -> float:
        """The accuracy over all steps since the last call, NaN if there were none."""
        self.flush()
        correct, samples = self._correct, self._samples
        self._correct = self._samples = 0
        return correct / samples if samples else float("nan")


def _count_correct(steps: Sequence[RawStep]) -> NDArray[np.float64]:
    known = [step.answers for step in steps if not isinstance(step.answers, tuple)]
    if known:
        return np.array(known, np.float64)
    answers = [step.answers for step in steps if isinstance(step.answers, tuple)]
    outputs = np.concatenate([output.numpy() for output, _ in answers])
    targets = np.concatenate([target.numpy() for _, target in answers])
    starts = np.cumsum([0, *(step.samples for step in steps[:-1])])
    return np.add.reduceat(outputs.argmax(axis=1) == targets, starts, dtype=np.float64)
