"""The residual networks for ImageNet (He et al. 2016), as in torchvision.

ResNet-18 is made of basic blocks, ResNet-50 of bottlenecks, whose stride lies in the 3 × 3 convolution
(version 1.5).
"""

from __future__ import annotations

from gradviz.nets.blocks.parts import Style
from gradviz.nets.templates import knobs
from gradviz.nets.templates.fitting import image_side
from gradviz.nets.templates.imagenet import TORCH, recipe, stem
from gradviz.nets.templates.registry import Tree, template
from gradviz.nets.templates.residual import basic_stage, bottleneck_stage, projection
from gradviz.nets.templates.tree import classifier
from gradviz.spec.data_info import DataInfo

STRIDES = (1, 2, 2, 2)
_WIDTH = knobs.width(64, "Channels of the first stage; each later one has twice as many.")


@template(
    "resnet18",
    family="Residual",
    doc="Residual network of 18 layers in basic blocks",
    recipe=recipe("ResNet-18"),
    knobs=(
        knobs.stages([2, 2, 2, 2], "Blocks in each stage; [3, 4, 6, 3] makes ResNet-34 of it."),
        _WIDTH,
        knobs.activation(),
        knobs.normalization(),
        knobs.residual(),
    ),
)
def resnet18(
    data: DataInfo, *, depth: list[int], width: int, activation: str, normalization: str, residual: bool
) -> Tree:
    """Four stages; where one begins the image is halved and the channels are doubled."""
    side = image_side(data)
    style = Style(normalization=normalization, activation=activation)
    parts = stem(side, width, style)
    for index, (times, stride) in enumerate(zip(depth, side.strides(STRIDES), strict=True)):
        parts += basic_stage(
            width * 2**index,
            times,
            stride=stride,
            style=style,
            residual=residual,
            shortcut=projection(style) if index else None,
        )
    return (*parts, *classifier(initializer=TORCH))


@template(
    "resnet50",
    family="Residual",
    doc="Residual network of 50 layers in bottlenecks",
    recipe=recipe("ResNet-50"),
    knobs=(
        knobs.stages([3, 4, 6, 3], "Bottlenecks in each stage; [3, 4, 23, 3] makes ResNet-101 of it."),
        _WIDTH,
        knobs.activation(),
        knobs.normalization(),
        knobs.residual(),
    ),
)
def resnet50(
    data: DataInfo, *, depth: list[int], width: int, activation: str, normalization: str, residual: bool
) -> Tree:
    """Four stages, each of which gives four times the channels of ResNet-18's."""
    side = image_side(data)
    style = Style(normalization=normalization, activation=activation)
    parts = stem(side, width, style)
    for index, (times, stride) in enumerate(zip(depth, side.strides(STRIDES), strict=True)):
        parts += bottleneck_stage(
            4 * width * 2**index,
            times,
            stride=stride,
            style=style,
            residual=residual,
            groups=1,
            width_per_group=64,
        )
    return (*parts, *classifier(initializer=TORCH))
