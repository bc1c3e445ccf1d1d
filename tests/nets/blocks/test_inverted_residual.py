import pytest
import torch
from torch import nn


class Twin(nn.Module):
    """torchvision's InvertedResidual, or with `squeezed` its MBConv, written out."""

    def __init__(self, channels, out, *, kernel=3, stride=1, ratio=6, squeezed=0, act=nn.ReLU6, eps=1e-5):
        super().__init__()
        hidden = channels * ratio

        def norm(count):
            return nn.BatchNorm2d(count, eps=eps)

        self.expand = nn.ModuleList()
        if ratio != 1:
            self.expand.extend([nn.Conv2d(channels, hidden, 1, bias=False), norm(hidden)])
        around = (kernel - 1) // 2
        self.depthwise = nn.Conv2d(hidden, hidden, kernel, stride, around, groups=hidden, bias=False)
        self.norm = norm(hidden)
        self.squeeze = nn.ModuleList()
        if squeezed:
            self.squeeze.extend([nn.Conv2d(hidden, squeezed, 1), nn.Conv2d(squeezed, hidden, 1)])
        self.project = nn.Sequential(nn.Conv2d(hidden, out, 1, bias=False), norm(out))
        self.act = act()
        self.shortcut = stride == 1 and channels == out

    def forward(self, x):
        y = x
        if self.expand:
            y = self.act(self.expand[1](self.expand[0](y)))
        y = self.act(self.norm(self.depthwise(y)))
        if self.squeeze:
            mean = y.mean((2, 3), keepdim=True)
            y = y * torch.sigmoid(self.squeeze[1](self.act(self.squeeze[0](mean))))
        y = self.project(y)
        return x + y if self.shortcut else y


@pytest.mark.parametrize(
    ("given", "twin"),
    [
        ({"out_channels": 8}, {}),
        ({"out_channels": 8, "stride": 2}, {"stride": 2}),
        ({"out_channels": 5, "expand_ratio": 1}, {"ratio": 1}),
        ({"out_channels": 8, "expand_ratio": 3, "kernel_size": 5}, {"ratio": 3, "kernel": 5}),
        ({"out_channels": 8, "norm_eps": 0.1}, {"eps": 0.1}),
        ({"out_channels": 8, "squeeze_ratio": 0.25, "activation": "SiLU"}, {"squeezed": 2, "act": nn.SiLU}),
        ({"out_channels": 8, "squeeze_ratio": 0.01, "activation": "ReLU"}, {"squeezed": 1, "act": nn.ReLU}),
    ],
)
def test_it_is_torchvisions(given, twin, layer, twins, agree):
    spec = layer("InvertedResidual", **given)
    agree(*twins(spec, (8, 6, 6), Twin(8, given["out_channels"], **twin)), (8, 6, 6))


@pytest.mark.parametrize(
    ("channels", "given", "parameters"),
    [
        # MobileNetV2's blocks 1, 2 and 17 in torchvision.
        (32, {"out_channels": 16, "expand_ratio": 1}, 896),
        (16, {"out_channels": 24, "stride": 2}, 5_136),
        (160, {"out_channels": 320}, 473_920),
        # EfficientNet-B0's first and third in torchvision.
        (32, {"out_channels": 16, "expand_ratio": 1, "squeeze_ratio": 0.25}, 1_448),
        (24, {"out_channels": 24, "squeeze_ratio": 0.25}, 10_710),
    ],
)
def test_sizes_are_the_published_ones(channels, given, parameters, layer, leaves):
    infos = leaves(layer("InvertedResidual", **given), (channels, 14, 14))
    assert sum(info.parameters for info in infos) == parameters


def test_stochastic_depth_and_no_residual(layer, leaves, built_layer):
    spec = layer("InvertedResidual", out_channels=4, stochastic_depth=0.2)
    assert [info.name for info in leaves(spec, (4, 6, 6))][-1] == "Residual 1 drop"
    plain = leaves(layer("InvertedResidual", out_channels=4, stochastic_depth=0.2, residual=False), (4, 6, 6))
    assert [info.kind for info in plain][-2:] == ["Conv2d", "BatchNorm2d"]


def test_momentum_is_that_of_its_normalisations(layer, built_layer):
    block = built_layer(layer("InvertedResidual", out_channels=4, norm_momentum=0.01), (4, 6, 6))
    assert {m.momentum for m in block.modules() if isinstance(m, nn.BatchNorm2d)} == {0.01}


@pytest.mark.parametrize(
    ("given", "shape", "message"),
    [
        ({}, (6,), "InvertedResidual 1 got [6] and needs an image [channels, height, width]: put it between"),
        (
            {"kernel_size": 4},
            (6, 5, 5),
            "got [6, 5, 5] and needs an odd kernel_size, which keeps the image’s",
        ),
    ],
)
def test_what_it_does_not_take(given, shape, message, layer, refused):
    assert message in refused(layer("InvertedResidual", out_channels=4, **given), shape).replace("'", "’")
