import pytest
import torch
from torch import nn


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, (6, 6, 4)),
        ({"padding": 1}, (6, 8, 6)),
        ({"padding": "same"}, (6, 8, 6)),
        ({"padding": "valid"}, (6, 6, 4)),
        ({"padding": "same", "dilation": 2}, (6, 8, 6)),
        ({"stride": 2}, (6, 3, 2)),
        ({"stride": [1, 2], "padding": [0, 1]}, (6, 6, 3)),
        ({"kernel_size": [1, 5]}, (6, 8, 2)),
        ({"dilation": [3, 1]}, (6, 2, 4)),
        ({"groups": 2}, (6, 6, 4)),
        ({"padding": 2, "padding_mode": "reflect"}, (6, 10, 8)),
        ({"out_channels": "classes"}, (7, 6, 4)),
    ],
)
def test_the_size_of_the_result(given, expected, layer, output_shape):
    spec = layer("Conv2d", **{"out_channels": 6, "kernel_size": 3, **given})
    assert output_shape(spec, (4, 8, 6)) == expected


@pytest.mark.parametrize(
    ("given", "shape", "message"),
    [
        ({}, (64,), "got [64] and needs an image [channels, height, width]: put it before the Flatten"),
        ({}, (1, 2, 2), "got [1, 2, 2] and needs at least 3 × 3 pixels"),
        ({"dilation": 4}, (1, 8, 8), "needs at least 9 × 9 pixels where padding makes 8 × 8"),
        ({"groups": 2}, (3, 8, 8), "needs a number of channels that groups = 2 divides: set groups to 1"),
        ({"groups": 4}, (4, 8, 8), "needs out_channels that groups = 4 divides, not 6"),
        ({"padding": "same", "stride": 2}, (1, 8, 8), "needs stride 1 with padding “same”"),
        ({"padding": 8, "padding_mode": "reflect"}, (1, 8, 8), "fill its padding by “reflect”"),
        ({"padding": 9, "padding_mode": "circular"}, (1, 8, 8), "fill its padding by “circular”"),
        ({"kernel_size": 9, "padding": "same", "padding_mode": "reflect"}, (1, 4, 8), "by “reflect”"),
    ],
)
def test_what_does_not_fit(given, shape, message, layer, output_shape):
    spec = layer("Conv2d", **{"out_channels": 6, "kernel_size": 3, **given})
    text = output_shape(spec, shape)
    assert text.startswith("Conv2d 1 got ")
    assert message in text


def test_the_module_is_torchs_own(layer, built_layer):
    spec = layer("Conv2d", out_channels=6, kernel_size=[3, 1], padding="same", groups=2, bias=False)
    module = built_layer(spec, (4, 8, 8))
    assert (module.in_channels, module.kernel_size, module.padding, module.groups) == (4, (3, 1), "same", 2)
    assert module.bias is None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, (6, 6)),
        ({"padding": "same"}, (6, 8)),
        ({"padding": "valid"}, (6, 6)),
        ({"padding": "same", "dilation": 3}, (6, 8)),
        ({"stride": 2, "padding": 1}, (6, 4)),
        ({"groups": 2, "dilation": 2}, (6, 4)),
        ({"padding": 2, "padding_mode": "circular"}, (6, 10)),
        ({"out_channels": "classes"}, (7, 6)),
    ],
)
def test_the_length_of_the_result(given, expected, layer, output_shape):
    spec = layer("Conv1d", **{"out_channels": 6, "kernel_size": 3, **given})
    assert output_shape(spec, (4, 8)) == expected


@pytest.mark.parametrize(
    ("given", "shape", "message"),
    [
        ({}, (64,), "got [64] and needs a sequence [channels, length]: put an Unflatten"),
        ({}, (1, 8, 8), "use Conv2d for images"),
        ({}, (4, 2), "needs at least 3 steps where padding makes 2: make kernel_size smaller"),
        ({"groups": 3}, (4, 8), "divides: set groups to 2, the nearest that does"),
        ({"padding": "same", "stride": 2}, (4, 8), "with padding “same”: set a padding in steps"),
        ({"padding": 8, "padding_mode": "reflect"}, (4, 8), "needs more steps to fill its padding"),
    ],
)
def test_what_does_not_fit_a_sequence(given, shape, message, layer, output_shape):
    text = output_shape(layer("Conv1d", **{"out_channels": 6, "kernel_size": 3, **given}), shape)
    assert text.startswith("Conv1d 1 got ")
    assert message in text


@pytest.mark.parametrize(
    ("kind", "plain"),
    [
        ("Conv1d", nn.Conv1d(4, 6, 3, 2, 2, 2, 2, bias=False, padding_mode="reflect")),
        ("Conv2d", nn.Conv2d(4, 6, 3, 2, 2, 2, 2, bias=False, padding_mode="reflect")),
    ],
)
def test_every_parameter_reaches_torch(kind, plain, layer, built_layer):
    given = {"kernel_size": 3, "stride": 2, "padding": 2, "dilation": 2, "groups": 2}
    shape = (4, 9) if kind == "Conv1d" else (4, 9, 8)
    spec = layer(kind, out_channels=6, bias=False, padding_mode="reflect", **given)
    module = built_layer(spec, shape)
    plain.load_state_dict(module.state_dict())
    x = torch.randn(5, *shape)
    assert torch.equal(module(x), plain(x))
