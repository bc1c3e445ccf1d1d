"""Networks of which theory says what their gradients do, seen through the probes at initialisation."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

from gradviz.nets.build import BuiltModel, build_model
from gradviz.probes.gains import PassGradients
from gradviz.probes.hooks import Hooks
from gradviz.spec.experiment import InitializerSpec, LayerSpec, ModelSpec
from gradviz.training.residual_blocks import residual_blocks


def network(*layers: LayerSpec, initializer: str, width: int, seed: int) -> BuiltModel:
    spec = ModelSpec(layers=layers, initializer=InitializerSpec(name=initializer))
    return build_model(spec, (width,), width, seed)


def deep(activation: str | None, depth: int, width: int, initializer: str, seed: int) -> BuiltModel:
    linear = LayerSpec(kind="Linear", parameters={"out_features": width})
    between = () if activation is None else (LayerSpec(kind=activation),)
    return network(*(linear, *between) * depth, initializer=initializer, width=width, seed=seed)


def seen(built: BuiltModel, *, batch: int = 64, seed: int = 0) -> dict[str, np.ndarray]:
    """Everything of one pass of random inputs, the gradient at the end being random, too."""
    generator = torch.Generator().manual_seed(seed)
    width = built.layers[-1].output_shape[-1]
    x = torch.randn(batch, width, generator=generator)
    end = torch.randn(batch, width, generator=generator)
    modules = [built.model.get_submodule(layer.module) for layer in built.layers]
    found: dict[str, np.ndarray] = {}
    with Hooks() as hooks:
        watched = PassGradients(modules, residual_blocks(built.model, built.layers), hooks)
        (built.model(x) * end).sum().backward()
    watched.tell(watched.numbers().numpy(), 1.0, lambda name, values: found.update({name: values}))
    return found


def at(built: BuiltModel, kind: str, values: np.ndarray) -> np.ndarray:
    return values[[layer.index for layer in built.layers if layer.kind == kind]]


def normal_mean(function: Callable[[np.ndarray], np.ndarray]) -> float:
    z = np.linspace(-10, 10, 20_001)
    return float((function(z) * np.exp(-z * z / 2)).sum() * (z[1] - z[0]) / math.sqrt(2 * math.pi))


def test_a_sigmoid_net_loses_what_mean_field_theory_says() -> None:
    """χ₁ = σ_w² E[φ′(√q z)²] at the fixed point q = σ_w² E[φ(√q z)²] (Schoenholz et al. 2017)."""

    def sigmoid(x: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-x))

    def slope(x: np.ndarray) -> np.ndarray:
        return sigmoid(x) * (1 - sigmoid(x))

    q = 1.0
    for _ in range(100):
        q = normal_mean(lambda z, q=q: sigmoid(math.sqrt(q) * z) ** 2)
    chi = normal_mean(lambda z: slope(math.sqrt(q) * z) ** 2)
    built = deep("Sigmoid", 20, 512, "xavier_normal", seed=0)
    norms = at(built, "Linear", seen(built)["output_gradient"])
    inner = np.log(norms[1:])  # the first layer's inputs are not yet at the fixed point
    per_layer = math.exp((inner[0] - inner[-1]) / (len(inner) - 1))
    assert per_layer == pytest.approx(math.sqrt(chi), rel=0.05)
    assert math.sqrt(chi) < 0.25


@pytest.mark.parametrize("seed", range(4))
def test_relu_with_kaiming_keeps_the_gradient_flat(seed: int) -> None:
    built = deep("ReLU", 20, 256, "kaiming_normal", seed)
    found = seen(built, seed=seed)
    norms = at(built, "Linear", found["output_gradient"])
    assert norms.max() / norms.min() < 3
    slopes = np.exp(np.log(at(built, "ReLU", found["gain"])).mean())
    weights = np.exp(np.log(at(built, "Linear", found["gain"])[1:]).mean())
    assert slopes == pytest.approx(0.71, rel=0.05)
    assert weights == pytest.approx(1.41, rel=0.05)


def test_an_orthogonal_linear_net_is_flat() -> None:
    built = deep(None, 30, 64, "orthogonal", seed=0)
    for module in built.model:
        assert isinstance(module, nn.Linear)
        assert not module.bias.any()
    norms = seen(built)["output_gradient"]
    assert norms.max() / norms.min() - 1 < 1e-4


def test_skips_of_a_residual_net_carry_half_of_the_gradient() -> None:
    """Two ways that keep the norm and are uncorrelated: each has half of δ_x, which grows by √2."""
    width = 256
    block = LayerSpec(
        kind="Residual",
        body=(
            LayerSpec(kind="Linear", parameters={"out_features": width}),
            LayerSpec(kind="ReLU"),
        ),
    )
    linear = LayerSpec(kind="Linear", parameters={"out_features": width})
    built = network(linear, *[block] * 10, linear, initializer="kaiming_normal", width=width, seed=0)
    found = seen(built)
    assert found["branch_gain"] == pytest.approx(1, rel=0.2)
    assert found["skip_share"] == pytest.approx(0.5, abs=0.12)
    assert found["branch_gain"] * found["skip_factor"] == pytest.approx(math.sqrt(2), rel=0.2)
