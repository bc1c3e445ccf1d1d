from __future__ import annotations

import torch
from torch import nn

from gradviz.training.replay import Dice, Moment, RandomState, again


def test_repeat_sees_the_same_and_leaves_no_trace() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 2))
    x = torch.randn(6, 3)
    moment = Moment(step=0, x=x, y=torch.zeros(6), random=RandomState.take(torch.device("cpu")))
    first = model(x)
    first.sum().backward()
    state = torch.get_rng_state()
    buffers = [b.clone() for b in model.buffers()]
    gradients = [p.grad for p in model.parameters()]
    kept = [g.clone() for g in gradients]
    with again(model, moment):
        second = model(x)
        second.sum().backward()
        assert torch.equal(first, second)
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(a, b) for a, b in zip(model.buffers(), buffers, strict=True))
    for parameter, gradient, copy in zip(model.parameters(), gradients, kept, strict=True):
        assert parameter.grad is gradient
        assert torch.equal(gradient, copy)


def test_dice_follow_a_network_that_uses_them() -> None:
    dice = Dice(torch.device("cpu"))
    for _ in range(4):
        state = dice.before_step()
        assert torch.equal(state.cpu, torch.get_rng_state())
        torch.rand(1)


def test_dice_keep_the_state_that_nobody_changes() -> None:
    dice = Dice(torch.device("cpu"))
    first, second, third = (dice.before_step() for _ in range(3))
    assert torch.equal(first.cpu, torch.get_rng_state())
    assert third is second
