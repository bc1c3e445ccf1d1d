import math

import numpy as np
import pytest
import torch
from torch import nn

from gradviz.nets.gain import LINEAR, gain_of
from gradviz.nets.registry import layers

ACTIVATIONS = [name for name in layers if layers.entry(name).group == "Activation"]
TORCHS = {"Sigmoid": 1.0, "Tanh": 5 / 3, "ReLU": math.sqrt(2), "SELU": 0.75}


def gain(kind, **given):
    entry = layers.entry(kind)
    made_up = {p.name: 1 for p in entry.parameters if p.required}
    return gain_of(kind, entry.complete({**made_up, **given}))


@pytest.mark.parametrize(("kind", "value"), TORCHS.items())
def test_torchs_convention_holds_where_it_has_one(kind, value):
    assert gain(kind).value == pytest.approx(value)
    assert gain(kind).nonlinearity == kind.lower()


@pytest.mark.parametrize(
    ("kind", "given", "slope"),
    [("LeakyReLU", {}, 0.01), ("LeakyReLU", {"negative_slope": 0.3}, 0.3), ("PReLU", {}, 0.25)],
)
def test_a_leaky_relu_counts_with_its_slope(kind, given, slope):
    found = gain(kind, **given)
    assert found.value == pytest.approx(nn.init.calculate_gain("leaky_relu", slope))
    assert (found.nonlinearity, found.slope) == ("leaky_relu", slope)


@pytest.mark.parametrize("kind", [kind for kind in ACTIVATIONS if gain(kind).nonlinearity is None])
def test_with_the_computed_gain_a_normal_signal_comes_out_with_size_1(kind):
    entry = layers.entry(kind)
    module = layers[kind]((1,), **entry.complete({p.name: 1 for p in entry.parameters if p.required})).eval()
    z = torch.randn(1_000_000, 1, generator=torch.Generator().manual_seed(0))
    assert (gain(kind).value * module(z)).square().mean().item() == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(
    ("kind", "function"),
    [
        ("SiLU", lambda z: z / (1 + np.exp(-z))),
        ("Softplus", lambda z: np.log1p(np.exp(z))),
        ("GELU", lambda z: z * 0.5 * (1 + np.vectorize(math.erf)(z / math.sqrt(2)))),
        ("Mish", lambda z: z * np.tanh(np.log1p(np.exp(z)))),
    ],
)
def test_the_computed_gain_agrees_with_gauss_hermite_quadrature(kind, function):
    nodes, weights = np.polynomial.hermite_e.hermegauss(120)
    mean_square = (weights * function(nodes) ** 2).sum() / weights.sum()
    assert gain(kind).value == pytest.approx(mean_square**-0.5, rel=1e-6)


def test_the_definition_gives_relus_gain_too():
    assert gain("ELU", alpha=0).value == pytest.approx(math.sqrt(2), rel=1e-4)


def test_a_gain_is_computed_once():
    assert gain("GELU") is gain("GELU")
    assert gain("GELU") is not gain("GELU", approximate="tanh")


def test_nothing_makes_up_for_an_activation_that_erases_the_signal():
    assert gain("Hardtanh", min_val=0, max_val=1e-9) is LINEAR
