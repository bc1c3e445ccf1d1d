"""The residual networks for ImageNet (He et al. 2016), as in torchvision.

ResNet-18 is made of basic blocks, ResNet-50 of bottlenecks, whose stride lies in the 3 × 3 convolution
(version 1.5).
"""

from __future__ import annotations

from gradviz.nets.templates import knobs
from gradviz.nets.templates.fitting import Side, image_side
from gradviz.nets.templates.registry import Recipe, Tree, random_data, template
from gradviz.nets.templates.residual import basic_stage, projection
from gradviz.nets.templates.tree import Style, classifier, layer
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import InitializerSpec, OptimizerSpec

TORCH = InitializerSpec()
"""What torch does by itself, for the last Linear."""
OPTIMIZER = OptimizerSpec(name="SGD", lr=0.02, parameters={"momentum": 0.9, "weight_decay": 1e-4})
FAN_OUT = InitializerSpec(name="kaiming_normal", parameters={"mode": "fan_out"})
_STRIDES = (1, 2, 2, 2)


def imagenet_recipe(title: str) -> Recipe:
    """The data of ImageNet's size, and how torchvision starts and trains such networks."""
    return Recipe(
        title=title,
        data=random_data(3, 224, 224, classes=1000, samples=32, batch_size=4),
        optimizer=OPTIMIZER,
        initializer=FAN_OUT,
        steps=100,
    )


def stem(side: Side, width: int, style: Style) -> Tree:
    """The start: 7 × 7 pixels and a pooling, which shrink the image four times, or 3 × 3 if it is small."""
    if side.small:
        return style.active(width, 3)
    side.shrink(2)
    pool = layer("MaxPool2d", kernel_size=3, stride=2, padding=1)
    return (*style.active(width, 7, stride=2), pool)


@template(
    "resnet18",
    family="Residual",
    doc="ResNet-18 (He et al. 2016): 8 basic blocks in four stages",
    recipe=imagenet_recipe("ResNet-18"),
    knobs=(
        knobs.blocks([2, 2, 2, 2]),
        knobs.width(64, "Channels of the first stage; each later one has twice as many."),
        knobs.activation(),
        knobs.normalization(),
        knobs.residual(),
    ),
)
def resnet18(
    data: DataInfo, *, blocks: list[int], width: int, activation: str, normalization: str, residual: bool
) -> Tree:
    """Four stages of basic blocks; [3, 4, 6, 3] makes ResNet-34 of it."""
    side = image_side(data)
    style = Style(normalization=normalization, activation=activation)
    parts = stem(side, width, style)
    for stage, (times, stride) in enumerate(zip(blocks, side.strides(_STRIDES), strict=True)):
        way = projection(style) if stage else None
        parts += basic_stage(
            width * 2**stage, times, stride=stride, style=style, residual=residual, shortcut=way
        )
    return (*parts, *classifier(initializer=TORCH))
