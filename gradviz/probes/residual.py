"""A residual block y = s(x) + f(x): what its branch and its skip each contribute to the gradient at x.

With δ the gradient of the loss, δ_x = J_sᵀδ_y + J_fᵀδ_y. The branch's own gain is ‖J_fᵀδ_y‖ / ‖δ_y‖, the
factor that the skip brings ‖δ_x‖ / ‖J_fᵀδ_y‖, and the skip's share of δ_x is ⟨J_sᵀδ_y, δ_x⟩ / ‖δ_x‖²; the
branch's share is the rest to 1. A branch that is zero has a skip factor of Inf and leaves the skip's share,
1, to stand alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from gradviz.probes.hooks import Hooks
from gradviz.probes.passage import Edge, edges_of, follow, tensors_in
from gradviz.records.writer import RunWriter

BLOCK_QUANTITIES = ("branch_gain", "skip_factor", "skip_share")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ResidualBlock:
    """A module that computes skip(x) + branch(x), and where in it the parts end.

    `branch_end` gives f(x), `skip_end` s(x) (None: x itself), `activation` takes the sum (None: the sum is
    what the module gives). `label` is its qualified name, `layers` the indices of its layers in network
    order, `shortcut` those of them that are on the skip.
    """

    name: str
    label: str
    module: nn.Module
    branch_end: nn.Module
    skip_end: nn.Module | None = None
    activation: nn.Module | None = None
    path: tuple[int, ...] = ()
    layers: tuple[int, ...] = ()
    shortcut: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Join:
    """A module whose layers stand side by side: one factor, whatever is inside; its fields are a block's."""

    name: str
    label: str
    module: nn.Module
    path: tuple[int, ...] = ()
    layers: tuple[int, ...] = ()


def tell_joins(joins: Sequence[Join], writer: RunWriter) -> None:
    """Write the event “joins” at step 0, whose lists name the entries of “join_gain”, in order."""
    writer.event(
        0,
        "joins",
        names=[join.name for join in joins],
        modules=[join.label for join in joins],
        paths=[join.path for join in joins],
        layers=[join.layers for join in joins],
    )


def tell_blocks(blocks: Sequence[ResidualBlock], writer: RunWriter) -> None:
    """Write the event “blocks” at step 0, whose lists name the entries of BLOCK_QUANTITIES, in order."""
    writer.event(
        0,
        "blocks",
        names=[block.name for block in blocks],
        modules=[block.label for block in blocks],
        paths=[block.path for block in blocks],
        layers=[block.layers for block in blocks],
        shortcuts=[block.shortcut for block in blocks],
    )


class BlockGradients:
    """Watches one block in one pass; of several calls the last one forward counts."""

    def __init__(self, block: ResidualBlock, hooks: Hooks) -> None:
        self.values: Tensor | None = None
        """`[3]` as BLOCK_QUANTITIES, float64 where the gradients lie; None where no gradient reaches x."""
        self._hooks = hooks
        self._x: list[Edge] = []
        self._ends: dict[str, list[Edge]] = {}
        self._parts: dict[str, Tensor | None] = {}
        hooks.before(block.module, self._enter)
        hooks.after(block.branch_end, partial(self._leave, "branch"))
        if block.skip_end is not None:
            hooks.after(block.skip_end, partial(self._leave, "skip"))
        if block.activation is None:
            hooks.after(block.module, self._add)
        else:
            hooks.before(block.activation, self._add)

    def _enter(self, arguments: Any) -> None:
        self._x, self._ends = edges_of(arguments)[:1], {}
        self._parts, self.values = {}, None

    def _leave(self, part: str, result: Any) -> None:
        self._ends[part] = edges_of(result)

    def _add(self, value: Any) -> None:
        total = next(tensors_in(value), None)
        if total is None or not total.requires_grad or not self._x:
            return
        parts = self._parts
        self._hooks.on_gradient(total, partial(self._take_whole, parts))
        for part in ("skip", "branch"):
            ends = self._ends.get(part, self._x)
            if self._x[0] in ends:
                parts[part] = None  # x itself: all that arrives at y
            else:
                follow(ends, self._x, partial(self._take, parts, part), self._hooks)

    def _take_whole(self, parts: dict[str, Tensor | None], gradient: Tensor) -> None:
        parts["sum"] = gradient.detach().double()
        self._complete(parts)

    def _take(self, parts: dict[str, Tensor | None], part: str, gradients: list[Tensor]) -> None:
        parts[part] = gradients[0].detach().double() if gradients else torch.empty(0)
        self._complete(parts)

    def _complete(self, parts: dict[str, Tensor | None]) -> None:
        if parts is not self._parts or len(parts) < 3:
            return
        whole = parts["sum"]
        if whole is None:
            return
        skip, branch = (_share_of(whole, parts[part]) for part in ("skip", "branch"))
        both = skip + branch
        of_sum, of_branch, of_both = (torch.linalg.vector_norm(part) for part in (whole, branch, both))
        # each divided by the norm first: squares of tiny gradients would leave the range
        share = (skip / of_both * (both / of_both)).sum()
        self.values = torch.stack([of_branch / of_sum, of_both / of_branch, share])
        parts.clear()
        self._parts = {}


def _share_of(whole: Tensor, part: Tensor | None) -> Tensor:
    """What came: all of it through the input itself (None), nothing (an empty tensor), or what there is."""
    if part is None:
        return whole
    return part if part.numel() else whole.new_zeros(())
