from __future__ import annotations

import torch

from gradviz.probes.outbox import Outbox


def test_on_a_cpu_everything_is_delivered_at_once() -> None:
    got: list[list[float]] = []
    outbox = Outbox()
    outbox.put(torch.tensor([1, 2]), lambda values: got.append(values.tolist()))
    assert got == [[1.0, 2.0]]
    outbox.flush()
    assert len(got) == 1


def test_copy_takes_along_what_waits() -> None:
    got: list[list[float]] = []
    outbox = Outbox()
    outbox._waiting.append((torch.tensor([5.0, 6.0]), lambda values: got.append(values.tolist())))
    assert outbox.copy([torch.tensor(1.0), torch.tensor([2, 3])]).tolist() == [1.0, 2.0, 3.0]
    assert got == [[5.0, 6.0]]


def test_flush_delivers_what_waits() -> None:
    got: list[list[float]] = []
    outbox = Outbox()
    outbox._waiting.append((torch.tensor([7.0]), lambda values: got.append(values.tolist())))
    outbox.flush()
    outbox.flush()
    assert got == [[7.0]]
