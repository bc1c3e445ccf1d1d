"""The inverted residual: wide inside, narrow where the shortcut is (MobileNetV2, Sandler et al. 2018).

A 1 × 1 convolution widens, one for each channel alone looks around, and a last 1 × 1 narrows, with no
activation after it. With squeeze-and-excitation in between it is EfficientNet's MBConv (Tan & Le 2019).
"""

from __future__ import annotations

from typing import Any

from gradviz.nets.blocks.knobs import NORMALIZATION, OUT_CHANNELS, RESIDUAL, STOCHASTIC_DEPTH, STRIDE
from gradviz.nets.blocks.knobs import activation as activation_knob
from gradviz.nets.blocks.parts import EPS, MOMENTUM, Parts, Style, part
from gradviz.nets.blocks.parts import residual as residual_part
from gradviz.nets.blocks.squeeze_excitation import ADVICE
from gradviz.nets.images import image
from gradviz.nets.registry import Shape, ShapeError, layers
from gradviz.spec.registry import integer, number


@layers.register(
    "InvertedResidual",
    group="Block",
    doc="Widens, looks around channel by channel, narrows again: MobileNetV2's block, EfficientNet's MBConv.",
    parameters=(
        OUT_CHANNELS,
        integer(
            "kernel_size",
            "Height and width of what it sees around a pixel; odd.",
            default=3,
            minimum=1,
            maximum=63,
        ),
        STRIDE,
        number(
            "expand_ratio",
            "How many times as wide it is inside; 1: no wider.",
            default=6,
            minimum=1,
            maximum=100,
        ),
        number(
            "squeeze_ratio",
            "Squeeze-and-excitation to this share of the channels that come in; 0: none.",
            default=0.0,
            minimum=0,
            maximum=1,
        ),
        activation_knob("ReLU6"),
        NORMALIZATION,
        number("norm_eps", "Added to the variance by its normalisations.", default=EPS, above=0, maximum=1),
        number(
            "norm_momentum",
            "How fast their running statistics follow the batches.",
            default=MOMENTUM,
            minimum=0,
            maximum=1,
        ),
        STOCHASTIC_DEPTH,
        RESIDUAL,
    ),
    composed=True,
)
def inverted_residual(
    shape: Shape,
    *,
    out_channels: int,
    kernel_size: int,
    stride: int | tuple[int, int],
    expand_ratio: float,
    squeeze_ratio: float,
    activation: str,
    normalization: str,
    norm_eps: float,
    norm_momentum: float,
    stochastic_depth: float,
    residual: bool,
) -> Parts:
    """As in torchvision: a shortcut, the identity, where the image keeps its size and its channels."""
    channels, _, _ = image(shape, ADVICE)
    if kernel_size % 2 == 0:
        raise ShapeError(f"an odd kernel_size, which keeps the image's size: set {kernel_size + 1}")
    style = Style(normalization=normalization, activation=activation, eps=norm_eps, momentum=norm_momentum)
    inside = round(channels * expand_ratio)
    squeeze: Parts = ()
    if squeeze_ratio:
        given: dict[str, Any] = {"squeeze_channels": max(1, int(channels * squeeze_ratio))}
        given |= {"activation": activation} if activation != "ReLU" else {}
        squeeze = (part("SqueezeExcitation", **given),)
    body = (
        *(style.active(inside, 1) if inside != channels else ()),
        *style.active(inside, kernel_size, stride=stride, groups=inside),
        *squeeze,
        *style.convolution(out_channels, 1),
    )
    if residual and stride in (1, (1, 1)) and out_channels == channels:
        return (residual_part(*body, shortcut="identity", stochastic_depth=stochastic_depth),)
    return body
