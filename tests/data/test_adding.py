from __future__ import annotations

import numpy as np
import pytest

from gradviz.data.adding import adding, adding_samples
from gradviz.data.load import load
from gradviz.spec.experiment import DataSpec


@pytest.mark.parametrize("length", [2, 3, 100])
def test_two_marks_one_in_each_half_and_the_sum_of_their_numbers(length: int) -> None:
    x, y = adding_samples(50, length, np.random.default_rng(0))
    assert x.shape == (50, length, 2)
    assert (x.dtype, y.dtype, y.shape) == (np.float32, np.float32, (50, 1))
    for sequence, total in zip(x, y, strict=True):
        marked = [place for place in range(length) if sequence[place, 1] == 1]
        assert len(marked) == 2
        assert marked[0] < length // 2 <= marked[1]
        assert set(sequence[:, 1]) <= {0.0, 1.0}
        assert total[0] == pytest.approx(sequence[marked[0], 0] + sequence[marked[1], 0])


def test_always_answering_one_has_an_error_of_a_sixth() -> None:
    x, y = adding(length=10, samples=20_000).make(np.random.default_rng(1))
    assert float(((y - 1) ** 2).mean()) == pytest.approx(1 / 6, rel=0.03)
    assert x[:, :, 0].min() >= 0
    assert x[:, :, 0].max() < 1
    assert np.unique(x[:, :, 1].argmax(axis=1)).tolist() == [0, 1, 2, 3, 4]


def test_targets_are_not_scaled() -> None:
    data = load(DataSpec(name="adding", parameters={"length": 10, "samples": 1000}), seed=0)
    assert data.train_y.shape == (800, 1)
    assert float(data.train_y.mean()) == pytest.approx(1, abs=0.05)
