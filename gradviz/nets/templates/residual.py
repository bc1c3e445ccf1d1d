"""Stages of residual blocks, which several families are made of.

The first block of a stage may shrink the image and change the channels, and then has a shortcut that does so
too; the rounds after it are all alike and stand in a Repeat.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradviz.nets.templates.registry import Tree
from gradviz.nets.templates.tree import Style, layer, repeat
from gradviz.spec.experiment import LayerSpec


def projection(style: Style) -> str:
    """The learned shortcut of a style: normalised like everything else where that is over the batch."""
    return "projection_norm" if style.normalization == "BatchNorm2d" else "projection"


def block(body: Sequence[LayerSpec], style: Style, *, residual: bool, shortcut: str | None = None) -> Tree:
    """A body, its shortcut (None: the identity) and the activation after the sum.

    Without `residual` it is the plain layers.
    """
    if not residual:
        return (*body, style.act())
    way: dict[str, Any] = {} if shortcut is None else {"shortcut": shortcut}
    return (layer("Residual", *body, activation=style.activation, **way),)


def basic_stage(
    channels: int, times: int, *, stride: int, style: Style, residual: bool, shortcut: str | None
) -> Tree:
    """`times` blocks of two 3 × 3 convolutions, the first with `stride` and `shortcut`."""

    def basic(step: int, way: str | None) -> Tree:
        body = (*style.active(channels, 3, stride=step), *style.convolution(channels, 3))
        return block(body, style, residual=residual, shortcut=way)

    if stride == 1 and shortcut is None:
        return repeat(times, *basic(1, None))
    return (*basic(stride, shortcut), *repeat(times - 1, *basic(1, None)))
