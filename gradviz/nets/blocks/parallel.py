"""Parallel: several ways from one input, side by side, and their results made one.

Added they are the branches of ResNeXt (Xie et al. 2017), put beside each other those of Inception (Szegedy
et al. 2015) and DenseNet (Huang et al. 2017), multiplied a gate, as in squeeze-and-excitation (Hu et al.
2018). A branch that is the input itself is an Identity.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import torch
from torch import Tensor, nn

from gradviz.nets.blocks.channels import channel_dim
from gradviz.nets.plan import BlockPlan, Join
from gradviz.nets.registry import Shape, ShapeError, layers, shown
from gradviz.spec.registry import choice, integer


class Parallel(nn.Module):
    """The branches on the same input, in order, and their results combined.

    `dim` is where they are put beside each other, counted with the batch.
    """

    def __init__(self, branches: Iterable[nn.Module], combine: str, dim: int = 1) -> None:
        super().__init__()
        for index, branch in enumerate(branches):
            self.add_module(str(index), branch)
        self.combine = combine
        self.dim = dim

    def forward(self, x: Tensor) -> Tensor:
        """The sum, the product or the concatenation of what the branches make of `x`."""
        results = [branch(x) for branch in self.children()]
        if self.combine == "concatenation":
            return torch.cat(results, self.dim)
        whole: Tensor = results[0]
        for result in results[1:]:
            whole = whole + result if self.combine == "sum" else whole * result
        return whole


@layers.register(
    "Parallel",
    group="Block",
    doc="Each of its layers is a branch on the same input; their results are added, multiplied or joined.",
    parameters=(
        choice(
            "combine",
            "Add the branches, multiply them (a gate), or put their channels beside each other.",
            choices=("sum", "concatenation", "product"),
            default="sum",
        ),
        integer(
            "dim",
            "Where a concatenation puts them beside each other; 0 would be the batch, “channels” fits.",
            default="channels",
            minimum=1,
            maximum=8,
            choices=("channels",),
        ),
    ),
    body=True,
)
def parallel(shape: Shape, plan: BlockPlan, *, combine: str, dim: int | str) -> tuple[Shape, Join]:
    """Every layer of the body on `shape`; what they give must meet."""
    shapes = [plan.branch(index, shape, label=str(index)) for index in range(len(plan.specs))]
    along = channel_dim(shapes[0], plan.specs) if isinstance(dim, str) else dim
    branches = [f"branch {number} ({spec.kind})" for number, spec in enumerate(plan.specs, 1)]
    if combine == "concatenation":
        output = _beside_each_other(shapes, branches, along)
    else:
        output = _element_by_element(shapes, branches, combine)
    return output, partial(_side_by_side, combine=combine, dim=along)


def _side_by_side(modules: Mapping[str, nn.Module], *, combine: str, dim: int) -> Parallel:
    return Parallel(modules.values(), combine, dim)


def _beside_each_other(shapes: Sequence[Shape], branches: Sequence[str], dim: int) -> Shape:
    """All of one shape but for `dim`, where their sizes add up."""
    first = shapes[0]
    if dim > len(first):
        raise ShapeError(
            f"branches with a dimension {dim}, and {branches[0]} gives {shown(first)}, "
            f"whose last is {len(first)}: set dim to “channels”"
        )
    for branch, shape in zip(branches, shapes, strict=True):
        if len(shape) != len(first) or _without(shape, dim) != _without(first, dim):
            raise ShapeError(
                f"branches that differ in dimension {dim} alone to put them beside each other: "
                f"{branches[0]} gives {shown(first)}, {branch} gives {shown(shape)}: "
                f"make the other sizes of {branch} those of {branches[0]}"
            )
    return (*first[: dim - 1], sum(shape[dim - 1] for shape in shapes), *first[dim:])


def _element_by_element(shapes: Sequence[Shape], branches: Sequence[str], combine: str) -> Shape:
    """All of one shape; in a product, sizes of 1 stretch to those of the others."""
    output = shapes[0]
    for branch, shape in zip(branches, shapes, strict=True):
        stretched = _stretched(output, shape) if combine == "product" else None
        if stretched is None and shape != output:
            purpose = "multiply" if combine == "product" else "add"
            stretch = " (a size of 1 fits any)" if combine == "product" else ""
            raise ShapeError(
                f"branches of one shape{stretch} to {purpose} them: "
                f"{branches[0]} gives {shown(shapes[0])}, {branch} gives {shown(shape)}: "
                f"make them agree, or set combine to “concatenation”"
            )
        output = stretched or output
    return output


def _stretched(one: Shape, other: Shape) -> Shape | None:
    if len(one) != len(other) or any(a != b and 1 not in (a, b) for a, b in zip(one, other, strict=True)):
        return None
    return tuple(max(a, b) for a, b in zip(one, other, strict=True))


def _without(shape: Shape, dim: int) -> Shape:
    return (*shape[: dim - 1], *shape[dim:])
