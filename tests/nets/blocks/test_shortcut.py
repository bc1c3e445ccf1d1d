import pytest
import torch
from torch.nn import functional


def stage(layer, channels, **given):
    convolution = layer("Conv2d", out_channels=channels, kernel_size=3, padding=1, **given)
    return convolution, layer("BatchNorm2d")


def test_padded_is_option_a_of_the_residual_networks(layer, built_layer):
    """As in the CIFAR ResNets of Y. Idelbayev: every second pixel, a quarter of the channels on each side."""
    block = built_layer(layer("Residual", *stage(layer, 32, stride=2), shortcut="padded"), (16, 9, 8))
    x = torch.randn(2, 16, 9, 8)
    option_a = functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 32 // 4, 32 // 4), "constant", 0)
    assert torch.equal(block(x), option_a + block.body(x))
    assert sum(p.numel() for p in block.shortcut.parameters()) == 0


@pytest.mark.parametrize(
    ("body", "shape", "output"),
    [
        (("Linear", {"out_features": 9}), (4,), (9,)),
        (("Linear", {"out_features": 9}), (5, 4), (5, 9)),
        (("Conv1d", {"out_channels": 7, "kernel_size": 3, "padding": 1, "stride": 2}), (4, 6), (7, 3)),
        (("Conv2d", {"out_channels": 5, "kernel_size": 1, "stride": [1, 3]}), (4, 6, 7), (5, 6, 3)),
    ],
)
def test_shortcuts_that_reach_the_bodys_shape(body, shape, output, layer, built_layer):
    kind, given = body
    for shortcut in ("auto", "projection", "padded"):
        block = built_layer(layer("Residual", layer(kind, **given), shortcut=shortcut), shape)
        x = torch.randn(3, *shape)
        passed = block.shortcut(x)
        assert passed.shape == (3, *output)
        assert torch.equal(block(x), passed + block.body(x))


def test_padding_nothing_is_the_identity(layer, leaves):
    block = layer("Residual", layer("Linear", out_features=4), shortcut="padded")
    assert [info.name for info in leaves(block, (4,))] == ["Linear 1"]


@pytest.mark.parametrize(
    ("body", "shape", "norm"),
    [
        (("Conv2d", {"out_channels": 5, "kernel_size": 1}), (4, 6, 6), "BatchNorm2d"),
        (("Conv1d", {"out_channels": 5, "kernel_size": 1}), (4, 6), "BatchNorm1d"),
        (("Linear", {"out_features": 5}), (4,), "BatchNorm1d"),
    ],
)
def test_a_projection_is_normalised_by_what_fits(body, shape, norm, layer, built_layer):
    kind, given = body
    block = built_layer(layer("Residual", layer(kind, **given), shortcut="projection_norm"), shape)
    assert [type(block.shortcut).__name__, type(block.shortcut_norm).__name__] == [kind, norm]
    x = torch.randn(3, *shape)
    assert torch.equal(block(x), block.shortcut_norm(block.shortcut(x)) + block.body(x))


def test_a_sequence_has_no_batch_normalisation(layer, refused):
    block = layer("Residual", layer("Linear", out_features=9), shortcut="projection_norm")
    assert refused(block, (5, 4)) == (
        "Residual 1 got [5, 4] and needs a body that gives an image or a vector, not [5, 9], "
        "for the shortcut to be normalised over the batch: set shortcut to “projection”"
    )


def test_padding_takes_no_channels_away(layer, refused):
    block = layer("Residual", layer("Linear", out_features=3), shortcut="padded")
    assert refused(block, (4,)) == (
        "Residual 1 got [4] and needs a body that takes no channels away, not [3]: "
        "set shortcut to “projection”"
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"out_channels": 2}, "at most 2 channels, its out_channels: make out_channels larger"),
        ({"out_channels": 9, "dim": 4}, "a dim of at most 3: “channels” fits any shape"),
        ({"out_channels": 9, "stride": [2]}, "a stride for each of the 2 dimensions after the channels"),
    ],
)
def test_channels_that_cannot_be_padded(given, message, layer, refused):
    assert message in refused(layer("PadChannels", **given), (4, 6, 6))


def test_an_odd_channel_goes_behind(layer, built_layer):
    pad = built_layer(layer("PadChannels", out_channels=6, stride=[2, 3]), (3, 4, 7))
    x = torch.randn(2, 3, 4, 7)
    y = pad(x)
    assert torch.equal(y[:, 1:4], x[:, :, ::2, ::3])
    assert not y[:, :1].any()
    assert not y[:, 4:].any()
