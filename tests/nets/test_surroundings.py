import math

import pytest
import torch
from torch import nn

from gradviz.nets.build import build_model
from gradviz.nets.gain import gain_of
from gradviz.nets.registry import Tokens

ROOT2, TANH = math.sqrt(2), 5 / 3
GELU = gain_of("GELU", {"approximate": "none"}).value


@pytest.fixture
def linear(layer):
    return lambda **given: layer("Linear", out_features=6, **given)


@pytest.fixture
def gains(net):
    """The gains that a network's weights were multiplied by: with orthogonal ones, their spectral norms."""

    def find(*specs, shape=(6,)):
        model = net(*specs, initializer="orthogonal", gain="auto")
        built = build_model(model, shape, 6, seed=0)
        kinds = (nn.Linear, nn.Conv2d)
        found = [m.weight.flatten(1) for m in built.model.modules() if isinstance(m, kinds)]
        return [round(torch.linalg.matrix_norm(weight, 2).item(), 4) for weight in found]

    return find


def near(*values):
    return [round(value, 4) for value in values]


def test_the_next_activation_is_what_follows(gains, layer, linear):
    assert gains(linear(), layer("ReLU"), linear(), layer("Tanh"), linear()) == near(ROOT2, TANH, 1)


def test_nothing_that_has_no_weights_hides_it(gains, layer, linear):
    between = [layer("LayerNorm"), layer("Dropout", p=0.1), layer("BatchNorm1d"), layer("GELU")]
    assert gains(linear(), *between, linear()) == near(GELU, 1)


def test_pooling_and_flattening_are_looked_past(gains, layer):
    conv = layer("Conv2d", out_channels=2, kernel_size=3, padding=1)
    pool = layer("MaxPool2d", kernel_size=2)
    specs = [conv, pool, layer("Flatten"), layer("ReLU"), layer("Linear", out_features="classes")]
    assert gains(*specs, shape=(1, 4, 4)) == near(ROOT2, 1)


def test_layers_without_activation_between_them_are_linear(gains, linear):
    assert gains(linear(), linear(), linear()) == near(1, 1, 1)


def test_the_sigmoid_has_torchs_gain_of_1(gains, layer, linear):
    assert gains(linear(), layer("Sigmoid"), linear()) == near(1, 1)


def test_rounds_of_a_repeat_follow_each_other(gains, layer, linear):
    body = (layer("Tanh"), linear())
    assert gains(linear(), layer("Repeat", *body, times=2), layer("ReLU"), linear()) == near(
        TANH, TANH, ROOT2, 1
    )


def test_a_branch_is_followed_by_what_comes_after_the_sum(gains, layer, linear):
    body = layer("Residual", linear(), layer("Tanh"), linear())
    assert gains(body, layer("ReLU"), linear()) == near(TANH, ROOT2, 1)


def test_so_is_a_projection(gains, layer, linear):
    block = layer("Residual", linear(), layer("Tanh"), linear(), shortcut="projection")
    assert gains(block, layer("ReLU"), linear()) == near(ROOT2, TANH, ROOT2, 1)


def test_a_blocks_own_activation_is_one(gains, layer, linear):
    after = layer("Residual", linear(), activation="ReLU")
    before = layer("Residual", linear(), activation="Tanh", activation_place="before")
    assert gains(linear(), after, linear(), before) == near(ROOT2, ROOT2, TANH, 1)


def test_before_a_preactivation_block_its_activation_follows(gains, layer, linear):
    block = layer("Residual", layer("LayerNorm"), layer("ReLU"), linear(), layer("Tanh"), linear())
    assert gains(linear(), block, block) == near(ROOT2, TANH, ROOT2, TANH, 1)


def test_where_the_way_forks_any_branch_that_begins_with_an_activation_decides(gains, layer, linear):
    fork = layer("Parallel", linear(), layer("Sequential", layer("Tanh"), linear()))
    assert gains(linear(), fork, layer("ReLU"), linear()) == near(TANH, ROOT2, ROOT2, 1)


def test_the_way_past_a_gate_leads_to_the_activation_behind_it(gains, layer, linear):
    gate = layer("Sequential", linear(), layer("Sigmoid"))
    block = layer("Parallel", layer("Identity"), gate, combine="product")
    assert gains(linear(), block, layer("ReLU"), linear()) == near(ROOT2, 1, 1)


def test_composed_blocks_are_seen_through(net, layer):
    model = net(
        layer("Embedding", embedding_dim=8),
        layer("TransformerBlock", num_heads=2, activation="GELU"),
        layer("MeanOverTime"),
        layer("Linear", out_features="classes"),
        initializer="orthogonal",
        gain="auto",
    )
    built = build_model(model, Tokens((5,), 11), 3, seed=0)
    norms = [
        torch.linalg.matrix_norm(m.weight, 2).item() for m in built.model.modules() if type(m) is nn.Linear
    ]
    assert [round(norm, 4) for norm in norms] == near(GELU, 1, 1)
