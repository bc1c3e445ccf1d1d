"""The ledger: what is counted for many steps at once is what counting one by one finds."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gradviz.probes.ledger import Guesses, Ledger, RawStep
from gradviz.probes.norms import LayerNorms
from gradviz.probes.part_norms import PartNorms


@st.composite
def guesses(draw: st.DrawFn) -> tuple[list[float | Guesses], list[float]]:
    """Steps of one size or of many, as scores, as classes and as counts; and what is right in each."""
    found: list[float | Guesses] = []
    right: list[float] = []
    alike = draw(st.booleans())
    for number in range(draw(st.integers(1, 6))):
        rng = np.random.default_rng(draw(st.integers(0, 99)))
        rows = 5 if alike else draw(st.integers(1, 6))
        kind = "scores" if alike else draw(st.sampled_from(["scores", "classes", "count"]))
        scores = rng.integers(0, 3, (rows, 4)).astype(np.float32)  # with ties, of which the first counts
        target = torch.from_numpy(rng.integers(0, 4, rows))
        best = [row.index(max(row)) for row in scores.tolist()]
        count = sum(one == int(other) for one, other in zip(best, target, strict=True))
        match kind:
            case "scores":
                found.append(Guesses(scores, target))
            case "classes":
                found.append(Guesses(np.array(best), target))
            case _:
                count = number
                found.append(float(number))
        right.append(count)
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


@given(guesses(), st.integers(1, 6))
def test_accuracy_is_that_of_counting_one_by_one(
    case: tuple[list[float | Guesses], list[float]], together: int
) -> None:
    found, right = case
    writer = Rows()
    ledger = Ledger(writer, LayerNorms([[1]]), PartNorms([[1]], (), 0))
    for number, correct in enumerate(found, 1):
        ledger.add(RawStep(0.0, correct, 8, {"grad_norm": [1.0]}, {}))
        if number % together == 0:
            ledger.flush()
    assert ledger.take_accuracy() == pytest.approx(sum(right) / (8 * len(right)))
    assert writer.rows[:, 1] == pytest.approx(np.array(right) / 8)
