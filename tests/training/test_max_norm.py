from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from gradviz.records.layer import LayerInfo
from gradviz.spec.experiment import RegularizationSpec
from gradviz.training.max_norm import MaxNorm


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(2, 3, 3), nn.LayerNorm([3, 2, 2]), nn.Flatten(), nn.Linear(12, 4))


def layers(model: nn.Sequential) -> list[LayerInfo]:
    return [
        LayerInfo(
            index=index,
            name=f"{type(part).__name__} 1",
            kind=type(part).__name__,
            path=(index,),
            repeat=(),
            module=str(index),
            output_shape=(1,),
            parameters=sum(p.numel() for p in part.parameters()),
        )
        for index, part in enumerate(model)
    ]


def limit(model: nn.Sequential, most: float, **given) -> None:
    MaxNorm(RegularizationSpec(max_norm=most, **given), model, layers(model))()


def test_every_unit_is_torchs_renorm_and_the_rest_stays() -> None:
    model, before = network(), network()
    limit(model, 0.5)
    for index in (0, 3):
        wanted = torch.renorm(before[index].weight.detach(), 2, 0, 0.5)
        torch.testing.assert_close(model[index].weight.detach(), wanted, rtol=1e-6, atol=0)
        assert not torch.equal(model[index].weight, before[index].weight)
        assert torch.equal(model[index].bias, before[index].bias)
    assert torch.equal(model[1].weight, before[1].weight)
    for row in model[3].weight:
        assert float(row.detach().norm()) <= 0.5 * (1 + 1e-6)


def test_weights_within_the_limit_stay_bit_for_bit() -> None:
    model, before = network(), network()
    limit(model, 100.0)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), before.parameters(), strict=True))


def test_excluded_and_frozen_layers_are_left_alone() -> None:
    model, before = network(), network()
    model[0].weight.requires_grad_(requires_grad=False)
    limit(model, 0.1, exclude=("Lin*",))
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), before.parameters(), strict=True))


def test_nan_stays_visible() -> None:
    model = network()
    with torch.no_grad():
        model[3].weight[0, 0] = math.nan
    limit(model, 0.1)
    assert model[3].weight[0].isnan().all()
    assert float(model[3].weight[1].detach().norm()) == pytest.approx(0.1)
