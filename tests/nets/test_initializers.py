import math

import pytest
import torch
from torch import nn

from gradviz.nets.build import build_model
from gradviz.nets.initializers import initialize
from gradviz.nets.registry import initializers

IN, OUT = 300, 500
FAN_SUM = IN + OUT

DEVIATIONS = [
    ("normal", {"std": 0.7}, 0.7),
    ("uniform", {"a": -0.3, "b": 0.3}, 0.3 / math.sqrt(3)),
    ("xavier_uniform", {}, math.sqrt(2 / FAN_SUM)),
    ("xavier_normal", {"gain": 2}, 2 * math.sqrt(2 / FAN_SUM)),
    ("kaiming_uniform", {}, math.sqrt(2 / IN)),
    ("kaiming_normal", {}, math.sqrt(2 / IN)),
    ("kaiming_normal", {"mode": "fan_out"}, math.sqrt(2 / OUT)),
    ("kaiming_normal", {"nonlinearity": "tanh"}, 5 / 3 * math.sqrt(1 / IN)),
    ("kaiming_uniform", {"nonlinearity": "leaky_relu", "a": 0.5}, math.sqrt(2 / 1.25 / IN)),
    ("orthogonal", {"gain": 3}, 3 / math.sqrt(OUT)),
    ("lecun_uniform", {}, math.sqrt(1 / IN)),
    ("lecun_normal", {}, math.sqrt(1 / IN)),
    ("trunc_normal", {"std": 0.3, "a": -0.6, "b": 0.6}, 0.3 * 0.87963),
    ("zeros", {}, 0.0),
    ("default", {}, 1 / math.sqrt(3 * IN)),
]

TORCHS_OWN = {
    "normal": lambda w, g: nn.init.normal_(w, generator=g),
    "uniform": lambda w, g: nn.init.uniform_(w, generator=g),
    "xavier_uniform": lambda w, g: nn.init.xavier_uniform_(w, generator=g),
    "xavier_normal": lambda w, g: nn.init.xavier_normal_(w, generator=g),
    "kaiming_uniform": lambda w, g: nn.init.kaiming_uniform_(w, nonlinearity="relu", generator=g),
    "kaiming_normal": lambda w, g: nn.init.kaiming_normal_(w, nonlinearity="relu", generator=g),
    "orthogonal": lambda w, g: nn.init.orthogonal_(w, generator=g),
    "zeros": lambda w, g: nn.init.zeros_(w),
    "ones": lambda w, g: nn.init.ones_(w),
    "constant": lambda w, g: nn.init.constant_(w, 0.1),
    "trunc_normal": lambda w, g: nn.init.trunc_normal_(w, generator=g),
    "lecun_uniform": lambda w, g: nn.init.kaiming_uniform_(w, nonlinearity="linear", generator=g),
    "lecun_normal": lambda w, g: nn.init.kaiming_normal_(w, nonlinearity="linear", generator=g),
    "lsuv": lambda w, g: nn.init.orthogonal_(w, generator=g),
    "fixup": lambda w, g: nn.init.kaiming_normal_(w, nonlinearity="linear", generator=g),
}
OF_ONE_FORM = {"eye", "dirac", "sparse"}
"""Those that set matrices only, or kernels only: tested in initializers/test_fixed.py."""


def complete(name, given):
    return initializers.entry(name).complete(given)


@pytest.mark.parametrize(("name", "given", "deviation"), DEVIATIONS)
def test_weights_have_the_deviation_that_the_definition_gives(name, given, deviation, layer, net):
    model = net(layer("Linear", out_features=OUT), layer("Linear", out_features=2), initializer=name, **given)
    weight = build_model(model, (IN,), 2, seed=3).model[0].weight
    assert weight.std().item() == pytest.approx(deviation, rel=0.02)
    assert abs(weight.mean().item()) <= 0.02 * deviation


@pytest.mark.parametrize("name", sorted({*initializers} - {"default"} - OF_ONE_FORM))
@pytest.mark.parametrize("shape", [(20, 30), (8, 3, 3, 3)])
def test_draws_are_torchs_own_with_the_same_generator(name, shape):
    module = nn.Linear(30, 20) if len(shape) == 2 else nn.Conv2d(3, 8, 3)
    initialize([module], name, complete(name, {}), seed=11)
    expected = torch.empty(shape)
    TORCHS_OWN[name](expected, torch.Generator().manual_seed(11))
    assert torch.equal(module.weight, expected)
    assert not module.bias.any()


def test_orthogonal_weights_keep_lengths():
    module = nn.Linear(40, 40)
    initialize([module], "orthogonal", complete("orthogonal", {}), seed=0)
    assert torch.allclose(module.weight @ module.weight.T, torch.eye(40), atol=1e-5)


def test_the_mean_is_set_too():
    module = nn.Linear(300, 300)
    initialize([module], "normal", complete("normal", {"mean": 4, "std": 0.1}), seed=0)
    assert module.weight.mean().item() == pytest.approx(4, abs=0.01)


@pytest.mark.parametrize("module", [nn.BatchNorm2d(4), nn.LayerNorm((3, 4, 5)), nn.PReLU(4)], ids=str)
def test_only_linear_and_convolution_are_touched(module):
    before = {key: value.clone() for key, value in module.state_dict().items()}
    initialize([module], "normal", complete("normal", {}), seed=0)
    assert all(torch.equal(value, before[key]) for key, value in module.state_dict().items())


def test_a_layer_without_bias_is_fine():
    module = nn.Linear(3, 3, bias=False)
    initialize([module], "zeros", {}, seed=0)
    assert not module.weight.any()


def test_the_default_keeps_torchs_biases(layer, net):
    model = build_model(net(layer("Linear", out_features=2)), (IN,), 2, seed=0).model
    assert model[0].bias.all()


def test_layers_start_differently_from_each_other(layer, net):
    body = layer("Repeat", layer("Linear", out_features=6), times=2)
    for name in ("default", "normal", "orthogonal"):
        model = build_model(net(body, initializer=name), (6,), 6, seed=0).model
        first, second = (module.weight for module in model.modules() if isinstance(module, nn.Linear))
        assert not torch.equal(first, second)
