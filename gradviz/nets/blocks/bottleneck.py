"""The bottleneck of deep residual networks: narrow, look around, wide again (He et al. 2015).

In groups it is the block of ResNeXt, many small transformations added up (Xie et al. 2017). The stride is the
3 × 3 convolution's, as in torchvision. Pre-activation (He et al. 2016) puts normalisation and activation
before each convolution and leaves the way past them clean.
"""

from __future__ import annotations

from gradviz.nets.blocks.knobs import NORMALIZATION, OUT_CHANNELS, RESIDUAL, STOCHASTIC_DEPTH, STRIDE
from gradviz.nets.blocks.knobs import activation as activation_knob
from gradviz.nets.blocks.parts import Parts, Style
from gradviz.nets.blocks.parts import residual as residual_part
from gradviz.nets.blocks.shortcut import SHORTCUT
from gradviz.nets.blocks.squeeze_excitation import ADVICE
from gradviz.nets.images import image
from gradviz.nets.registry import Shape, layers
from gradviz.spec.registry import choice, integer


@layers.register(
    "Bottleneck",
    group="Block",
    doc="1 × 1, 3 × 3 and 1 × 1 convolution with a shortcut: the block of ResNet-50, in groups ResNeXt's.",
    parameters=(
        OUT_CHANNELS,
        STRIDE,
        integer(
            "groups",
            "Into how many groups the 3 × 3 convolution is split.",
            default=1,
            minimum=1,
            maximum=65_536,
        ),
        integer(
            "width_per_group",
            "Channels of a group where out_channels is 256, and in proportion: 64 is ResNet's, 4 ResNeXt's.",
            default=64,
            minimum=1,
            maximum=65_536,
        ),
        activation_knob("ReLU"),
        NORMALIZATION,
        SHORTCUT,
        choice(
            "activation_place",
            "After each convolution, the last one's after the sum; or before each (He et al. 2016).",
            choices=("after", "before"),
            default="after",
        ),
        STOCHASTIC_DEPTH,
        RESIDUAL,
    ),
    composed=True,
)
def bottleneck(
    shape: Shape,
    *,
    out_channels: int,
    stride: int | tuple[int, int],
    groups: int,
    width_per_group: int,
    activation: str,
    normalization: str,
    shortcut: str,
    activation_place: str,
    stochastic_depth: float,
    residual: bool,
) -> Parts:
    """Three convolutions; where shapes differ “auto” projects, normalised as ResNet-50 has it.

    With pre-activation a projection takes what is activated, as the convolutions do.
    """
    channels, _, _ = image(shape, ADVICE)
    style = Style(normalization=normalization, activation=activation)
    width = max(1, out_channels // 4 * width_per_group // 64) * groups
    same = stride in (1, (1, 1)) and out_channels == channels
    before = activation_place == "before"
    wide, look = style.active(width, 1), style.active(width, 3, stride=stride, groups=groups)
    start = (*style.norm(channels), *style.act()) if before else ()
    last = style.bare(out_channels, 1) if before else style.convolution(out_channels, 1)
    body = (*wide, *look, *last)
    if not residual:
        return (*start, *body) if before else (*body, *style.act())
    way = shortcut
    if shortcut == "auto" and not same:
        way = "projection" if before or normalization != "BatchNorm2d" else "projection_norm"
    given = {} if way == "auto" else {"shortcut": way}
    if before and way.startswith("projection"):
        return (*start, residual_part(*body, stochastic_depth=stochastic_depth, **given))
    after = "none" if before else activation
    return (residual_part(*start, *body, stochastic_depth=stochastic_depth, activation=after, **given),)
