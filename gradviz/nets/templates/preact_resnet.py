"""The pre-activation residual network (He et al. 2016, “Identity mappings”) for CIFAR, 18 layers.

Normalisation and activation come before the convolutions, so that nothing lies on the way past a block.
Where a stage begins the projection reads the activated signal, as in the much used implementation by Kuang
Liu, which this follows also in ending without the paper's last normalisation.
"""

from __future__ import annotations

from typing import Any

from gradviz.nets.blocks.parts import Style, convolution
from gradviz.nets.templates import knobs
from gradviz.nets.templates.fitting import image_side
from gradviz.nets.templates.registry import Recipe, Tree, random_data, template
from gradviz.nets.templates.tree import classifier, layer, repeat
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import OptimizerSpec


@template(
    "preact_resnet18",
    family="Residual",
    doc="For CIFAR: ResNet-18 with nothing on the way past its blocks",
    recipe=Recipe(
        title="Pre-activation ResNet-18",
        data=random_data(3, 32, 32, classes=10, samples=128, batch_size=16),
        optimizer=OptimizerSpec(name="SGD", lr=0.0125, parameters={"momentum": 0.9, "weight_decay": 5e-4}),
        steps=100,
    ),
    knobs=(
        knobs.stages([2, 2, 2, 2], "Blocks in each stage."),
        knobs.width(64, "Channels of the first stage; each later one has twice as many."),
        knobs.activation(),
        knobs.normalization(),
        knobs.residual(),
    ),
)
def preact_resnet18(
    data: DataInfo, *, depth: list[int], width: int, activation: str, normalization: str, residual: bool
) -> Tree:
    """Four stages; the first block of each later one halves the image and projects its shortcut."""
    side = image_side(data)
    style = Style(normalization=normalization, activation=activation)
    bias = normalization == "none"
    parts: Tree = (convolution(width, 3, bias=bias),)
    before = width
    for stage, (times, stride) in enumerate(zip(depth, side.strides((1, 2, 2, 2)), strict=True)):
        channels = width * 2**stage

        def body(step: int, channels: int = channels) -> Tree:
            first = convolution(channels, 3, stride=step, bias=bias)
            return (first, *style.norm(channels), *style.act(), convolution(channels, 3, bias=bias))

        def whole(residual: bool, inside: Tree, **given: Any) -> Tree:
            return (layer("Residual", *inside, **given),) if residual else inside

        alike = times
        if stage:
            alike = times - 1
            parts += (*style.norm(before), *style.act())
            parts += whole(residual, body(stride), shortcut="projection")
        parts += repeat(alike, *whole(residual, (*style.norm(channels), *style.act(), *body(1))))
        before = channels
    return (*parts, *classifier())
