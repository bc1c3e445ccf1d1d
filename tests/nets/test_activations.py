import math

import pytest
import torch


def gauss(x):
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))


def logistic(x):
    return 1 / (1 + math.exp(-x))


SELU = 1.0507009873554805, 1.6732632423543772

DEFINITIONS = {
    "Sigmoid": logistic,
    "Tanh": math.tanh,
    "ReLU": lambda x: max(0.0, x),
    "LeakyReLU": lambda x: x if x > 0 else 0.01 * x,
    "ELU": lambda x: x if x > 0 else math.expm1(x),
    "SELU": lambda x: SELU[0] * (x if x > 0 else SELU[1] * math.expm1(x)),
    "GELU": lambda x: x * gauss(x),
    "SiLU": lambda x: x * logistic(x),
    "Mish": lambda x: x * math.tanh(math.log1p(math.exp(x))),
}


@pytest.mark.parametrize("kind", DEFINITIONS)
def test_activations_against_their_definitions(kind, layer, built_layer):
    x = torch.linspace(-4, 4, 33)
    expected = torch.tensor([DEFINITIONS[kind](value) for value in x.tolist()])
    assert torch.allclose(built_layer(layer(kind), (33,))(x[None])[0], expected, atol=1e-6)


@pytest.mark.parametrize(
    ("kind", "given", "at_minus_one"),
    [
        ("LeakyReLU", {"negative_slope": 0.2}, -0.2),
        ("ELU", {"alpha": 2.0}, 2 * math.expm1(-1)),
        ("GELU", {"approximate": "tanh"}, -0.158808),
        ("Hardtanh", {"min_val": -0.5, "max_val": 2}, -0.5),
        ("PReLU", {"init": 0.1}, -0.1),
        ("Softplus", {"beta": 2}, math.log1p(math.exp(-2)) / 2),
    ],
)
def test_parameters_reach_the_module(kind, given, at_minus_one, layer, built_layer):
    value = built_layer(layer(kind, **given), (1,))(torch.tensor([[-1.0]])).item()
    assert value == pytest.approx(at_minus_one, abs=1e-5)


def test_prelu_learns_one_slope_or_one_for_each_channel(layer, built_layer, output_shape):
    assert built_layer(layer("PReLU"), (3, 4, 4)).weight.shape == (1,)
    assert built_layer(layer("PReLU", num_parameters="channels"), (3, 4, 4)).weight.shape == (3,)
    assert "needs num_parameters 1 or 3, not 2" in output_shape(layer("PReLU", num_parameters=2), (3, 4, 4))


def test_hardtanh_needs_its_limits_in_order(layer, output_shape):
    assert "needs max_val above min_val, not 1 and 2" in output_shape(
        layer("Hardtanh", min_val=2, max_val=1), (4,)
    )
