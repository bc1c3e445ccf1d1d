import pytest
import torch


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
