"""EfficientNet-B0 (Tan & Le 2019), as in torchvision: inverted residuals with squeeze-and-excitation.

The later a block, the more often a sample skips it while training, so that no two rounds are alike and each
block stands for itself. The factors for width and depth of its larger siblings: B1 is (1, 1.1), B2 (1.1,
1.2), B3 (1.2, 1.4), B4 (1.4, 1.8).
"""

from __future__ import annotations

from gradviz.nets.blocks.parts import Style
from gradviz.nets.templates import knobs
from gradviz.nets.templates.fitting import image_side
from gradviz.nets.templates.imagenet import TORCH, recipe
from gradviz.nets.templates.mobile import divisible, scaled
from gradviz.nets.templates.registry import Tree, template
from gradviz.nets.templates.residual import styled
from gradviz.nets.templates.tree import classifier, joined, layer, repeat
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import LayerSpec
from gradviz.spec.registry import boolean, number

_STAGES = ((1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3),
           (6, 5, 2, 192, 4), (6, 3, 1, 320, 1))  # fmt: skip
"""Expansion, kernel, the first block's stride, channels and blocks (table 1 of the paper)."""
_FIRST = 32


@template(
    "efficientnet_b0",
    family="Mobile",
    doc="MobileNetV2's blocks with squeeze-and-excitation, scaled as one",
    recipe=recipe("EfficientNet-B0", weight_decay=1e-5),
    knobs=(
        knobs.multiplier("depth", "Multiplies the number of blocks in each stage."),
        knobs.multiplier("width", "Multiplies all channels; they stay multiples of 8."),
        knobs.activation("SiLU"),
        knobs.normalization(),
        knobs.residual(),
        boolean("squeeze_excitation", "Weigh the channels of each block by their means.", default=True),
        number(
            "stochastic_depth",
            "The probability that a sample skips the last block while training; 0 for the first.",
            default=0.2,
            minimum=0,
            below=1,
        ),
        knobs.dropout(0.2, "The share of values zeroed before the last Linear while training."),
    ),
)
def efficientnet_b0(
    data: DataInfo,
    *,
    depth: float,
    width: float,
    activation: str,
    normalization: str,
    residual: bool,
    squeeze_excitation: bool,
    stochastic_depth: float,
    dropout: float,
) -> Tree:
    """Seven stages between a 3 × 3 convolution and a 1 × 1 that gives four times their channels."""
    side = image_side(data)
    style = Style(normalization=normalization, activation=activation)
    total = sum(scaled(blocks, depth) for *_, blocks in _STAGES)
    start = style.active(divisible(_FIRST * width), 3, stride=1 if side.small else side.stride(2))
    parts: list[LayerSpec] = []
    channels = divisible(_FIRST * width)
    for expand, kernel, published, out, blocks in _STAGES:
        stride = side.stride(published)
        for _ in range(scaled(blocks, depth)):
            before, channels = channels, divisible(out * width)
            passes = residual and stride == 1 and before == channels
            skipped = round(stochastic_depth * len(parts) / total, 6) if passes else 0.0
            parts.append(
                layer(
                    "InvertedResidual",
                    out_channels=channels,
                    kernel_size=None if kernel == 3 else kernel,
                    stride=None if stride == 1 else stride,
                    expand_ratio=None if expand == 6 else expand,
                    squeeze_ratio=0.25 if squeeze_excitation else None,
                    **styled(style, activation="ReLU6"),
                    stochastic_depth=skipped or None,
                    residual=None if residual else False,
                )
            )
            stride = 1
    last = style.active(4 * channels, 1)
    return (*start, *_folded(parts), *last, *classifier(dropout=dropout, initializer=TORCH))


def _folded(parts: list[LayerSpec]) -> Tree:
    """Blocks that are alike and follow each other, as without stochastic depth, in a Repeat."""
    runs: list[list[LayerSpec]] = []
    for part in parts:
        if runs and runs[-1][0] == part:
            runs[-1].append(part)
        else:
            runs.append([part])
    return joined(repeat(len(run), run[0]) for run in runs)
