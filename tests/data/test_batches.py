from __future__ import annotations

import torch

from gradviz.data.batches import Batches
from gradviz.data.order import epoch_order


def test_epoch_takes_every_sample_once_in_its_order() -> None:
    x, y = torch.arange(20.0).view(10, 2), torch.arange(10)
    batches = Batches(x, y, batch_size=4, seed=3)
    assert batches.per_epoch == 3
    for epoch in range(2):
        taken = [batches.take(epoch * 3 + place) for place in range(3)]
        assert [len(part) for _, part in taken] == [4, 4, 2]
        order = torch.cat([part for _, part in taken])
        assert torch.equal(order, epoch_order(10, seed=3, epoch=epoch))
        assert torch.equal(torch.cat([part for part, _ in taken]), x[order])


def test_step_alone_decides() -> None:
    data = torch.arange(10.0), torch.arange(10)
    there = Batches(*data, batch_size=4, seed=0)
    for step in range(7):
        there.take(step)
    assert torch.equal(there.take(4)[1], Batches(*data, batch_size=4, seed=0).take(4)[1])


def test_rest_of_one_is_left_out() -> None:
    batches = Batches(torch.arange(9.0), torch.arange(9), batch_size=4, seed=0)
    assert [len(batches.take(step)[1]) for step in range(4)] == [4, 4, 4, 4]
