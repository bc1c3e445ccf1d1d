"""Residual: a way for the gradient past the layers (He et al. 2015).

A residual block computes shortcut(x) + body(x); the slope of the identity is 1, so the gradient of the loss
reaches the block's input undamped by the body. Where the body changes the shape, W·x takes the identity's
place, a 1 × 1 convolution or a Linear without bias (equation 2 of the paper).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from gradviz.nets.plan import BlockPlan, Join
from gradviz.nets.registry import Shape, ShapeError, layers, shown
from gradviz.spec.registry import choice


class Residual(nn.Module):
    """shortcut(x) + body(x); no shortcut module is the identity. The shortcut runs first."""

    def __init__(self, body: nn.Module, shortcut: nn.Module | None = None) -> None:
        super().__init__()
        self.shortcut = shortcut
        self.body = body

    def forward(self, x: Tensor) -> Tensor:
        """Both ways, added; the shapes of `x` and of the result are those the block was planned with."""
        passed = x if self.shortcut is None else self.shortcut(x)
        added: Tensor = passed + self.body(x)
        return added


@layers.register(
    "Residual",
    group="Block",
    doc="Adds its input to what its layers make of it, so that the gradient has a way past them.",
    parameters=(
        choice(
            "shortcut",
            "What is added: the input itself, a learned projection of it, or “auto”: whichever fits.",
            choices=("auto", "identity", "projection"),
            default="auto",
        ),
    ),
    body=True,
)
def residual(shape: Shape, plan: BlockPlan, *, shortcut: str) -> tuple[Shape, Join]:
    """The body and its shortcut; under “auto” the identity wherever the shapes meet."""
    output = plan.body(shape, label="body")
    if shortcut == "identity" and output != shape:
        raise ShapeError(f"a body that gives the same shape, not {shown(output)}: set shortcut to “auto”")
    if shortcut == "projection" or output != shape:
        kind, given = _projection(shape, output)
        plan.layer_before(kind, shape, label="shortcut", **given)
    return output, _add


def _add(modules: Mapping[str, nn.Module]) -> Residual:
    return Residual(modules["body"], modules.get("shortcut"))


def _projection(shape: Shape, output: Shape) -> tuple[str, dict[str, Any]]:
    """The layer that makes `output` of `shape`: a 1 × 1 convolution for images, else a Linear."""
    if len(shape) == len(output) == 3:
        stride = [-(-before // after) for before, after in zip(shape[1:], output[1:], strict=True)]
        reached = [-(-before // step) for before, step in zip(shape[1:], stride, strict=True)]
        if tuple(reached) == output[1:]:
            return "Conv2d", {"out_channels": output[0], "kernel_size": 1, "stride": stride, "bias": False}
    if len(shape) == len(output) and shape[:-1] == output[:-1]:
        return "Linear", {"out_features": output[-1], "bias": False}
    raise ShapeError(
        f"a body whose output a projection can reach, not {shown(output)}: "
        "a 1 × 1 convolution changes the channels and divides height and width by a whole number, "
        "a Linear changes the last dimension; take out of the body what changes the rest"
    )
