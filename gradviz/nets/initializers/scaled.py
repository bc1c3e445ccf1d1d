"""Initializers scaled to the layer, so that signal and gradient keep their size over depth.

Xavier (Glorot & Bengio 2010) for sigmoid and tanh, Kaiming (He et al. 2015) for ReLU, LeCun (LeCun et al.
1998) for layers that nothing bends and for SELU (Klambauer et al. 2017), orthogonal (Saxe et al. 2014) for
very deep nets.

With “auto” the gain is that of the activation that follows the layer in the network (`surroundings`, `gain`).
Embeddings are looked up, not multiplied: their outputs have the size of their weights, whatever their number.
So one that merely inherits such an initializer keeps torch's N(0, 1), the size that these aim at; one that is
given it itself gets torch's function on its table.
"""

from __future__ import annotations

from typing import Any, Literal

from torch import Generator, nn

from gradviz.nets.gain import torchs_gain
from gradviz.nets.initializers.rules import initializer
from gradviz.nets.weights import Weight
from gradviz.spec.registry import choice, number

_GROUP = "Scaled to the layer"
MODE = choice(
    "mode",
    "Keep the variance of the signal (fan_in) or of the gradient (fan_out).",
    choices=("fan_in", "fan_out"),
    default="fan_in",
)
_NONLINEARITY = choice(
    "nonlinearity",
    "The activation that follows; it sets the gain. “auto”: the one that does in the network.",
    choices=("auto", "linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"),
    default="relu",
)
_A = number("a", "The slope below zero, with nonlinearity “leaky_relu”.", default=0.0, minimum=0, maximum=100)
_GAIN = number(
    "gain",
    "Multiplies all weights: a number, or “auto”: what the activation that follows asks for.",
    default=1.0,
    minimum=0,
    maximum=1000,
    choices=("auto",),
)

Mode = Literal["fan_in", "fan_out"]


@initializer(
    "xavier_uniform",
    _GAIN,
    group=_GROUP,
    doc="Uniform, variance 2 / (fan_in + fan_out): for sigmoid and tanh.",
    scaled=True,
)
def xavier_uniform(weight: Weight, generator: Generator, *, gain: float | str) -> None:
    """Draw from U(−l, l), l = gain·√(6 / (fan_in + fan_out))."""
    nn.init.xavier_uniform_(weight.values, _number(gain, weight), generator=generator)


@initializer(
    "xavier_normal",
    _GAIN,
    group=_GROUP,
    doc="Normal, variance 2 / (fan_in + fan_out): for sigmoid and tanh.",
    scaled=True,
)
def xavier_normal(weight: Weight, generator: Generator, *, gain: float | str) -> None:
    """Draw from N(0, gain²·2 / (fan_in + fan_out))."""
    nn.init.xavier_normal_(weight.values, _number(gain, weight), generator=generator)


@initializer(
    "kaiming_uniform",
    _A,
    MODE,
    _NONLINEARITY,
    group=_GROUP,
    doc="Uniform, variance 2 / fan_in for ReLU: keeps the signal's size over depth.",
    scaled=True,
)
def kaiming_uniform(weight: Weight, generator: Generator, *, a: float, mode: Mode, nonlinearity: Any) -> None:
    """Draw from U(−l, l), l = gain·√(3 / fan)."""
    gain = weight.gain if nonlinearity == "auto" else torchs_gain(nonlinearity, a)
    if gain.nonlinearity is not None:
        nn.init.kaiming_uniform_(weight.values, gain.slope, mode, gain.nonlinearity, generator=generator)
        return
    nn.init.kaiming_uniform_(weight.values, 0, mode, "linear", generator=generator)
    weight.values.mul_(gain.value)


@initializer(
    "kaiming_normal",
    _A,
    MODE,
    _NONLINEARITY,
    group=_GROUP,
    doc="Normal, variance 2 / fan_in for ReLU: keeps the signal's size over depth.",
    scaled=True,
)
def kaiming_normal(weight: Weight, generator: Generator, *, a: float, mode: Mode, nonlinearity: Any) -> None:
    """Draw from N(0, gain² / fan)."""
    gain = weight.gain if nonlinearity == "auto" else torchs_gain(nonlinearity, a)
    if gain.nonlinearity is not None:
        nn.init.kaiming_normal_(weight.values, gain.slope, mode, gain.nonlinearity, generator=generator)
        return
    nn.init.kaiming_normal_(weight.values, 0, mode, "linear", generator=generator)
    weight.values.mul_(gain.value)


@initializer(
    "lecun_uniform",
    group=_GROUP,
    doc="Uniform, variance 1 / fan_in: for layers that nothing bends.",
    scaled=True,
)
def lecun_uniform(weight: Weight, generator: Generator) -> None:
    """Draw from U(−l, l), l = √(3 / fan_in)."""
    nn.init.kaiming_uniform_(weight.values, 0, "fan_in", "linear", generator=generator)


@initializer(
    "lecun_normal",
    group=_GROUP,
    doc="Normal, variance 1 / fan_in: with SELU, activations normalise themselves.",
    scaled=True,
)
def lecun_normal(weight: Weight, generator: Generator) -> None:
    """Draw from N(0, 1 / fan_in)."""
    nn.init.kaiming_normal_(weight.values, 0, "fan_in", "linear", generator=generator)


@initializer(
    "orthogonal",
    _GAIN,
    group=_GROUP,
    doc="A rotation: keeps the length of every vector, so also over very many layers.",
    scaled=True,
)
def orthogonal(weight: Weight, generator: Generator, *, gain: float | str) -> None:
    """Draw a random (semi-)orthogonal matrix, times gain."""
    nn.init.orthogonal_(weight.values, _number(gain, weight), generator=generator)


def _number(gain: float | str, weight: Weight) -> float:
    return weight.gain.value if isinstance(gain, str) else gain
