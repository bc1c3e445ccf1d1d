"""Squeeze-and-excitation: a gate for every channel, learned from the means of all (Hu et al. 2018)."""

from __future__ import annotations

from gradviz.nets.blocks.knobs import activation as activation_knob
from gradviz.nets.blocks.parts import Parts, Style, convolution, part
from gradviz.nets.images import image
from gradviz.nets.registry import Shape, layers
from gradviz.spec.registry import choice, integer, number

ADVICE = "put it between convolutions, before the Flatten"


@layers.register(
    "SqueezeExcitation",
    group="Block",
    doc="Weighs the channels of an image by what their means say (Hu et al. 2018).",
    parameters=(
        integer(
            "squeeze_channels",
            "To how many values the means are squeezed; empty: squeeze_ratio says it.",
            default=None,
            minimum=1,
            maximum=1_000_000,
        ),
        number(
            "squeeze_ratio",
            "To what share of the channels they are squeezed, at least to one value.",
            default=0.0625,
            above=0,
            maximum=1,
        ),
        activation_knob("ReLU", "The activation of the squeezed values."),
        choice(
            "gate",
            "What makes a weight between 0 and 1 for each channel.",
            choices=("Sigmoid", "Hardsigmoid"),
            default="Sigmoid",
        ),
    ),
    composed=True,
)
def squeeze_excitation(
    shape: Shape, *, squeeze_channels: int | None, squeeze_ratio: float, activation: str, gate: str
) -> Parts:
    """The image times its gate; two 1 × 1 convolutions with bias, as in torchvision."""
    channels, _, _ = image(shape, ADVICE)
    squeezed = squeeze_channels or max(1, int(channels * squeeze_ratio))
    weights = part(
        "Sequential",
        part("AdaptiveAvgPool2d", output_size=1),
        convolution(squeezed, 1),
        *Style(normalization="none", activation=activation).act(),
        convolution(channels, 1),
        part(gate),
    )
    return (part("Parallel", part("Identity"), weights, combine="product"),)
