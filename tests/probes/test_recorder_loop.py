"""What the loop itself knows and does, and the recorder takes into account: numbers and second passes."""

from __future__ import annotations

import math
import time

import pytest
import torch
from torch.nn.functional import cross_entropy

STEPS = 7


def batches() -> list[tuple[torch.Tensor, torch.Tensor]]:
    generator = torch.Generator().manual_seed(1)
    return [
        (torch.randn(16, 4, generator=generator), torch.randint(0, 3, (16,), generator=generator))
        for _ in range(STEPS)
    ]


def test_numbers_that_the_loop_knows_are_recorded_where_it_has_them(lab, model) -> None:
    bench = lab(model, noted=("loss_scale", "clip_factor"))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    recorder = bench.recorder
    for step, (x, y) in enumerate(batches()):
        recorder.on_train_batch_start(step)
        optimizer.zero_grad()
        loss = cross_entropy(output := model(x), y)
        loss.backward()
        recorder.on_after_backward(loss, output, y)
        recorder.note("loss_scale", 2.0**step)
        if step % 2:
            recorder.note("clip_factor", torch.tensor(0.5, dtype=torch.float64))
        recorder.on_before_optimizer_step()
        optimizer.step()
        recorder.on_train_batch_end()
    reader = bench.read()
    assert [float(reader.at("loss_scale", s)[1][0]) for s in range(STEPS)] == [2.0**s for s in range(STEPS)]
    factors = [float(reader.at("clip_factor", s)[1][0]) for s in range(STEPS)]
    assert factors == pytest.approx([math.nan, 0.5] * 3 + [math.nan], nan_ok=True)


def test_what_the_loop_spends_on_a_noted_number_is_measuring(model, lab) -> None:
    labor = lab(model, clipping=True)
    recorder = labor.recorder
    costs = []
    for seconds in (0.0, 5.0):
        x, y = batches()[0]
        recorder.on_train_batch_start(len(costs))
        output = model(x)
        loss = cross_entropy(output, y)
        loss.backward()
        recorder.on_after_backward(loss, output, y)
        recorder.on_after_clip()
        recorder.note("clip_angle", 1.5, seconds=seconds)
        recorder.on_before_optimizer_step()
        recorder.on_train_batch_end()
        costs.append(recorder._always)
    assert costs[1] >= 5.0 > costs[0]
    assert labor.read().at("clip_angle", 1)[1][0] == 1.5


def test_second_passes_wait_until_they_are_earned(model, lab) -> None:
    """One that takes 20 ms is not done again within a hundred steps of a millisecond or two."""
    made = lab(model)
    made.recorder.expect_replays("again")
    done = []

    def measure() -> None:
        time.sleep(0.02)
        done.append(step)

    for step in range(100):
        made.recorder.on_train_batch_start(step, everything=step in (0, 99))
        loss = model(torch.ones(2, 4)).sum()
        loss.backward()
        made.recorder.on_after_backward(loss, torch.zeros(2, 3), torch.zeros(2, dtype=torch.int64))
        made.recorder.replay("again", measure)
        made.recorder.replay("another", measure)
        made.recorder.on_before_optimizer_step()
        made.recorder.on_train_batch_end()
    assert done == [0, 99]
    made.recorder.at_rest()
    assert made.read().samples("measuring_cost")[1].max() > 0.05  # and it is counted
