import pytest
import torch
from torch import nn


@pytest.mark.parametrize("kind", ["MaxPool2d", "AvgPool2d"])
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"kernel_size": 2}, (3, 4, 3)),
        ({"kernel_size": 2, "stride": 1}, (3, 7, 6)),
        ({"kernel_size": [3, 2]}, (3, 2, 3)),
        ({"kernel_size": 3, "padding": 1, "stride": 2}, (3, 4, 4)),
        ({"kernel_size": 3, "ceil_mode": True}, (3, 3, 3)),
    ],
)
def test_the_size_of_the_result(kind, given, expected, layer, output_shape):
    assert output_shape(layer(kind, **given), (3, 8, 7)) == expected


@pytest.mark.parametrize("kind", ["MaxPool1d", "AvgPool1d"])
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"kernel_size": 2}, (3, 4)),
        ({"kernel_size": 2, "stride": 1}, (3, 7)),
        ({"kernel_size": 3, "padding": 1, "stride": 2}, (3, 4)),
        ({"kernel_size": 3, "ceil_mode": True}, (3, 3)),
    ],
)
def test_the_length_of_the_result(kind, given, expected, layer, output_shape):
    assert output_shape(layer(kind, **given), (3, 8)) == expected


@pytest.mark.parametrize("kind", ["AdaptiveAvgPool1d", "AdaptiveMaxPool1d"])
@pytest.mark.parametrize("size", [1, 5, 16])
def test_adaptive_pooling_gives_the_length_asked_for(kind, size, layer, output_shape):
    assert output_shape(layer(kind, output_size=size), (3, 8)) == (3, size)


@pytest.mark.parametrize(
    ("kind", "given", "plain"),
    [
        ("MaxPool1d", {"kernel_size": 3, "padding": 1, "dilation": 2}, nn.MaxPool1d(3, None, 1, 2)),
        ("AvgPool1d", {"kernel_size": 4, "stride": 2, "padding": 1}, nn.AvgPool1d(4, 2, 1)),
        (
            "AvgPool1d",
            {"kernel_size": 3, "padding": 1, "ceil_mode": True, "count_include_pad": False},
            nn.AvgPool1d(3, None, 1, ceil_mode=True, count_include_pad=False),
        ),
        ("AdaptiveAvgPool1d", {"output_size": 5}, nn.AdaptiveAvgPool1d(5)),
        ("AdaptiveMaxPool1d", {"output_size": 5}, nn.AdaptiveMaxPool1d(5)),
        ("MaxPool2d", {"kernel_size": [3, 2], "stride": 1}, nn.MaxPool2d((3, 2), 1)),
        (
            "AvgPool2d",
            {"kernel_size": 3, "padding": [1, 0], "count_include_pad": False},
            nn.AvgPool2d(3, None, (1, 0), count_include_pad=False),
        ),
    ],
)
def test_pooling_is_torchs_own(kind, given, plain, layer, built_layer):
    shape = (3, 9) if kind.endswith("1d") else (3, 9, 8)
    x = torch.randn(4, *shape)
    assert torch.equal(built_layer(layer(kind, **given), shape)(x), plain(x))


@pytest.mark.parametrize("kind", ["AdaptiveAvgPool2d", "AdaptiveMaxPool2d"])
@pytest.mark.parametrize(("size", "expected"), [(1, (3, 1, 1)), ([2, 5], (3, 2, 5)), (16, (3, 16, 16))])
def test_adaptive_pooling_gives_the_size_asked_for(kind, size, expected, layer, output_shape):
    assert output_shape(layer(kind, output_size=size), (3, 8, 7)) == expected


@pytest.mark.parametrize(
    ("kind", "given", "shape", "message"),
    [
        ("MaxPool2d", {"kernel_size": 2}, (64,), "got [64] and needs an image"),
        ("AdaptiveAvgPool2d", {"output_size": 1}, (64,), "got [64] and needs an image"),
        ("AdaptiveMaxPool2d", {"output_size": 1}, (4, 64), "got [4, 64] and needs an image"),
        ("MaxPool1d", {"kernel_size": 2}, (64,), "got [64] and needs a sequence [channels, length]"),
        ("AvgPool1d", {"kernel_size": 9}, (3, 8), "needs at least 9 steps where padding makes 8"),
        ("AdaptiveAvgPool1d", {"output_size": 1}, (1, 8, 8), "use the 2d pooling for images"),
        ("AvgPool2d", {"kernel_size": 4}, (1, 3, 8), "needs at least 4 × 4 pixels where padding makes 3 × 8"),
        ("MaxPool2d", {"kernel_size": 2, "dilation": 8}, (1, 8, 8), "needs at least 9 × 9 pixels"),
        ("MaxPool2d", {"kernel_size": 3, "padding": 2}, (1, 8, 8), "needs a padding of at most half"),
    ],
)
def test_what_does_not_fit(*, kind, given, shape, message, layer, output_shape):
    text = output_shape(layer(kind, **given), shape)
    assert text.startswith(f"{kind} 1 got ")
    assert message in text
