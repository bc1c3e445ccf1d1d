"""The residual networks for CIFAR of He et al. (2016, section 4.2): three stages of 16, 32 and 64 channels.

With n blocks a stage there are 6n + 2 layers with weights: ResNet-20, -56 and -110 have 3, 9 and 18. Where a
stage begins the shortcut learns nothing (option A, as in the paper: every second pixel, and channels of
zeros beside those there are) or is a 1 × 1 convolution with batch normalisation (option B).
"""

from __future__ import annotations

from gradviz.nets.blocks.parts import Style
from gradviz.nets.templates import knobs
from gradviz.nets.templates.fitting import image_side
from gradviz.nets.templates.registry import Recipe, Tree, random_data, template
from gradviz.nets.templates.residual import basic_stage, projection
from gradviz.nets.templates.tree import classifier
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import InitializerSpec, OptimizerSpec
from gradviz.spec.registry import choice


def cifar_resnet(
    data: DataInfo,
    *,
    depth: int,
    width: int,
    activation: str,
    normalization: str,
    residual: bool,
    shortcut: str,
) -> Tree:
    """Three stages of `depth` blocks of two 3 × 3 convolutions; the later ones halve the image."""
    side = image_side(data)
    style = Style(normalization=normalization, activation=activation)
    way = projection(style) if shortcut == "projection" else "padded"
    parts: Tree = style.active(width, 3)
    for stage, stride in enumerate(side.strides((1, 2, 2))):
        changing = None if stage == 0 else way
        parts += basic_stage(
            width * 2**stage, depth, stride=stride, style=style, residual=residual, shortcut=changing
        )
    return (*parts, *classifier())


for _depth, _layers in ((3, 20), (9, 56), (18, 110)):
    template(
        f"resnet{_layers}",
        family="Residual",
        doc=f"For CIFAR: residual network of {_layers} layers",
        recipe=Recipe(
            title=f"ResNet-{_layers}",
            data=random_data(3, 32, 32, classes=10, samples=256, batch_size=32),
            optimizer=OptimizerSpec(name="SGD", lr=0.025, parameters={"momentum": 0.9, "weight_decay": 1e-4}),
            initializer=InitializerSpec(name="kaiming_normal"),
            steps=200,
        ),
        knobs=(
            knobs.depth(_depth, "Blocks in each of the three stages; there are 6 × depth + 2 layers."),
            knobs.width(16, "Channels of the first stage; each later one has twice as many."),
            knobs.activation(),
            knobs.normalization(),
            knobs.residual(),
            choice(
                "shortcut",
                "Where a stage begins: “padded” with channels of zeros (option A), or a “projection” (B).",
                choices=("padded", "projection"),
                default="padded",
            ),
        ),
    )(cifar_resnet)
