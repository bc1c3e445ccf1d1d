"""ResNeXt (Xie et al. 2017): bottlenecks whose 3 × 3 convolution is split into many groups.

ResNeXt-50 32×4d is torchvision's. ResNeXt-29 8×64d is the paper's network for CIFAR: a 3 × 3 convolution of
64 channels and three stages of three bottlenecks that give 256, 512 and 1,024.
"""

from __future__ import annotations

from gradviz.nets.blocks.parts import Style
from gradviz.nets.templates import knobs
from gradviz.nets.templates.fitting import image_side
from gradviz.nets.templates.imagenet import FAN_OUT, TORCH, recipe, sgd, stem
from gradviz.nets.templates.registry import Recipe, Tree, random_data, template
from gradviz.nets.templates.residual import bottleneck_stage
from gradviz.nets.templates.resnet import STRIDES
from gradviz.nets.templates.tree import classifier
from gradviz.spec.catalogue import Parameter
from gradviz.spec.data_info import DataInfo
from gradviz.spec.registry import integer


def _knobs(depth: Parameter, groups: int, width_per_group: int) -> tuple[Parameter, ...]:
    return (
        depth,
        knobs.width(64, "Channels of the first convolution; the stages give four times as many and more."),
        integer("groups", "Groups of each 3 × 3 convolution.", default=groups, minimum=1, maximum=4096),
        integer(
            "width_per_group",
            "Channels of a group in the first stage at a width of 64; each later stage has twice as many.",
            default=width_per_group,
            minimum=1,
            maximum=4096,
        ),
        knobs.activation(),
        knobs.normalization(),
        knobs.residual(),
    )


@template(
    "resnext50_32x4d",
    family="Residual",
    doc="ResNet-50 with 32 groups of 4 channels in its bottlenecks",
    recipe=recipe("ResNeXt-50 32×4d"),
    knobs=_knobs(knobs.stages([3, 4, 6, 3], "Bottlenecks in each stage."), 32, 4),
)
def resnext50(
    data: DataInfo,
    *,
    depth: list[int],
    width: int,
    groups: int,
    width_per_group: int,
    activation: str,
    normalization: str,
    residual: bool,
) -> Tree:
    """Four stages that give 256 to 2,048 channels."""
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
            groups=groups,
            width_per_group=width_per_group,
        )
    return (*parts, *classifier(initializer=TORCH))


@template(
    "resnext29_8x64d",
    family="Residual",
    doc="For CIFAR: 29 layers, bottlenecks with 8 groups of 64 channels",
    recipe=Recipe(
        title="ResNeXt-29 8×64d",
        data=random_data(3, 32, 32, classes=10, samples=32, batch_size=4),
        optimizer=sgd(0.003, 5e-4),
        initializer=FAN_OUT,
        steps=100,
    ),
    knobs=_knobs(knobs.depth(3, "Bottlenecks in each of the three stages; 9 × depth + 2 layers."), 8, 64),
)
def resnext29(
    data: DataInfo,
    *,
    depth: int,
    width: int,
    groups: int,
    width_per_group: int,
    activation: str,
    normalization: str,
    residual: bool,
) -> Tree:
    """Three stages that give 256 to 1,024 channels."""
    side = image_side(data)
    style = Style(normalization=normalization, activation=activation)
    parts: Tree = style.active(width, 3)
    for index, stride in enumerate(side.strides((1, 2, 2))):
        parts += bottleneck_stage(
            4 * width * 2**index,
            depth,
            stride=stride,
            style=style,
            residual=residual,
            groups=groups,
            width_per_group=width_per_group,
        )
    return (*parts, *classifier())
