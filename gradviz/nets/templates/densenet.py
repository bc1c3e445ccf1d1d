"""DenseNet (Huang et al. 2017): every layer sees what all layers before it in its block have made.

DenseNet-121 is torchvision's, DenseNet-BC (L = 100, k = 12) the paper's for CIFAR. Both have bottlenecks (B)
and transitions that halve the channels (C); what leaves the last block is normalised once more.
"""

from __future__ import annotations

from gradviz.nets.blocks.parts import Style
from gradviz.nets.templates import knobs
from gradviz.nets.templates.fitting import Side, image_side
from gradviz.nets.templates.imagenet import FAN_IN, TORCH, recipe, sgd, stem
from gradviz.nets.templates.registry import Recipe, Tree, random_data, template
from gradviz.nets.templates.residual import styled
from gradviz.nets.templates.tree import classifier, layer
from gradviz.spec.catalogue import Parameter
from gradviz.spec.data_info import DataInfo
from gradviz.spec.registry import integer

_FAMILY = "Dense"


def _knobs(depth: Parameter, growth_rate: int) -> tuple[Parameter, ...]:
    return (
        depth,
        integer(
            "growth_rate",
            "Channels that each layer adds; the first convolution makes twice as many.",
            default=growth_rate,
            minimum=1,
            maximum=4096,
        ),
        knobs.activation(),
        knobs.normalization(),
        knobs.dropout(0.0, "The share of values zeroed after each 3 × 3 convolution while training."),
    )


@template(
    "densenet121",
    family=_FAMILY,
    doc="Densely connected network of 121 layers",
    recipe=recipe("DenseNet-121", FAN_IN),
    knobs=_knobs(knobs.stages([6, 12, 24, 16], "Layers in each dense block."), 32),
)
def densenet121(
    data: DataInfo,
    *,
    depth: list[int],
    growth_rate: int,
    activation: str,
    normalization: str,
    dropout: float,
) -> Tree:
    """Four dense blocks with transitions between them; [6, 12, 32, 32] makes DenseNet-169 of it."""
    side = image_side(data)
    style = Style(normalization=normalization, activation=activation)
    start = stem(side, 2 * growth_rate, style)
    return (*start, *_blocks(side, depth, growth_rate, style, dropout), *classifier(initializer=TORCH))


@template(
    "densenet_bc_100_12",
    family=_FAMILY,
    doc="For CIFAR: 100 layers, each adding 12 channels",
    recipe=Recipe(
        title="DenseNet-BC (100, 12)",
        data=random_data(3, 32, 32, classes=10, samples=64, batch_size=8),
        optimizer=sgd(0.0125, 1e-4),
        initializer=FAN_IN,
        steps=100,
    ),
    knobs=_knobs(knobs.depth(16, "Layers in each of the three dense blocks; 6 × depth + 4 in all."), 12),
)
def densenet_bc(
    data: DataInfo,
    *,
    depth: int,
    growth_rate: int,
    activation: str,
    normalization: str,
    dropout: float,
) -> Tree:
    """A 3 × 3 convolution and three dense blocks of equal depth."""
    side = image_side(data)
    style = Style(normalization=normalization, activation=activation)
    start = style.bare(2 * growth_rate, 3)
    return (*start, *_blocks(side, [depth] * 3, growth_rate, style, dropout), *classifier())


def _blocks(side: Side, depth: list[int], growth_rate: int, style: Style, dropout: float) -> Tree:
    """Dense blocks, transitions between them, and the normalisation at the end."""
    parts: Tree = ()
    channels = 2 * growth_rate
    for index, num_layers in enumerate(depth):
        if index:
            parts += (*style.norm(channels), *style.act())
            channels //= 2
            parts += style.bare(channels, 1)
            parts += (layer("AvgPool2d", kernel_size=2),) if side.pool() else ()
        dense = layer(
            "DenseBlock",
            num_layers=num_layers,
            growth_rate=None if growth_rate == 32 else growth_rate,
            dropout=dropout or None,
            **styled(style, activation="ReLU"),
        )
        parts += (dense,)
        channels += num_layers * growth_rate
    return (*parts, *style.norm(channels), *style.act())
