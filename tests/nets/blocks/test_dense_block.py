import pytest
import torch
from torch import nn


class Twin(nn.Module):
    """torchvision's dense block, written out: what is new is put behind all there is."""

    def __init__(self, channels, layers, growth, factor, act):
        super().__init__()
        self.act, self.factor = act, factor
        self.rows = nn.ModuleList()
        for index in range(layers):
            seen = channels + index * growth
            row = [nn.BatchNorm2d(seen)]
            if factor:
                inside = factor * growth
                row += [nn.Conv2d(seen, inside, 1, bias=False), nn.BatchNorm2d(inside)]
                seen = inside
            row.append(nn.Conv2d(seen, growth, 3, padding=1, bias=False))
            self.rows.append(nn.ModuleList(row))

    def forward(self, x):
        made = [x]
        for row in self.rows:
            y = torch.cat(made, 1)
            for norm, convolution in zip(row[::2], row[1::2], strict=True):
                y = convolution(self.act(norm(y)))
            made.append(y)
        return torch.cat(made, 1)


@pytest.mark.parametrize("factor", [4, 0])
@pytest.mark.parametrize("layers", [1, 3])
def test_it_is_torchvisions(factor, layers, layer, twins, agree):
    spec = layer("DenseBlock", num_layers=layers, growth_rate=3, bottleneck=factor, activation="SiLU")
    agree(*twins(spec, (5, 4, 4), Twin(5, layers, 3, factor, nn.SiLU())), (5, 4, 4), tolerance=1e-4)


def test_the_size_of_densenet_121s_first_block(layer, leaves, output_shape):
    spec = layer("DenseBlock", num_layers=6)
    assert sum(info.parameters for info in leaves(spec, (64, 7, 7))) == 335_040
    assert output_shape(spec, (64, 7, 7)) == (256, 7, 7)


def test_dropout_is_the_last_of_every_layer(layer, leaves):
    infos = leaves(layer("DenseBlock", num_layers=2, dropout=0.2), (4, 5, 5))
    assert [info.kind for info in infos][7::8] == ["Dropout", "Dropout"]


@pytest.mark.parametrize("normalization", ["GroupNorm", "InstanceNorm2d", "none"])
def test_other_normalisations_run_in_every_round(normalization, layer, built_layer):
    block = built_layer(
        layer("DenseBlock", num_layers=3, growth_rate=6, normalization=normalization), (4, 5, 5)
    )
    assert block(torch.randn(2, 4, 5, 5)).shape == (2, 22, 5, 5)
    convolutions = [module for module in block.modules() if isinstance(module, nn.Conv2d)]
    assert all((module.bias is None) == (normalization != "none") for module in convolutions)


def test_rounds_are_counted_and_carry_the_blocks_path(layer, leaves):
    infos = leaves(layer("Sequential", layer("DenseBlock", num_layers=3)), (4, 5, 5))
    assert {info.path for info in infos} == {(0, 0)}
    assert [info.repeat for info in infos] == [(step,) for step in range(3) for _ in range(7)]


def test_it_is_for_images(layer, refused):
    assert "DenseBlock 1 got [6] and needs an image" in refused(layer("DenseBlock", num_layers=2), (6,))
