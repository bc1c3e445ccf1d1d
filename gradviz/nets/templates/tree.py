"""Layer trees written short: a layer, a convolution with its normalisation, a Repeat.

Everything comes out as a person would have written it in a file: defaults are left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from gradviz.nets.templates.registry import Tree
from gradviz.spec.experiment import InitializerSpec, LayerSpec

MOST_GROUPS = 32
"""Groups of a GroupNorm, as its paper sets them (Wu & He 2018), or as many as the channels share with it."""


def layer(
    kind: str,
    *body: LayerSpec,
    name: str | None = None,
    initializer: InitializerSpec | None = None,
    **parameters: Any,
) -> LayerSpec:
    """One layer, or a block around `body`."""
    return LayerSpec(kind=kind, name=name, parameters=parameters, initializer=initializer, body=body)


def convolution(
    channels: int,
    kernel: int,
    *,
    stride: int = 1,
    groups: int = 1,
    padding: int | None = None,
    bias: bool = True,
) -> LayerSpec:
    """A Conv2d that keeps the size of its image but for the stride, unless `padding` says otherwise."""
    around = kernel // 2 if padding is None else padding
    given: dict[str, Any] = {"out_channels": channels, "kernel_size": kernel}
    given |= {"stride": stride} if stride != 1 else {}
    given |= {"padding": around} if around else {}
    given |= {"groups": groups} if groups != 1 else {}
    given |= {"bias": False} if not bias else {}
    return layer("Conv2d", **given)


def repeat(times: int, *body: LayerSpec) -> Tree:
    """`body` so many times: a Repeat, or where it is not worth one, the layers themselves or none."""
    if times < 2:
        return body * times
    return (layer("Repeat", *body, times=times),)


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """What follows a convolution: a normalisation (“none”: none) and an activation."""

    normalization: str
    activation: str

    def convolution(self, channels: int, kernel: int, *, stride: int = 1, groups: int = 1) -> Tree:
        """A convolution and its normalisation, which makes a bias of its own superfluous."""
        bias = self.normalization == "none"
        return (convolution(channels, kernel, stride=stride, groups=groups, bias=bias), *self.norm(channels))

    def active(self, channels: int, kernel: int, *, stride: int = 1, groups: int = 1) -> Tree:
        """A convolution, its normalisation and the activation."""
        return (*self.convolution(channels, kernel, stride=stride, groups=groups), self.act())

    def norm(self, channels: int) -> Tree:
        """The normalisation of an image of so many channels."""
        if self.normalization == "none":
            return ()
        given: dict[str, Any] = {}
        if self.normalization == "GroupNorm":
            given["num_groups"] = math.gcd(MOST_GROUPS, channels)
        if self.normalization == "InstanceNorm2d":
            given["affine"] = True
        return (layer(self.normalization, **given),)

    def act(self) -> LayerSpec:
        """The activation."""
        return layer(self.activation)


def classifier(*, dropout: float = 0.0, initializer: InitializerSpec | None = None) -> Tree:
    """The end of most image networks: the mean over each channel, and one Linear."""
    return (
        layer("AdaptiveAvgPool2d", output_size=1),
        layer("Flatten"),
        *((layer("Dropout", p=dropout),) if dropout else ()),
        layer("Linear", out_features="classes", initializer=initializer),
    )
