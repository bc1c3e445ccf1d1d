from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from gradviz.nets.registry import layers
from gradviz.probes.slopes import ACTIVATIONS, gives_zeros, is_activation, saturated_share

DEFAULTS = [kind for kind in ACTIVATIONS if kind is not nn.Threshold]


def slow_share(module: nn.Module, x: torch.Tensor) -> float:
    """The activation's own slope at every entry, held against the largest on a dense grid."""
    module = module.eval()

    def slope(points: torch.Tensor) -> torch.Tensor:
        points = points.clone().requires_grad_()
        (found,) = torch.autograd.grad(module(points).sum(), points)
        return found.abs()

    largest = slope(torch.linspace(-40, 40, 80_001, dtype=torch.float64)).max()
    return float((slope(x.double()) < 0.01 * largest * (1 - 1e-6)).double().mean())


@pytest.mark.parametrize("kind", DEFAULTS)
@pytest.mark.parametrize("scale", [0.3, 3.0, 30.0])
def test_saturation_is_what_the_slope_at_each_entry_says(kind: type[nn.Module], scale: float) -> None:
    module = kind().double()
    x = torch.randn(400, 5, generator=torch.Generator().manual_seed(0)) * scale
    x[:7] = 0.0  # as what comes from another ReLU is
    assert float(saturated_share(module, x)) == pytest.approx(slow_share(module, x), abs=1e-12)


def test_the_sigmoid_is_saturated_beyond_six() -> None:
    limit = 5.98645  # σ(1 − σ) = 0.01 · 1/4
    x = torch.tensor([-limit - 1e-3, -limit + 1e-3, 0.0, limit - 1e-3, limit + 1e-3])
    assert float(saturated_share(nn.Sigmoid(), x)) == pytest.approx(2 / 5)


def test_settings_count() -> None:
    x = torch.tensor([-5.0, -0.2, 0.2, 5.0])
    assert float(saturated_share(nn.Hardtanh(-0.1, 0.1), x)) == 1
    assert float(saturated_share(nn.Hardtanh(-1e5, 1e5), x)) == 0
    assert float(saturated_share(nn.Hardtanh(-1e5, 1e5), x * 1e6)) == 1
    assert float(saturated_share(nn.LeakyReLU(0.01), x)) == 0
    assert float(saturated_share(nn.LeakyReLU(0.001), x)) == 0.5
    assert float(saturated_share(nn.Threshold(3, 7), x)) == 0.75


def test_each_slope_that_is_learned_counts() -> None:
    module = nn.PReLU(2)
    with torch.no_grad():
        module.weight.copy_(torch.tensor([0.001, 0.5]))
    x = torch.tensor([[-1.0, -1.0], [1.0, -1.0]])
    assert float(saturated_share(module, x)) == 0.25


def test_half_precision_nan_and_nothing() -> None:
    x = torch.tensor([math.nan, math.inf, -math.inf, 0.0])
    assert float(saturated_share(nn.Tanh(), x)) == 0.5
    assert float(saturated_share(nn.Tanh(), x.half())) == 0.5
    assert math.isnan(float(saturated_share(nn.Tanh(), torch.empty(0))))


def test_it_neither_draws_nor_hooks_nor_writes() -> None:
    module = nn.RReLU(inplace=True)
    heard: list[object] = []
    module.register_forward_hook(lambda *_: heard.append(1))
    before = torch.get_rng_state()
    x = torch.randn(7, generator=torch.Generator().manual_seed(0))
    kept = x.clone()
    saturated_share(module, x)
    gives_zeros(nn.ReLU(inplace=True))
    assert torch.equal(x, kept)
    assert torch.equal(before, torch.get_rng_state())
    assert not heard
    assert module.training
    assert module.inplace


def test_units_can_die_where_a_range_gives_zero() -> None:
    mortal = {kind.__name__ for kind in DEFAULTS if gives_zeros(kind())}
    assert mortal == {"ReLU", "ReLU6", "Hardshrink", "Softshrink", "Hardsigmoid", "Hardswish"}
    assert gives_zeros(nn.LeakyReLU(0.0))
    assert gives_zeros(nn.Threshold(0.5, 0.0))


def test_every_registered_activation_is_known() -> None:
    for entry in layers.entries():
        kind = getattr(nn, entry.name, None)
        if entry.group == "Activation":
            assert kind in ACTIVATIONS
        elif kind is not None:
            assert kind not in ACTIVATIONS
    assert not is_activation(nn.Linear(1, 1))
