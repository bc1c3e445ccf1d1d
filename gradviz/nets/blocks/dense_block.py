"""The dense block: every layer sees what all layers before it made (Huang et al. 2017).

What a layer makes is put beside its input, so that the channels grow by `growth_rate` each time and the
gradient reaches every layer directly.
"""

from __future__ import annotations

import math

from gradviz.nets.blocks.knobs import NORMALIZATION
from gradviz.nets.blocks.knobs import activation as activation_knob
from gradviz.nets.blocks.knobs import dropout as dropout_knob
from gradviz.nets.blocks.parts import Parts, Style, part
from gradviz.nets.blocks.parts import dropout as dropout_part
from gradviz.nets.blocks.squeeze_excitation import ADVICE
from gradviz.nets.images import image
from gradviz.nets.registry import Shape, layers
from gradviz.spec.registry import integer


@layers.register(
    "DenseBlock",
    group="Block",
    doc="Convolutions that each see all that was made before them, side by side (Huang et al. 2017).",
    parameters=(
        integer("num_layers", "How many layers.", minimum=1, maximum=256),
        integer("growth_rate", "How many channels each layer adds.", default=32, minimum=1, maximum=65_536),
        integer(
            "bottleneck",
            "A 1 × 1 convolution first makes so many times growth_rate channels; 0: none.",
            default=4,
            minimum=0,
            maximum=1000,
        ),
        dropout_knob(),
        activation_knob("ReLU"),
        NORMALIZATION,
    ),
    composed=True,
)
def dense_block(
    shape: Shape,
    *,
    num_layers: int,
    growth_rate: int,
    bottleneck: int,
    dropout: float,
    activation: str,
    normalization: str,
) -> Parts:
    """Normalisation, activation, convolution, in this order, and new channels last, as in torchvision."""
    channels, _, _ = image(shape, ADVICE)
    style = Style(normalization=normalization, activation=activation)
    layer = part(
        "Sequential",
        # The channels that come in grow from round to round; groups of a GroupNorm must divide them all.
        *style.norm(math.gcd(channels, growth_rate)),
        *style.act(),
        *(style.active(bottleneck * growth_rate, 1) if bottleneck else ()),
        *style.bare(growth_rate, 3),
        *dropout_part(dropout),
    )
    grown = part("Parallel", part("Identity"), layer, combine="concatenation")
    return (part("Repeat", grown, times=num_layers),)
