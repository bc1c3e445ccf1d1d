import pytest

from gradviz.nets.blocks.channels import channel_dim


@pytest.mark.parametrize(
    ("shape", "inside", "dim"),
    [
        ((7,), "Linear", 1),
        ((5, 7), "Linear", 2),
        ((5, 7), "BatchNorm1d", 2),
        ((5, 7), "Conv1d", 1),
        ((5, 7), "MaxPool1d", 1),
        ((3, 8, 8), "Conv2d", 1),
        ((3, 8, 8), "Linear", 1),
    ],
)
def test_where_the_channels_are(shape, inside, dim, layer):
    assert channel_dim(shape, (layer("ReLU"), layer("Sequential", layer(inside)))) == dim
