import pytest
import torch
from torch import nn


class Twin(nn.Module):
    """torchvision.ops.SqueezeExcitation, written out."""

    def __init__(self, channels, squeezed, activation, gate):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, squeezed, 1)
        self.fc2 = nn.Conv2d(squeezed, channels, 1)
        self.activation, self.gate = activation, gate

    def forward(self, x):
        mean = x.mean((2, 3), keepdim=True)
        return self.gate(self.fc2(self.activation(self.fc1(mean)))) * x


@pytest.mark.parametrize(
    ("given", "squeezed"),
    [({"squeeze_channels": 3}, 3), ({"squeeze_ratio": 0.25}, 4), ({}, 1), ({"squeeze_ratio": 0.01}, 1)],
)
def test_it_is_torchvisions(given, squeezed, layer, twins, agree):
    for gate in ("Sigmoid", "Hardsigmoid"):
        spec = layer("SqueezeExcitation", gate=gate, activation="SiLU", **given)
        twin = Twin(16, squeezed, nn.SiLU(), getattr(nn, gate)())
        agree(*twins(spec, (16, 5, 4), twin), (16, 5, 4))


def test_without_activation_the_squeezed_values_are_linear(layer, twins, agree):
    spec = layer("SqueezeExcitation", activation="none", squeeze_channels=2)
    agree(*twins(spec, (6, 3, 3), Twin(6, 2, nn.Identity(), nn.Sigmoid())), (6, 3, 3))


def test_it_is_for_images(layer, refused):
    assert refused(layer("SqueezeExcitation"), (6,)) == (
        "SqueezeExcitation 1 got [6] and needs an image [channels, height, width]: "
        "put it between convolutions, before the Flatten"
    )


def test_its_weights_depend_on_the_image(layer, built_layer):
    block = built_layer(layer("SqueezeExcitation", squeeze_channels=4), (6, 3, 3))
    x = torch.rand(2, 6, 3, 3) + 0.1
    weights = block(x) / x
    assert torch.allclose(weights, weights[:, :, :1, :1].expand_as(weights), atol=1e-5)
    assert ((weights > 0) & (weights < 1)).all()
    assert not torch.allclose(weights[0], weights[1])
