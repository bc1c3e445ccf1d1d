import math

import pytest
import torch
from torch.nn.modules import activation

from gradviz.nets.registry import layers


def gauss(x):
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))


def logistic(x):
    return 1 / (1 + math.exp(-x))


SELU = 1.0507009873554805, 1.6732632423543772

NOT_ELEMENT_BY_ELEMENT = {"GLU", "MultiheadAttention", "Softmax", "Softmax2d", "Softmin", "LogSoftmax"}

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
    "CELU": lambda x: x if x > 0 else math.expm1(x),
    "ReLU6": lambda x: min(max(0.0, x), 6.0),
    "Softplus": lambda x: math.log1p(math.exp(x)),
    "Softsign": lambda x: x / (1 + abs(x)),
    "Tanhshrink": lambda x: x - math.tanh(x),
    "LogSigmoid": lambda x: math.log(logistic(x)),
    "Hardsigmoid": lambda x: min(max(0.0, x / 6 + 0.5), 1.0),
    "Hardswish": lambda x: x * min(max(0.0, x / 6 + 0.5), 1.0),
    "Hardshrink": lambda x: x if abs(x) > 0.5 else 0.0,
    "Softshrink": lambda x: math.copysign(max(abs(x) - 0.5, 0.0), x),
    "Threshold": lambda x: x if x > 0 else 0.0,
    "Hardtanh": lambda x: min(max(-1.0, x), 1.0),
    "PReLU": lambda x: x if x > 0 else 0.25 * x,
}


def test_every_element_by_element_activation_of_torch_is_there():
    there = {entry.name for entry in layers.entries() if entry.group == "Activation"}
    assert there == set(activation.__all__) - NOT_ELEMENT_BY_ELEMENT
    assert there == {*DEFINITIONS, "RReLU"}


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
        ("Hardshrink", {"lambd": 0.7}, -1.0),
        ("Softshrink", {"lambd": 0.7}, -0.3),
        ("Threshold", {"threshold": -0.5, "value": 3}, 3.0),
        ("RReLU", {"lower": 0.2, "upper": 0.2}, -0.2),
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


def test_rrelu_draws_its_slope_while_training_and_validates_with_the_middle(layer, built_layer, output_shape):
    module = built_layer(layer("RReLU", lower=0.1, upper=0.3), (1000,))
    x = -torch.ones(1, 1000)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        slopes = -module(x)
    assert 0.1 <= slopes.min() < 0.11
    assert 0.29 < slopes.max() <= 0.3
    assert torch.allclose(module.eval()(x), -torch.full((1, 1000), 0.2))
    assert "needs upper of at least lower, not 0.1 and 0.3" in output_shape(
        layer("RReLU", lower=0.3, upper=0.1), (4,)
    )
