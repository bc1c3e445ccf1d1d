import pytest
import torch
from torch import nn


class Twin(nn.Module):
    """torchvision's Bottleneck, written out; the projection runs first and so does its state."""

    def __init__(self, channels, planes, *, stride=1, groups=1, base_width=64):
        super().__init__()
        width = int(planes * (base_width / 64.0)) * groups
        out = planes * 4
        self.downsample = None
        if stride != 1 or channels != out:
            self.downsample = nn.Sequential(
                nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out)
            )
        self.conv1, self.bn1 = nn.Conv2d(channels, width, 1, bias=False), nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, groups=groups, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3, self.bn3 = nn.Conv2d(width, out, 1, bias=False), nn.BatchNorm2d(out)

    def forward(self, x):
        y = torch.relu(self.bn1(self.conv1(x)))
        y = torch.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        return torch.relu(y + (x if self.downsample is None else self.downsample(x)))


class Preactivated(nn.Module):
    """The full pre-activation bottleneck of He et al. (2016), as in their code."""

    def __init__(self, channels, out, stride):
        super().__init__()
        width = out // 4
        project = stride != 1 or channels != out
        self.bn1 = nn.BatchNorm2d(channels)
        self.shortcut = nn.Conv2d(channels, out, 1, stride, bias=False) if project else None
        self.conv1, self.bn2 = nn.Conv2d(channels, width, 1, bias=False), nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn3, self.conv3 = nn.BatchNorm2d(width), nn.Conv2d(width, out, 1, bias=False)

    def forward(self, x):
        start = torch.relu(self.bn1(x))
        passed = x if self.shortcut is None else self.shortcut(start)
        y = self.conv2(torch.relu(self.bn2(self.conv1(start))))
        return passed + self.conv3(torch.relu(self.bn3(y)))


@pytest.mark.parametrize(
    ("given", "twin"),
    [
        ({"out_channels": 12}, {}),
        ({"out_channels": 16}, {}),
        ({"out_channels": 12, "stride": 2}, {"stride": 2}),
        ({"out_channels": 64, "groups": 4, "width_per_group": 16}, {"groups": 4, "base_width": 16}),
    ],
)
def test_it_is_torchvisions(given, twin, layer, twins, agree):
    shape = (12, 6, 6)
    other = Twin(12, given["out_channels"] // 4, **twin)
    agree(*twins(layer("Bottleneck", **given), shape, other), shape, tolerance=1e-4)


@pytest.mark.parametrize(("channels", "stride"), [(16, 1), (12, 1), (16, 2)])
def test_pre_activation_is_that_of_the_paper(channels, stride, layer, twins, agree):
    spec = layer("Bottleneck", out_channels=16, stride=stride, activation_place="before")
    shape = (channels, 6, 6)
    agree(*twins(spec, shape, Preactivated(channels, 16, stride)), shape, tolerance=1e-4)


@pytest.mark.parametrize(
    ("channels", "given", "parameters"),
    [
        # Of torchvision's ResNet-50 and ResNeXt-50 32×4d, and of ResNeXt-29 8×64d (Xie et al. 2017).
        (64, {"out_channels": 256}, 75_008),
        (256, {"out_channels": 256}, 70_400),
        (64, {"out_channels": 256, "groups": 32, "width_per_group": 4}, 63_488),
        (256, {"out_channels": 512, "stride": 2, "groups": 32, "width_per_group": 4}, 349_184),
        (64, {"out_channels": 256, "groups": 8, "width_per_group": 64}, 478_208),
    ],
)
def test_sizes_are_the_published_ones(channels, given, parameters, layer, leaves):
    infos = leaves(layer("Bottleneck", **given), (channels, 8, 8))
    assert sum(info.parameters for info in infos) == parameters


@pytest.mark.parametrize(
    ("given", "kinds"),
    [
        ({}, ["Conv2d", "BatchNorm2d"]),
        ({"shortcut": "projection"}, ["Conv2d", "Conv2d"]),
        ({"shortcut": "padded"}, ["PadChannels", "Conv2d"]),
        ({"normalization": "GroupNorm"}, ["Conv2d", "Conv2d"]),
        ({"activation_place": "before"}, ["BatchNorm2d", "ReLU"]),
    ],
)
def test_the_shortcut_is_learned_where_shapes_differ(given, kinds, layer, leaves):
    infos = leaves(layer("Bottleneck", out_channels=16, **given), (8, 6, 6))
    assert [info.kind for info in infos][:2] == kinds


@pytest.mark.parametrize("place", ["after", "before"])
def test_without_residual_it_is_a_plain_row(place, layer, leaves):
    infos = leaves(layer("Bottleneck", out_channels=16, residual=False, activation_place=place), (8, 6, 6))
    assert len(infos) == 9
    assert not any("shortcut" in info.name for info in infos)
    assert infos[-1].kind == ("ReLU" if place == "after" else "Conv2d")


def test_an_identity_that_does_not_meet_is_named(layer, refused):
    assert refused(layer("Bottleneck", out_channels=16, shortcut="identity"), (8, 6, 6)) == (
        "Residual 1 in Bottleneck 1 got [8, 6, 6] and needs a body that gives the same shape, "
        "not [16, 6, 6]: set shortcut to “auto”"
    )


def test_it_is_for_images(layer, refused):
    assert "got [6] and needs an image" in refused(layer("Bottleneck", out_channels=16), (6,))
