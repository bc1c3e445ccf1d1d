"""Stages of residual blocks, which several families are made of.

The first block of a stage may shrink the image and change the channels, and then has a shortcut that does so
too; the rounds after it are all alike and stand in a Repeat.
"""

from __future__ import annotations

from typing import Any

from gradviz.nets.blocks.parts import Style
from gradviz.nets.blocks.parts import residual as residual_part
from gradviz.nets.templates.registry import Tree
from gradviz.nets.templates.tree import layer, repeat
from gradviz.spec.experiment import LayerSpec


def projection(style: Style) -> str:
    """The learned shortcut of a style: normalised like everything else where that is over the batch."""
    return "projection_norm" if style.normalization == "BatchNorm2d" else "projection"


def basic_stage(
    channels: int, times: int, *, stride: int, style: Style, residual: bool, shortcut: str | None
) -> Tree:
    """`times` blocks of two 3 × 3 convolutions, the first with `stride` and `shortcut` (None: the identity).

    The activation comes after the sum; without `residual` there is none and they are plain layers.
    """

    def basic(step: int, way: str | None) -> Tree:
        body = (*style.active(channels, 3, stride=step), *style.convolution(channels, 3))
        if not residual:
            return (*body, *style.act())
        given: dict[str, Any] = {} if way is None else {"shortcut": way}
        return (residual_part(*body, activation=style.activation, **given),)

    return stage(basic(stride, shortcut), basic(1, None), times)


def bottleneck_stage(
    channels: int, times: int, *, stride: int, style: Style, residual: bool, groups: int, width_per_group: int
) -> Tree:
    """`times` bottlenecks that give `channels`, the first with `stride`; the block knows its shortcut."""

    def bottleneck(step: int) -> LayerSpec:
        return layer(
            "Bottleneck",
            out_channels=channels,
            stride=None if step == 1 else step,
            groups=None if groups == 1 else groups,
            width_per_group=None if width_per_group == 64 else width_per_group,
            **styled(style, activation="ReLU"),
            residual=None if residual else False,
        )

    return stage((bottleneck(stride),), (bottleneck(1),), times)


def styled(style: Style, *, activation: str) -> dict[str, Any]:
    """The style as parameters of a composed block whose own activation is `activation`."""
    given: dict[str, Any] = {} if style.activation == activation else {"activation": style.activation}
    return given | ({} if style.normalization == "BatchNorm2d" else {"normalization": style.normalization})


def stage(first: Tree, others: Tree, times: int) -> Tree:
    """A stage of `times` blocks, in one Repeat where the first is like the others."""
    return repeat(times, *others) if first == others else (*first, *repeat(times - 1, *others))
