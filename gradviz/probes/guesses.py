"""What the newest steps predicted, kept until it is counted for all of them at once.

Everything is copied into arrays that stay: a tensor that is held costs the next step its warm memory, and so
does a copy that is freed a tenth of a second later, when others lie behind it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_FEW_SCORES = 10_000
"""Scores of a step that are kept; of more the best of each row is found at once."""


class Guesses(NamedTuple):
    """The scores of a step's samples and their right classes `[batch]`.

    A score for each class `[batch, classes]`, or where there are two classes one `[batch]`, which is above 0
    for class 1.
    """

    scores: NDArray[Any]
    target: NDArray[np.int64]


class GuessBook:
    """Guesses of steps, one below the other."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._end = 0
        self._by_class = True
        self._scores: NDArray[Any] = np.empty(0)
        self._target = np.empty(0, np.int64)

    def add(self, guesses: Guesses) -> None:
        """Take the guesses of the next step, of as many classes as those before."""
        scores, target = guesses
        if not len(self._scores):
            self._by_class = scores.ndim == 2 and scores.size > _FEW_SCORES
        if self._by_class:
            scores = scores.argmax(axis=1)
        end = self._end + len(target)
        if end > len(self._scores):
            self._grow(scores, end)
        self._scores[self._end : end] = scores
        self._target[self._end : end] = target
        self._starts.append(self._end)
        self._end = end

    def count(self) -> NDArray[np.int64]:
        """How many were right in each step since the last call."""
        starts, end = self._starts, self._end
        self._starts, self._end = [], 0
        if not starts:
            return np.empty(0, np.int64)
        right = _classes(self._scores[:end], by_class=self._by_class) == self._target[:end]
        found: NDArray[np.int64] = np.add.reduceat(right, starts, dtype=np.int64)
        return found

    def _grow(self, scores: NDArray[Any], end: int) -> None:
        """Have room for twice as much as what ends there."""
        scores_before, target_before = self._scores[: self._end], self._target[: self._end]
        self._scores = np.empty((2 * end, *scores.shape[1:]), scores.dtype)
        self._target = np.empty(2 * end, np.int64)
        if self._end:
            self._scores[: self._end], self._target[: self._end] = scores_before, target_before


def _classes(scores: NDArray[Any], *, by_class: bool) -> NDArray[Any]:
    if by_class:
        return scores
    best: NDArray[Any] = scores > 0 if scores.ndim == 1 else scores.argmax(axis=1)
    return best
