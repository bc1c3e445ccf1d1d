"""The gain of an activation: how much larger the weights before it must be for the signal to keep its size.

Torch's convention (`torch.nn.init.calculate_gain`) holds wherever torch has one: 1 for the sigmoid, 5/3 for
tanh, √2 for ReLU, √(2 / (1 + slope²)) for a leaky ReLU (a PReLU by the slope it starts with), 3/4 for SELU.
For all others it is 1 / √E[f(z)²] with z ~ N(0, 1): what f makes of a normal signal of size 1 has size 1
again after multiplication. That is He et al.'s argument (2015), which gives ReLU's √2 too. Where nothing
bends the signal, the gain is 1.

For ELU, Softplus and the like, size 1 then holds by itself. For GELU and SiLU it does not: a larger signal
sees a steeper function and grows further. Over 50 layers of 256 the size drifted by factors of 23 to 59
(GELU) and 1,700 to 4,400 (SiLU), where it vanishes by 10¹⁴ with Xavier's gain of 1 (measured); the
initializer `lsuv`, which measures instead of assuming size 1, kept it within 8.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import Any

import torch
from torch import nn

from gradviz.nets.registry import layers

LARGEST = 1000.0
"""An activation that all but erases a normal signal cannot be made up for: beyond this, the gain is 1."""

_TORCHS = {
    "Sigmoid": ("sigmoid", None),
    "Tanh": ("tanh", None),
    "ReLU": ("relu", None),
    "LeakyReLU": ("leaky_relu", "negative_slope"),
    "PReLU": ("leaky_relu", "init"),
    "SELU": ("selu", None),
}
"""Our activations that torch has a gain for, torch's name of each, and the parameter that is its slope."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gain:
    """A gain, and the activation by torch's name where torch knows it; `slope` is a leaky ReLU's."""

    value: float
    nonlinearity: Any = None
    slope: float = 0.0


def torchs_gain(nonlinearity: Any, slope: float = 0.0) -> Gain:
    """The gain of an activation that torch has a gain for, by torch's name."""
    value = float(nn.init.calculate_gain(nonlinearity, slope))
    return Gain(value=value, nonlinearity=nonlinearity, slope=slope)


LINEAR = torchs_gain("linear")
"""Of a layer that no activation follows."""


def gain_of(kind: str, given: Mapping[str, Any]) -> Gain:
    """The gain of a registered activation with its complete parameters."""
    if kind in _TORCHS:
        name, slope = _TORCHS[kind]
        return torchs_gain(name, float(given[slope]) if slope else 0.0)
    return _computed(kind, tuple(given.items()))


@lru_cache(maxsize=256)
def _computed(kind: str, given: tuple[tuple[str, Any], ...]) -> Gain:
    """1 / √E[f(z)²], the mean taken by the trapezoidal rule over 48,000 steps from −12 to 12."""
    z = torch.linspace(-12, 12, 48_001, dtype=torch.float64).unsqueeze(1)
    with torch.no_grad(), torch.device("cpu"):
        values = layers[kind]((1,), **dict(given)).eval()(z)
    if values.shape != z.shape:
        return LINEAR
    density = torch.exp(-0.5 * z.square())
    mean_square = float((values.square() * density).sum() / density.sum())
    if not isfinite(mean_square) or mean_square < LARGEST**-2:
        return LINEAR
    return Gain(value=mean_square**-0.5)
