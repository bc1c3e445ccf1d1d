from __future__ import annotations

import pytest

from gradviz.data.order import batches_per_epoch, epoch_order


def test_order_is_a_function_of_seed_and_epoch() -> None:
    first = epoch_order(100, seed=5, epoch=2)
    epoch_order(100, seed=5, epoch=3)
    assert first.tolist() == epoch_order(100, seed=5, epoch=2).tolist()
    assert sorted(first.tolist()) == list(range(100))
    assert first.tolist() != epoch_order(100, seed=5, epoch=3).tolist()
    assert first.tolist() != epoch_order(100, seed=6, epoch=2).tolist()


@pytest.mark.parametrize(
    ("count", "batch_size", "batches"),
    [(100, 10, 10), (102, 10, 11), (101, 10, 10), (1, 10, 1), (5, 10, 1), (3, 1, 3), (1, 1, 1)],
)
def test_rest_of_one_sample_is_left_out(count: int, batch_size: int, batches: int) -> None:
    assert batches_per_epoch(count, batch_size) == batches
