"""Initializers: how the weights of Linear and convolution layers are drawn at the start.

The scale of these draws decides whether signal and gradient keep their size over depth: Xavier (Glorot &
Bengio 2010) for sigmoid and tanh, Kaiming (He et al. 2015) for ReLU, orthogonal (Saxe et al. 2014) for
very deep nets. They set weights; biases start at zero, and normalisations at torch's own start. `default`
leaves everything as torch made it, biases included.

A registered function gets the weight, the generator to draw from, and its own parameters, all by torch's
names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import torch
from torch import Tensor, nn

from gradviz.nets.registry import initializers
from gradviz.spec.registry import choice, number

_GROUP = "Initializer"
_MODE = choice(
    "mode",
    "Keep the variance of the signal (fan_in) or of the gradient (fan_out).",
    choices=("fan_in", "fan_out"),
    default="fan_in",
)
_NONLINEARITY = choice(
    "nonlinearity",
    "The activation that follows; it sets the gain.",
    choices=("linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"),
    default="relu",
)
_A = number("a", "The slope below zero, with nonlinearity “leaky_relu”.", default=0.0, minimum=0, maximum=100)
_GAIN = number("gain", "Multiplies all weights.", default=1.0, minimum=0, maximum=1000)

Mode = Literal["fan_in", "fan_out"]


def initialize(modules: Iterable[nn.Module], name: str, parameters: Mapping[str, Any], seed: int) -> None:
    """Set the weights of the Linear and convolution layers among `modules`, in their order.

    `parameters` are complete. All draws come from one generator of their own, seeded with `seed`, on the
    device of the weights, which is the CPU while a model is built.
    """
    if name == "default":
        return
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for module in modules:
            if isinstance(module, nn.Linear | nn.Conv1d | nn.Conv2d | nn.Conv3d):
                initializers[name](module.weight, generator, **parameters)
                if module.bias is not None:
                    module.bias.zero_()


@initializers.register(
    "default", group=_GROUP, doc="What torch does by itself: uniform by fan-in, biases included."
)
def default(_weight: Tensor, _generator: torch.Generator) -> None:
    """Leave the weight as torch made it."""


@initializers.register(
    "normal",
    group=_GROUP,
    doc="Normal with a fixed deviation, whatever the layer's size.",
    parameters=(
        number("mean", "The mean of the weights.", default=0.0, minimum=-1000, maximum=1000),
        number("std", "Their standard deviation.", default=1.0, minimum=0, maximum=1000),
    ),
)
def normal(weight: Tensor, generator: torch.Generator, *, mean: float, std: float) -> None:
    """Draw from N(mean, std²)."""
    nn.init.normal_(weight, mean, std, generator=generator)


@initializers.register(
    "uniform",
    group=_GROUP,
    doc="Uniform between two limits, whatever the layer's size.",
    parameters=(
        number("a", "One limit.", default=0.0, minimum=-1000, maximum=1000),
        number("b", "The other limit.", default=1.0, minimum=-1000, maximum=1000),
    ),
)
def uniform(weight: Tensor, generator: torch.Generator, *, a: float, b: float) -> None:
    """Draw evenly between a and b, in whichever order they stand."""
    nn.init.uniform_(weight, min(a, b), max(a, b), generator=generator)


@initializers.register(
    "xavier_uniform",
    group=_GROUP,
    doc="Uniform, variance 2 / (fan_in + fan_out): for sigmoid and tanh.",
    parameters=(_GAIN,),
)
def xavier_uniform(weight: Tensor, generator: torch.Generator, *, gain: float) -> None:
    """Draw from U(−l, l), l = gain·√(6 / (fan_in + fan_out))."""
    nn.init.xavier_uniform_(weight, gain, generator=generator)


@initializers.register(
    "xavier_normal",
    group=_GROUP,
    doc="Normal, variance 2 / (fan_in + fan_out): for sigmoid and tanh.",
    parameters=(_GAIN,),
)
def xavier_normal(weight: Tensor, generator: torch.Generator, *, gain: float) -> None:
    """Draw from N(0, gain²·2 / (fan_in + fan_out))."""
    nn.init.xavier_normal_(weight, gain, generator=generator)


@initializers.register(
    "kaiming_uniform",
    group=_GROUP,
    doc="Uniform, variance 2 / fan_in for ReLU: keeps the signal's size over depth.",
    parameters=(_A, _MODE, _NONLINEARITY),
)
def kaiming_uniform(
    weight: Tensor, generator: torch.Generator, *, a: float, mode: Mode, nonlinearity: Any
) -> None:
    """Draw from U(−l, l), l = gain·√(3 / fan)."""
    nn.init.kaiming_uniform_(weight, a, mode, nonlinearity, generator=generator)


@initializers.register(
    "kaiming_normal",
    group=_GROUP,
    doc="Normal, variance 2 / fan_in for ReLU: keeps the signal's size over depth.",
    parameters=(_A, _MODE, _NONLINEARITY),
)
def kaiming_normal(
    weight: Tensor, generator: torch.Generator, *, a: float, mode: Mode, nonlinearity: Any
) -> None:
    """Draw from N(0, gain² / fan)."""
    nn.init.kaiming_normal_(weight, a, mode, nonlinearity, generator=generator)


@initializers.register(
    "orthogonal",
    group=_GROUP,
    doc="A rotation: keeps the length of every vector, so also over very many layers.",
    parameters=(_GAIN,),
)
def orthogonal(weight: Tensor, generator: torch.Generator, *, gain: float) -> None:
    """Draw a random (semi-)orthogonal matrix, times gain."""
    nn.init.orthogonal_(weight, gain, generator=generator)


@initializers.register(
    "zeros",
    group=_GROUP,
    doc="All zero: every unit stays like its neighbours, nothing is learned.",
)
def zeros(weight: Tensor, _generator: torch.Generator) -> None:
    """Set every weight to zero."""
    nn.init.zeros_(weight)
