"""The ledger: what is counted for many steps at once is what counting one by one finds."""

from __future__ import annotations

from array import array
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.probes.guesses import Guesses
from gradviz.probes.ledger import GUESSED, Ledger, RawStep
from gradviz.probes.norms import LayerNorms
from gradviz.probes.part_norms import PartNorms


@st.composite
def steps(draw: st.DrawFn) -> tuple[list[tuple[float, Guesses | None]], list[float]]:
    """Steps of any size, with few scores or many, or one for two classes; some counted already."""
    found: list[tuple[float, Guesses | None]] = []
    right: list[float] = []
    classes = draw(st.sampled_from([2, 4, 5000]))
    for number in range(draw(st.integers(1, 6))):
        rng = np.random.default_rng(draw(st.integers(0, 99)))
        rows = draw(st.integers(1, 6))
        if draw(st.booleans()):
            found.append((float(number), None))
            right.append(number)
            continue
        scores = rng.integers(0, 3, (rows, classes)).astype(
            np.float32
        )  # with ties, of which the first counts
        best = [row.index(max(row)) for row in scores.tolist()]
        if classes == 2:
            scores = rng.integers(-1, 2, rows).astype(np.float32)
            best = [int(score > 0) for score in scores.tolist()]
        target = rng.integers(0, classes, rows)
        found.append((GUESSED, Guesses(scores, target)))
        right.append(sum(one == other for one, other in zip(best, target.tolist(), strict=True)))
    return found, right


class Rows:
    """A writer that keeps the rows."""

    steps = 0
    slices: ClassVar = {"train_loss": slice(0, 1), "train_accuracy": slice(1, 2), "grad_norm": slice(2, 3)}
    width = 3

    def __init__(self) -> None:
        self.rows = np.empty((0, self.width))

    def extend(self, step: int, rows: np.ndarray) -> None:
        assert step == len(self.rows)
        self.rows = np.concatenate([self.rows, rows])


@given(steps(), st.integers(1, 6))
def test_accuracy_is_that_of_counting_one_by_one(
    case: tuple[list[tuple[float, Guesses | None]], list[float]], together: int
) -> None:
    found, right = case
    writer = Rows()
    ledger = Ledger(writer, LayerNorms([[1]]), PartNorms([[1]], (), 0))
    for number, (correct, guesses) in enumerate(found, 1):
        ledger.add(RawStep(0.0, correct, 8, {"grad_norm": array("d", [1.0])}, {}), guesses)
        if guesses is not None:  # what is kept must not change with what the next step overwrites
            guesses.scores[...] = 9
            guesses.target[...] = -1
        if number % together == 0:
            ledger.flush()
    assert ledger.take_accuracy() == pytest.approx(sum(right) / (8 * len(right)))
    assert writer.rows[:, 1] == pytest.approx(np.array(right) / 8)
