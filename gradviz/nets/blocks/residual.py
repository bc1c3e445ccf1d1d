"""Residual: a way for the gradient past the layers (He et al. 2015).

A residual block computes shortcut(x) + body(x); the slope of the identity is 1, so the gradient of the loss
reaches the block's input undamped by the body.
"""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from gradviz.nets.blocks import branch  # noqa: F401  - the layers a branch may carry
from gradviz.nets.blocks.channels import channel_dim
from gradviz.nets.blocks.knobs import BRANCH_SCALE, NONE, SCALE_INIT, STOCHASTIC_DEPTH, activation
from gradviz.nets.blocks.shortcut import SHORTCUT, plan_shortcut
from gradviz.nets.measure import NUMBERS
from gradviz.nets.plan import BlockPlan, Join
from gradviz.nets.registry import Shape, ShapeError, Tokens, layers
from gradviz.spec.registry import choice


class Residual(nn.Module):
    """shortcut(x) + body(x); no shortcut module is the identity. The shortcut runs first.

    `preactivation` comes before the body alone, `scale` and `drop` after it, and `activation` after the sum.
    """

    def __init__(
        self,
        body: nn.Module,
        shortcut: nn.Module | None = None,
        *,
        shortcut_norm: nn.Module | None = None,
        preactivation: nn.Module | None = None,
        scale: nn.Module | None = None,
        drop: nn.Module | None = None,
        activation: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.shortcut = shortcut
        self.shortcut_norm = shortcut_norm
        self.preactivation = preactivation
        self.body = body
        self.scale = scale
        self.drop = drop
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        """Both ways, added; the shapes of `x` and of the result are those the block was planned with."""
        passed = _through(x, self.shortcut, self.shortcut_norm)
        added = passed + _through(x, self.preactivation, self.body, self.scale, self.drop)
        return _through(added, self.activation)


@layers.register(
    "Residual",
    group="Block",
    doc="Adds its input to what its layers make of it, so that the gradient has a way past them.",
    parameters=(
        SHORTCUT,
        BRANCH_SCALE,
        SCALE_INIT,
        activation(NONE, "An activation of the block's own."),
        choice(
            "activation_place",
            "Whether it is applied to the sum, or before the layers alone (pre-activation, He et al. 2016).",
            choices=("after", "before"),
            default="after",
        ),
        STOCHASTIC_DEPTH,
    ),
    body=True,
)
def residual(
    shape: Shape,
    plan: BlockPlan,
    *,
    shortcut: str,
    branch_scale: str,
    scale_init: float | None,
    activation: str,
    activation_place: str,
    stochastic_depth: float,
) -> tuple[Shape, Join]:
    """The body, what it carries, and its shortcut; under “auto” the identity wherever the shapes meet."""
    if isinstance(shape, Tokens):
        raise ShapeError(NUMBERS)
    inner = shape
    if activation != NONE and activation_place == "before":
        inner = plan.layer(activation, shape, label="preactivation")
    output = plan.body(inner, label="body")
    if branch_scale != NONE:
        _scale(plan, output, branch_scale, scale_init)
    if stochastic_depth:
        plan.layer("StochasticDepth", output, label="drop", p=stochastic_depth)
    if activation != NONE and activation_place == "after":
        plan.layer(activation, output, label="activation")
    plan_shortcut(plan, shape, output, shortcut)
    return output, _add


def _scale(plan: BlockPlan, output: Shape, branch_scale: str, init: float | None) -> None:
    start = {} if init is None else {"init": init}
    if branch_scale == "rezero":
        plan.layer("ReZero", output, label="scale", **start)
    else:
        plan.layer("LayerScale", output, label="scale", dim=channel_dim(output, plan.specs), **start)


def _add(modules: Mapping[str, nn.Module]) -> Residual:
    return Residual(**modules)


def _through(x: Tensor, *modules: nn.Module | None) -> Tensor:
    for module in modules:
        if module is not None:
            x = module(x)
    return x
