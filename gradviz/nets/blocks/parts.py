"""Layers written short, for the blocks that stand for several; defaults are left out, as in a file.

A `Style` is what follows every convolution of a block: which normalisation and which activation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from gradviz.nets.blocks.knobs import NONE
from gradviz.spec.experiment import LayerSpec

Parts = tuple[LayerSpec, ...]
Stride = int | tuple[int, int]

MOST_GROUPS = 32
"""Groups of a GroupNorm, as its paper sets them (Wu & He 2018), or as many as the channels share with it."""
EPS = 1e-5
MOMENTUM = 0.1


def part(kind: str, *body: LayerSpec, **parameters: Any) -> LayerSpec:
    """One layer, or a block around `body`."""
    return LayerSpec(kind=kind, parameters=parameters, body=body)


def dropout(p: float) -> Parts:
    """A Dropout, or nothing where nothing is dropped."""
    return (part("Dropout", p=p),) if p else ()


def residual(
    *body: LayerSpec, stochastic_depth: float = 0.0, activation: str = NONE, **parameters: Any
) -> LayerSpec:
    """A Residual around `body`; what says “none” is left out."""
    given = dict(parameters)
    if activation != NONE:
        given["activation"] = activation
    if stochastic_depth:
        given["stochastic_depth"] = stochastic_depth
    return part("Residual", *body, **given)


def convolution(
    channels: int, kernel: int, *, stride: Stride = 1, groups: int = 1, bias: bool = True
) -> LayerSpec:
    """A Conv2d that keeps the size of its image but for the stride."""
    given: dict[str, Any] = {"out_channels": channels, "kernel_size": kernel}
    given |= {"stride": stride if isinstance(stride, int) else list(stride)} if stride != 1 else {}
    given |= {"padding": kernel // 2} if kernel > 1 else {}
    given |= {"groups": groups} if groups != 1 else {}
    given |= {"bias": False} if not bias else {}
    return part("Conv2d", **given)


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """A normalisation and an activation, either may be “none”; eps and momentum are the normalisation's."""

    normalization: str
    activation: str
    eps: float = EPS
    momentum: float = MOMENTUM

    def bare(self, channels: int, kernel: int, *, stride: Stride = 1, groups: int = 1) -> Parts:
        """A convolution alone, whose bias a normalisation makes superfluous."""
        bias = self.normalization == NONE
        return (convolution(channels, kernel, stride=stride, groups=groups, bias=bias),)

    def convolution(self, channels: int, kernel: int, *, stride: Stride = 1, groups: int = 1) -> Parts:
        """A convolution and its normalisation."""
        return (*self.bare(channels, kernel, stride=stride, groups=groups), *self.norm(channels))

    def active(self, channels: int, kernel: int, *, stride: Stride = 1, groups: int = 1) -> Parts:
        """A convolution, its normalisation and the activation."""
        return (*self.convolution(channels, kernel, stride=stride, groups=groups), *self.act())

    def norm(self, channels: int) -> Parts:
        """The normalisation of an image of so many channels."""
        if self.normalization == NONE:
            return ()
        given: dict[str, Any] = {}
        if self.normalization == "GroupNorm":
            given["num_groups"] = math.gcd(MOST_GROUPS, channels)
        if self.normalization == "InstanceNorm2d":
            given["affine"] = True
        given |= {"eps": self.eps} if self.eps != EPS else {}
        if self.momentum != MOMENTUM and self.normalization != "GroupNorm":
            given["momentum"] = self.momentum
        return (part(self.normalization, **given),)

    def act(self) -> Parts:
        """The activation."""
        return () if self.activation == NONE else (part(self.activation),)
