import pytest
import torch
from torch import nn

from gradviz.nets.blocks.branch import LayerScale, ReZero, StochasticDepth


def test_rezero_multiplies_by_one_number(layer, built_layer):
    scale = built_layer(layer("ReZero", init=0.25), (3, 4))
    x = torch.randn(2, 3, 4)
    assert torch.equal(scale(x), x * 0.25)
    assert [p.shape for p in scale.parameters()] == [(1,)]


@pytest.mark.parametrize(
    ("shape", "dim", "stretched"),
    [
        ((5,), "channels", (5,)),
        ((5, 3), "channels", (3,)),
        ((5, 3), 1, (5, 1)),
        ((2, 4, 4), "channels", (2, 1, 1)),
    ],
)
def test_a_layer_scale_has_a_number_for_each_channel(shape, dim, stretched, layer, built_layer):
    scale = built_layer(layer("LayerScale", dim=dim), shape)
    assert torch.equal(scale.weight, torch.full((max(stretched),), 1e-4))
    with torch.no_grad():
        scale.weight.uniform_()
    x = torch.randn(2, *shape)
    assert torch.equal(scale(x), x * scale.weight.reshape(stretched))


def test_a_dimension_that_is_not_there(layer, refused):
    assert refused(layer("LayerScale", dim=3), (4, 5)) == (
        "LayerScale 1 got [4, 5] and needs a dim of at most 2: “channels” fits any shape"
    )


def dropped(x, p, training):
    """What torchvision.ops.stochastic_depth computes in its mode “row”."""
    if not training or p == 0.0:
        return x
    survival_rate = 1.0 - p
    noise = torch.empty([x.shape[0]] + [1] * (x.ndim - 1), dtype=x.dtype, device=x.device)
    noise = noise.bernoulli_(survival_rate)
    noise.div_(survival_rate)
    return x * noise


@pytest.mark.parametrize("p", [0.0, 0.3, 0.9])
@pytest.mark.parametrize("training", [True, False])
def test_stochastic_depth_drops_as_torchvision_does(p, training):
    x = torch.randn(50, 3, 2)
    module = StochasticDepth(p).train(training)
    torch.manual_seed(3)
    ours = module(x)
    torch.manual_seed(3)
    assert torch.equal(ours, dropped(x, p, training))


def test_stochastic_depth_keeps_the_mean():
    torch.manual_seed(0)
    y = StochasticDepth(0.25)(torch.ones(20_000, 2))
    assert sorted(set(y.flatten().tolist())) == [0.0, pytest.approx(4 / 3)]
    assert torch.equal(y[:, 0], y[:, 1])
    assert y.mean().item() == pytest.approx(1, abs=0.03)


def test_a_net_of_branches_at_zero_is_the_identity(layer, built_layer):
    branch = (layer("Linear", out_features=6), layer("Tanh"))
    block = built_layer(layer("Repeat", layer("Residual", *branch, branch_scale="rezero"), times=50), (6,))
    x = torch.randn(4, 6)
    assert torch.equal(block(x), x)
    block(x).sum().backward()
    scales = [module for module in block.modules() if isinstance(module, ReZero)]
    assert len(scales) == 50
    assert all(scale.weight.grad.abs().sum() > 0 for scale in scales)


def test_scales_are_no_weights_to_penalise():
    assert all(p.dim() == 1 for scale in (ReZero(0.0), LayerScale(3, 1.0, 1, 3)) for p in scale.parameters())
    assert isinstance(ReZero(0.0).weight, nn.Parameter)
