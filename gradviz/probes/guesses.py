"""What the newest steps predicted, kept until it is counted for all of them at once.

The best of each row are found while the scores are warm, and everything is kept in arrays that stay: a tensor
that is held costs the next step its warm memory, and so does what is freed a tenth of a second later.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Guesses(NamedTuple):
    """The scores of a step's samples and their right classes `[batch]`.

    A score for each class `[batch, classes]`, or where there are two classes one `[batch]`, which is above 0
    for class 1.
    """

    scores: NDArray[Any]
    target: NDArray[np.int64]


class GuessBook:
    """The guesses of steps, one below the other."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._end = 0
        self._predicted = self._target = np.empty(0, np.intp)

    def add(self, guesses: Guesses) -> None:
        """Take the guesses of the next step."""
        scores, target = guesses
        begin, end = self._end, self._end + len(target)
        if end > len(self._target):
            self._grow(end)
        predicted = self._predicted[begin:end]
        if scores.ndim == 2:
            scores.argmax(axis=1, out=predicted)
        else:
            np.greater(scores, 0, out=predicted, casting="unsafe")
        self._target[begin:end] = target
        self._starts.append(begin)
        self._end = end

    def count(self) -> NDArray[np.int64]:
        """How many were right in each step since the last call."""
        starts, end = self._starts, self._end
        self._starts, self._end = [], 0
        if not starts:
            return np.empty(0, np.int64)
        right = self._predicted[:end] == self._target[:end]
        found: NDArray[np.int64] = np.add.reduceat(right, starts, dtype=np.int64)
        return found

    def _grow(self, end: int) -> None:
        """Have room for twice as much as what ends there."""
        kept = self._predicted[: self._end], self._target[: self._end]
        self._predicted, self._target = np.empty(2 * end, np.intp), np.empty(2 * end, np.intp)
        self._predicted[: self._end], self._target[: self._end] = kept
