"""What a network must know of its data, before any of it is read: shapes, classes, and whether it is text.

Every room that sizes a network needs this, also those that may not read data, so it is pure data here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Task(StrEnum):
    """What is to be learnt of the targets."""

    CLASSIFICATION = "classification"
    BINARY = "binary"
    """Yes or no by a single score, the logit of yes."""
    REGRESSION = "regression"


@dataclass(frozen=True, kw_only=True, slots=True)
class DataInfo:
    """One data set; `input_shape` is without the batch.

    `classes` is how many numbers the network gives for each target: a score for every class, 1 in a BINARY
    task, the values themselves in a REGRESSION.

    With a `vocabulary` the inputs are token ids 0 … vocabulary − 1 instead of numbers. Where the targets are
    `per_position` there is one for every place of a sequence and the network gives [length, classes] for a
    sample, else one for a sample and the network gives [classes].
    """

    input_shape: tuple[int, ...]
    classes: int
    samples: int
    vocabulary: int | None = None
    per_position: bool = False
    task: Task = Task.CLASSIFICATION

    @property
    def is_language_model(self) -> bool:
        """Whether the next token is to be foretold at every position."""
        return self.per_position and self.vocabulary == self.classes

    @property
    def has_accuracy(self) -> bool:
        """Whether a prediction is right or wrong; in a regression it is near or far."""
        return self.task is not Task.REGRESSION

    @property
    def to_learn(self) -> str:
        """What is to be learnt of each target, in words: “10 classes”."""
        if self.task is Task.BINARY:
            return "2 classes by one score"
        if self.task is Task.CLASSIFICATION:
            return f"{self.classes:,} classes"
        return "1 number" if self.classes == 1 else f"{self.classes:,} numbers"

    @property
    def output_shape(self) -> tuple[int, ...]:
        """What the network must give for one sample."""
        return (self.input_shape[0], self.classes) if self.per_position else (self.classes,)
