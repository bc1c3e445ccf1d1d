"""The newest steps, gathered until the next commit and then worked out together.

For a small network calls are dear, not numbers: a NumPy call takes 1 µs in a loop of its own and 5 between
two training steps, whose work drives everything out of the caches. So layer norms and rows are worked out
for all steps of a commit at once, and nobody sees them any later. Only numbers are gathered: tensors that
are held keep the allocator from giving the next step the same, warm memory (4 % of a step, measured).
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gradviz.probes.guesses import GuessBook, Guesses
from gradviz.probes.norms import LayerNorms
from gradviz.probes.part_norms import PartNorms
from gradviz.probes.spikes import Spike, Spikes
from gradviz.records.exact import to_float32
from gradviz.records.parts import PART_NORM
from gradviz.records.writer import RunWriter

_MOST_STEPS = 256
GUESSED = -1.0
"""Stands for a number of right predictions that is not counted yet."""


class RawStep(NamedTuple):
    """What one step brought to the host; `squares` are those of all tensors or parts, for each norm.

    `correct` is the number of right predictions, GUESSED where it will be counted from guesses; None where no
    prediction is right or wrong. `noted` are numbers that the loop knew.
    """

    loss: float
    correct: float | None
    samples: int
    squares: Mapping[str, array[float]]
    noted: Mapping[str, float]


class Ledger:
    """Takes each step's raw numbers and appends rows to the writer when told to `flush`."""

    def __init__(self, writer: RunWriter, norms: LayerNorms, parts: PartNorms) -> None:
        self._writer = writer
        self._norms = norms
        self._parts = parts
        self._next = writer.steps
        self._steps: list[RawStep] = []
        self._guesses = GuessBook()
        self._correct = self._samples = 0
        self._spikes = Spikes()

    @property
    def full(self) -> bool:
        """Whether it is time to flush."""
        return len(self._steps) >= _MOST_STEPS

    def add(self, step: RawStep, guesses: Guesses | None = None) -> None:
        """Take the next step, and the guesses of one whose predictions are to be counted."""
        self._steps.append(step)
        if guesses is not None:
            self._guesses.add(guesses)

    def flush(self) -> None:
        """Append everything to the writer."""
        steps, self._steps = self._steps, []
        if not steps:
            return
        places = self._writer.slices
        rows = np.full((len(steps), self._writer.width), np.nan, np.float32)
        rows[:, places["train_loss"]] = np.array([step.loss for step in steps])[:, None]
        if steps[0].correct is not None:
            correct = np.array([step.correct for step in steps])
            correct[correct == GUESSED] = self._guesses.count()
            samples = np.array([step.samples for step in steps])
            rows[:, places["train_accuracy"]] = (correct / samples)[:, None]
            self._correct += int(correct.sum())
            self._samples += int(samples.sum())
        for quantity in steps[0].squares:
            squares = np.frombuffer(b"".join([step.squares[quantity] for step in steps]))
            squares = squares.reshape(len(steps), -1)
            if quantity == PART_NORM:
                rows[:, places[quantity]] = to_float32(self._parts.by_part(squares))
            else:
                self._put_norms(rows, quantity, squares)
        for quantity in {quantity for step in steps for quantity in step.noted}:
            column = np.array([step.noted.get(quantity, np.nan) for step in steps])
            rows[:, places[quantity]] = to_float32(column)[:, None]
        if "clipped" in places:
            rows[:, places["clipped"]] = rows[:, places["clipped_tensors"]] > 0
        self._writer.extend(self._next, rows)
        self._next += len(rows)

    def take_accuracy(self) -> float:
        """The accuracy over all steps since the last call, NaN if there were none."""
        self.flush()
        correct, samples = self._correct, self._samples
        self._correct = self._samples = 0
        return correct / samples if samples else float("nan")

    def state_dict(self) -> dict[str, Any]:
        """What the accuracy of the epoch so far is made of, and how large gradients have been."""
        self.flush()
        return {"correct": self._correct, "samples": self._samples, "spikes": self._spikes.state_dict()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on in the middle of an epoch."""
        self._correct, self._samples = state["correct"], state["samples"]
        if "spikes" in state:
            self._spikes.load_state_dict(state["spikes"])

    def _put_norms(self, rows: NDArray[np.float32], quantity: str, squares: NDArray[np.float64]) -> None:
        places = self._writer.slices
        layers = self._norms.by_layer(squares)
        rows[:, places[quantity]] = to_float32(layers)
        norms = np.sqrt(squares.sum(axis=1))
        together = places.get(quantity.replace("grad", "global"))
        if together is not None:
            rows[:, together] = to_float32(norms)[:, None]
        if quantity == "grad_norm":
            for spike in self._spikes.find(self._next, norms):
                self._tell(spike, layers[spike.step - self._next])

    def _tell(self, spike: Spike, norms: NDArray[np.float64]) -> None:
        """“spike” of the layer whose gradient is the largest then."""
        layer = self._writer.info.measured[int(np.nanargmax(norms))].name
        self._writer.event(spike.step, "spike", layer, factor=spike.factor, value=spike.value)
