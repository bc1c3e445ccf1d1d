"""Layers one after the other: Sequential, a group of them, and Repeat, which makes a net deep."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

from torch import nn

from gradviz.nets.plan import BlockPlan, Join, only
from gradviz.nets.registry import Shape, layers
from gradviz.spec.registry import integer


@layers.register(
    "Sequential",
    group="Block",
    doc="Its layers one after the other, as one part: a group to fold, name, copy and start alike.",
    body=True,
)
def sequential(shape: Shape, plan: BlockPlan) -> tuple[Shape, Join]:
    """The body, as it is."""
    return plan.body(shape, label=""), only


@layers.register(
    "Repeat",
    group="Block",
    doc="Its layers over and over, each round with weights of its own: the depth of a net.",
    parameters=(integer("times", "How many rounds.", minimum=1, maximum=10_000),),
    body=True,
)
def repeat(shape: Shape, plan: BlockPlan, *, times: int) -> tuple[Shape, Join]:
    """`times` copies of the body in a row."""
    for iteration in range(times):
        shape = plan.body(shape, label=str(iteration), round=iteration)
    return shape, in_a_row


def in_a_row(modules: Mapping[str, nn.Module]) -> nn.Sequential:
    """The modules one after the other, under their labels."""
    return nn.Sequential(OrderedDict(modules))
