"""LeNet-5 (LeCun et al. 1998), as it is built today: every map of C3 sees all of S2, the pooling is a mean.

The paper's C3 connects each of its maps to some of S2 only, and its pooling has weights of its own. Images
smaller than its 32 × 32 pixels are padded: 2 pixels around the first convolution, as for MNIST, and as
many around the second where there is no room for it; C5 is as large as the maps that reach it.
"""

from __future__ import annotations

from gradviz.nets.templates import knobs
from gradviz.nets.templates.fitting import image_side
from gradviz.nets.templates.registry import Recipe, Tree, random_data, template
from gradviz.nets.templates.tree import layer
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import OptimizerSpec
from gradviz.spec.registry import choice

_PUBLISHED = 32
_KERNEL = 5


@template(
    "lenet5",
    family="Convolutional",
    doc="LeCun’s network for digits, with a full C3",
    recipe=Recipe(
        title="LeNet-5",
        data=random_data(1, 32, 32, classes=10, samples=1000, batch_size=64),
        optimizer=OptimizerSpec(name="Adam", lr=1e-3),
        steps=500,
    ),
    knobs=(
        knobs.width(6, "Maps of the first convolution; the later layers grow with it."),
        knobs.activation("Tanh"),
        choice(
            "pooling",
            "How each 2 × 2 pixels become one.",
            choices=("AvgPool2d", "MaxPool2d"),
            default="AvgPool2d",
        ),
    ),
)
def lenet5(data: DataInfo, *, width: int, activation: str, pooling: str) -> Tree:
    """Maps and units in the paper's proportions, 6 : 16 : 120 : 84."""
    side = image_side(data)
    second, fifth, sixth = (-(-width * share // 6) for share in (16, 120, 84))
    first_padding = 0 if side.pixels >= _PUBLISHED else 2
    side.pixels += 2 * first_padding - (_KERNEL - 1)
    first_pool = (layer(pooling, kernel_size=2),) if side.pool() else ()
    second_padding = 0 if side.pixels >= 2 * _KERNEL else 2
    side.pixels += 2 * second_padding - (_KERNEL - 1)
    second_pool = (layer(pooling, kernel_size=2),) if side.pool() else ()
    kernel = min(_KERNEL, side.pixels)
    larger = side.pixels > kernel or len(set(data.input_shape[1:])) > 1
    act: Tree = () if activation == "none" else (layer(activation),)
    return (
        layer("Conv2d", out_channels=width, kernel_size=_KERNEL, padding=first_padding or None),
        *act,
        *first_pool,
        layer("Conv2d", out_channels=second, kernel_size=_KERNEL, padding=second_padding or None),
        *act,
        *second_pool,
        layer("Conv2d", out_channels=fifth, kernel_size=kernel),
        *act,
        *((layer("AdaptiveAvgPool2d", output_size=1),) if larger else ()),
        layer("Flatten"),
        layer("Linear", out_features=sixth),
        *act,
        layer("Linear", out_features="classes"),
    )
