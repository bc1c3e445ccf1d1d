import pytest
import torch
from torch import nn


@pytest.mark.parametrize(
    ("kind", "shape", "channels"),
    [("BatchNorm1d", (12,), 12), ("BatchNorm1d", (3, 9), 3), ("BatchNorm2d", (3, 4, 5), 3)],
)
def test_batch_normalisation_infers_the_channels(*, kind, shape, channels, layer, output_shape, built_layer):
    assert output_shape(layer(kind), shape) == shape
    assert built_layer(layer(kind, momentum=0.3), shape).num_features == channels


@pytest.mark.parametrize(
    ("given", "sizes"),
    [
        ({}, (3, 4, 5)),
        ({"normalized_shape": "all"}, (3, 4, 5)),
        ({"normalized_shape": "last"}, (5,)),
        ({"normalized_shape": 5}, (5,)),
        ({"normalized_shape": [4, 5]}, (4, 5)),
    ],
)
def test_layer_normalisation_of_all_or_trailing_dimensions(given, sizes, layer, built_layer):
    module = built_layer(layer("LayerNorm", **given), (3, 4, 5))
    assert module.normalized_shape == sizes
    x = torch.randn(2, 3, 4, 5) * 7 + 3
    y = module(x).flatten(4 - len(sizes))
    assert torch.allclose(y.mean(-1), torch.zeros(()), atol=1e-5)
    assert torch.allclose(y.var(-1, unbiased=False), torch.ones(()), atol=1e-3)


@pytest.mark.parametrize(
    ("kind", "given", "shape", "plain"),
    [
        ("GroupNorm", {"num_groups": 2}, (4, 5, 6), nn.GroupNorm(2, 4)),
        (
            "GroupNorm",
            {"num_groups": 3, "eps": 0.1, "affine": False},
            (12,),
            nn.GroupNorm(3, 12, 0.1, affine=False),
        ),
        ("InstanceNorm1d", {"affine": True}, (4, 5), nn.InstanceNorm1d(4, affine=True)),
        (
            "InstanceNorm2d",
            {"eps": 0.1, "momentum": 0.3, "track_running_stats": True},
            (4, 5, 6),
            nn.InstanceNorm2d(4, 0.1, 0.3, track_running_stats=True),
        ),
        ("RMSNorm", {}, (4, 5), nn.RMSNorm([4, 5])),
        ("RMSNorm", {"normalized_shape": "last", "eps": 0.1}, (4, 5), nn.RMSNorm(5, 0.1)),
        ("RMSNorm", {"elementwise_affine": False}, (5,), nn.RMSNorm(5, elementwise_affine=False)),
    ],
)
def test_the_outputs_are_those_of_torch(*, kind, given, shape, plain, layer, built_layer):
    module = built_layer(layer(kind, **given), shape)
    plain.load_state_dict(module.state_dict())
    x = torch.randn(5, *shape) * 3 + 2
    assert torch.equal(module(x), plain(x))
    assert torch.equal(module.eval()(x), plain.eval()(x))
    assert {name: b.shape for name, b in module.named_buffers()} == {
        name: b.shape for name, b in plain.named_buffers()
    }


@pytest.mark.parametrize(
    ("kind", "given", "shape", "message"),
    [
        (
            "BatchNorm1d",
            {},
            (1, 8, 8),
            "needs a vector [features] or a sequence [channels, length]: use BatchNorm2d",
        ),
        ("BatchNorm2d", {}, (64,), "needs an image [channels, height, width]: use BatchNorm1d"),
        ("LayerNorm", {"normalized_shape": [8, 9]}, (1, 8, 8), "needs a shape that ends in [8, 9]"),
        (
            "LayerNorm",
            {"normalized_shape": [1, 1, 8, 8]},
            (1, 8, 8),
            "needs a shape that ends in [1, 1, 8, 8]",
        ),
        ("RMSNorm", {"normalized_shape": [9]}, (8,), "needs a shape that ends in [9]"),
        ("GroupNorm", {"num_groups": 5}, (6, 4, 4), "needs a number of channels that num_groups = 5 divides"),
        ("GroupNorm", {"num_groups": 5}, (6, 4, 4), "set num_groups to 6, the nearest that does"),
        ("GroupNorm", {"num_groups": 6}, (6,), "needs more than one value in each of 6 groups"),
        ("InstanceNorm2d", {}, (64,), "needs an image [channels, height, width]: use LayerNorm"),
        ("InstanceNorm2d", {}, (64, 1, 1), "needs more than one pixel in each channel"),
        ("InstanceNorm1d", {}, (1, 8, 8), "needs a sequence [channels, length]: use LayerNorm"),
        ("InstanceNorm1d", {}, (8, 1), "needs more than one step in each channel"),
        ("LayerNorm", {"normalized_shape": []}, (8,), "needs a shape that ends in []"),
    ],
)
def test_what_does_not_fit(*, kind, given, shape, message, layer, output_shape):
    text = output_shape(layer(kind, **given), shape)
    assert text.startswith(f"{kind} 1 got ")
    assert message in text


def test_affine_parameters_can_be_left_out(layer, built_layer):
    assert not list(built_layer(layer("BatchNorm2d", affine=False), (3, 4, 4)).parameters())
    assert not list(built_layer(layer("LayerNorm", elementwise_affine=False), (12,)).parameters())
    assert built_layer(layer("LayerNorm", bias=False), (12,)).bias is None
    assert built_layer(layer("BatchNorm1d", track_running_stats=False), (12,)).running_mean is None
