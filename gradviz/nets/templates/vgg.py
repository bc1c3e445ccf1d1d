"""VGG (Simonyan & Zisserman 2015), configuration A, with and without batch normalisation, as in torchvision.

Its three large fully connected layers hold most of the weights. They read 7 × 7 pixels; where an image
leaves fewer, the mean over each channel.
"""

from __future__ import annotations

from gradviz.nets.blocks.parts import Style, convolution
from gradviz.nets.blocks.parts import dropout as dropout_part
from gradviz.nets.templates import knobs
from gradviz.nets.templates.fitting import image_side
from gradviz.nets.templates.registry import Recipe, Tree, random_data, template
from gradviz.nets.templates.tree import joined, layer, repeat
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import InitializerSpec, OptimizerSpec
from gradviz.spec.registry import integer

_STAGES = (1, 2, 4, 8, 8)
_READ = 7
_HEAD = InitializerSpec(name="normal", parameters={"std": 0.01})


def _register(name: str, title: str, doc: str, normalization: str) -> None:
    template(
        name,
        family="Convolutional",
        doc=doc,
        recipe=Recipe(
            title=title,
            data=random_data(3, 224, 224, classes=1000, samples=32, batch_size=4),
            optimizer=OptimizerSpec(name="SGD", lr=0.001, parameters={"momentum": 0.9, "weight_decay": 5e-4}),
            initializer=InitializerSpec(name="kaiming_normal", parameters={"mode": "fan_out"}),
            steps=100,
        ),
        knobs=(
            knobs.stages([1, 1, 2, 2, 2], "Convolutions in each stage; [2, 2, 3, 3, 3] makes VGG-16 of it."),
            knobs.width(64, "Channels of the first stage; the last has eight times as many."),
            integer(
                "hidden", "Values in the two hidden Linear layers.", default=4096, minimum=1, maximum=65_536
            ),
            knobs.activation(),
            knobs.normalization(normalization),
            knobs.dropout(0.5, "The share of values zeroed after the hidden Linear layers while training."),
        ),
    )(vgg)


def vgg(
    data: DataInfo,
    *,
    depth: list[int],
    width: int,
    hidden: int,
    activation: str,
    normalization: str,
    dropout: float,
) -> Tree:
    """Stages of 3 × 3 convolutions, each but those that leave too few pixels ending in a pooling."""
    side = image_side(data)
    style = Style(normalization=normalization, activation=activation)
    parts: list[Tree] = []
    for factor, times in zip(_STAGES, depth, strict=True):
        channels = factor * width
        parts.append(repeat(times, convolution(channels, 3), *style.norm(channels), *style.act()))
        if side.pool():
            parts.append((layer("MaxPool2d", kernel_size=2),))
    fully_connected = [
        (
            layer("Linear", out_features=hidden, initializer=_HEAD),
            *style.act(),
            *dropout_part(dropout),
        )
        for _ in range(2)
    ]
    return (
        *joined(parts),
        layer("AdaptiveAvgPool2d", output_size=_READ if side.pixels >= _READ else 1),
        layer("Flatten"),
        *joined(fully_connected),
        layer("Linear", out_features="classes", initializer=_HEAD),
    )


_DOC = "3 × 3 convolutions and three large Linear layers"
_register("vgg11", "VGG-11", _DOC, "none")
_register("vgg11_bn", "VGG-11 with batch normalisation", "VGG-11 with batch normalisation", "BatchNorm2d")
