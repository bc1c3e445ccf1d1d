"""Activations: the element-wise functions between layers, as torch.nn names them.

Which of them is chosen decides most about a deep gradient: each layer multiplies it by the activation's
slope, at most 1/4 for the sigmoid (Hochreiter 1991; Glorot & Bengio 2010). They keep any shape, so one
table holds them.
"""

from __future__ import annotations

from typing import Any

from torch import nn

from gradviz.nets.registry import Shape, ShapeError, layers
from gradviz.spec.catalogue import Parameter
from gradviz.spec.registry import choice, integer, number

_GROUP = "Activation"


def activation(module: type[nn.Module], doc: str, *parameters: Parameter) -> None:
    """Register an element-wise module of torch.nn under its own name."""

    @layers.register(module.__name__, group=_GROUP, doc=doc, parameters=parameters)
    def build(_shape: Shape, **given: Any) -> nn.Module:
        return module(**given)


activation(nn.Sigmoid, "1 / (1 + e⁻ˣ): between 0 and 1, slope at most 1/4.")
activation(nn.Tanh, "Between −1 and 1, slope at most 1.")
activation(nn.ReLU, "max(0, x): slope 1 above zero, 0 below.")
activation(
    nn.LeakyReLU,
    "ReLU with a small slope below zero, so that no unit dies.",
    number("negative_slope", "The slope below zero.", default=0.01, minimum=0, maximum=1),
)
activation(
    nn.ELU,
    "x above zero, α·(eˣ − 1) below: its mean is nearer to zero than ReLU's.",
    number("alpha", "The value that it approaches below zero, negated.", default=1.0, minimum=0, maximum=100),
)
activation(nn.SELU, "ELU scaled so that deep nets with LeCun-normal weights keep mean 0 and variance 1.")
activation(
    nn.GELU,
    "x·Φ(x): ReLU weighted smoothly by the normal distribution.",
    choice(
        "approximate",
        "Exact, or the faster approximation by tanh.",
        choices=("none", "tanh"),
        default="none",
    ),
)
activation(nn.SiLU, "x·σ(x), also called Swish: smooth, not monotone.")
activation(nn.Mish, "x·tanh(softplus(x)): smooth, not monotone.")
activation(
    nn.CELU,
    "ELU with a continuous slope for every α.",
    number("alpha", "How far it reaches below zero.", default=1.0, above=0, maximum=100),
)
activation(nn.ReLU6, "ReLU that stops at 6.")
activation(
    nn.Softplus,
    "log(1 + eˣ): a smooth ReLU.",
    number("beta", "How sharply it bends.", default=1.0, above=0, maximum=100),
    number("threshold", "Above this (times β) it is linear.", default=20.0, minimum=0, maximum=100),
)
activation(nn.Softsign, "x / (1 + |x|): like Tanh, with slower saturation.")
activation(nn.Tanhshrink, "x − tanh(x).")
activation(nn.LogSigmoid, "log σ(x): zero for large values, linear for small ones.")
activation(nn.Hardsigmoid, "Sigmoid of three straight pieces.")
activation(nn.Hardswish, "SiLU with a sigmoid of straight pieces.")
_LAMBDA = number("lambd", "Values up to this far from zero become 0.", default=0.5, minimum=0, maximum=1e6)
activation(nn.Hardshrink, "x outside ±λ, 0 between.", _LAMBDA)
activation(nn.Softshrink, "x moved towards zero by λ, 0 within ±λ.", _LAMBDA)
activation(
    nn.Threshold,
    "x above a threshold, a fixed value below it.",
    number("threshold", "Up to here the value takes its place.", default=0.0, minimum=-1e6, maximum=1e6),
    number("value", "What takes its place.", default=0.0, minimum=-1e6, maximum=1e6),
)


@layers.register(
    "Hardtanh",
    group=_GROUP,
    doc="Linear between two limits, constant outside them.",
    parameters=(
        number("min_val", "The lower limit.", default=-1.0, minimum=-1e6, maximum=1e6),
        number("max_val", "The upper limit.", default=1.0, minimum=-1e6, maximum=1e6),
    ),
)
def hardtanh(_shape: Shape, *, min_val: float, max_val: float) -> nn.Module:
    """A Hardtanh whose limits are in order."""
    if max_val <= min_val:
        raise ShapeError(f"max_val above min_val, not {max_val:g} and {min_val:g}")
    return nn.Hardtanh(min_val, max_val)


@layers.register(
    "RReLU",
    group=_GROUP,
    doc="ReLU whose slope below zero is drawn anew for each value while training (Xu et al. 2015).",
    parameters=(
        number("lower", "The smallest slope below zero.", default=1 / 8, minimum=0, maximum=1),
        number("upper", "The largest slope below zero.", default=1 / 3, minimum=0, maximum=1),
    ),
)
def rrelu(_shape: Shape, *, lower: float, upper: float) -> nn.Module:
    """An RReLU whose limits are in order; validation takes the slope in their middle."""
    if upper < lower:
        raise ShapeError(f"upper of at least lower, not {upper:g} and {lower:g}")
    return nn.RReLU(lower, upper)


@layers.register(
    "PReLU",
    group=_GROUP,
    doc="ReLU whose slope below zero is learned (He et al. 2015).",
    parameters=(
        integer(
            "num_parameters",
            "One slope for all, or one for each of the “channels” (features of a vector).",
            default=1,
            minimum=1,
            choices=("channels",),
        ),
        number("init", "The slope below zero at the start.", default=0.25, minimum=0, maximum=1),
    ),
)
def prelu(shape: Shape, *, num_parameters: int | str, init: float) -> nn.Module:
    """A PReLU with one slope, or one for each channel."""
    slopes = shape[0] if num_parameters == "channels" else int(num_parameters)
    if slopes not in {1, shape[0]}:
        raise ShapeError(f"num_parameters 1 or {shape[0]}, not {slopes}: “channels” is always right")
    return nn.PReLU(slopes, init)
