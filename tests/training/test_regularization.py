from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from gradviz.spec.experiment import RegularizationSpec
from gradviz.training.regularization import Penalty


def network() -> nn.Module:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(8, 3))
    with torch.no_grad():
        model[3].weight[0, 0] = 0.0
    return model


@pytest.mark.parametrize(("l1", "l2"), [(0.1, 0.0), (0.0, 0.2), (0.1, 0.2), (0.0, 0.0)])
def test_gradient_is_that_of_the_penalty_in_the_loss(l1: float, l2: float) -> None:
    x = torch.randn(5, 1, 4, 4, generator=torch.Generator().manual_seed(1))
    ours, theirs = network(), copy.deepcopy(network())
    ours(x).square().mean().backward()
    Penalty(RegularizationSpec(l1=l1, l2=l2), ours.parameters()).add_gradient()
    penalty = sum(l1 * w.abs().sum() + l2 * (w**2).sum() for w in theirs.parameters() if w.dim() >= 2)
    (theirs(x).square().mean() + penalty).backward()
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(a.grad, b.grad)


def test_weight_without_a_gradient_is_penalised_and_a_frozen_one_is_not() -> None:
    model = network()
    model[0].weight.requires_grad_(requires_grad=False)
    Penalty(RegularizationSpec(l2=0.5), model.parameters()).add_gradient()
    assert model[0].weight.grad is None
    torch.testing.assert_close(model[3].weight.grad, model[3].weight.detach())
    assert model[3].bias.grad is None
