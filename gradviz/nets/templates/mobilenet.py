"""MobileNetV2 (Sandler et al. 2018), as in torchvision: inverted residuals, narrow where the shortcut is."""

from __future__ import annotations

from gradviz.nets.blocks.parts import Style
from gradviz.nets.templates import knobs
from gradviz.nets.templates.fitting import image_side
from gradviz.nets.templates.imagenet import recipe
from gradviz.nets.templates.mobile import HEAD, divisible, scaled
from gradviz.nets.templates.registry import Tree, template
from gradviz.nets.templates.residual import stage, styled
from gradviz.nets.templates.tree import classifier, layer
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import LayerSpec

_STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
           (6, 320, 1, 1))  # fmt: skip
"""Expansion, channels, blocks and the first one's stride (table 2 of the paper)."""
_FIRST, _LAST = 32, 1280


@template(
    "mobilenet_v2",
    family="Mobile",
    doc="Inverted residuals with convolutions for each channel alone",
    recipe=recipe("MobileNetV2", weight_decay=4e-5),
    knobs=(
        knobs.multiplier("depth", "Multiplies the number of blocks in each stage."),
        knobs.multiplier("width", "Multiplies all channels; they stay multiples of 8."),
        knobs.activation("ReLU6"),
        knobs.normalization(),
        knobs.residual(),
        knobs.dropout(0.2, "The share of values zeroed before the last Linear while training."),
    ),
)
def mobilenet_v2(
    data: DataInfo,
    *,
    depth: float,
    width: float,
    activation: str,
    normalization: str,
    residual: bool,
    dropout: float,
) -> Tree:
    """Seven stages between a 3 × 3 convolution and a 1 × 1."""
    side = image_side(data)
    style = Style(normalization=normalization, activation=activation)

    def inverted(channels: int, expand: int, step: int) -> LayerSpec:
        return layer(
            "InvertedResidual",
            out_channels=channels,
            stride=None if step == 1 else step,
            expand_ratio=None if expand == 6 else expand,
            **styled(style, activation="ReLU6"),
            residual=None if residual else False,
        )

    parts = style.active(divisible(_FIRST * width), 3, stride=1 if side.small else side.stride(2))
    for expand, published, blocks, step in _STAGES:
        channels = divisible(published * width)
        first, others = inverted(channels, expand, side.stride(step)), inverted(channels, expand, 1)
        parts += stage((first,), (others,), scaled(blocks, depth))
    last = style.active(divisible(_LAST * max(1.0, width)), 1)
    return (*parts, *last, *classifier(dropout=dropout, initializer=HEAD))
