"""Clipping by value: every entry by itself, which bends the direction of the gradient."""

from __future__ import annotations

from math import sqrt

import torch
from torch import Tensor

from gradviz.probes.norms import exact_norms
from gradviz.training.clipping.method import THRESHOLD, Change, Fixed, Gradients, clips

_SURELY = 0.999
"""A norm of float32 sums that is below this share of the threshold is below the threshold."""


@clips.register("value", group="Clipping", doc="Every entry is cut to ± threshold", parameters=(THRESHOLD,))
class Value(Fixed):
    """Cuts every entry to [−threshold, threshold]; NaN stays NaN.

    With the rest r = g − c that was cut off, g·c = (g·g + c·c − r·r) / 2. On a CPU a tensor whose norm is
    below the threshold has no entry above it and is left alone.
    """

    def __init__(self, *, threshold: float) -> None:
        self._threshold = threshold

    def __call__(self, gradients: Gradients) -> Change:
        """Clip in place."""
        squares = gradients.squares()
        if isinstance(squares, Tensor):
            g_g, c_c, r_r = self._cut(gradients.tensors, gradients)
            return Change(g_g, c_c, ((g_g + c_c - r_r) / 2).sum())
        above = [i for i, square in enumerate(squares) if not sqrt(square) < _SURELY * self._threshold]
        clipped, dots = list(squares), list(squares)
        changed = False
        if above:
            parts = self._cut([gradients.tensors[i] for i in above], gradients)
            for i, g, c, r in zip(above, *(part.tolist() for part in parts), strict=True):
                if r != 0:
                    squares[i], clipped[i], dots[i], changed = g, c, (g + c - r) / 2, True
        return Change(squares, clipped, sum(dots)) if changed else Change(squares, squares)

    def _cut(self, tensors: list[Tensor], gradients: Gradients) -> tuple[Tensor, Tensor, Tensor]:
        """Clip; the squares of what was, of what is and of the rest between them."""
        rest = [tensor.clone() for tensor in tensors]
        before = _squares(tensors, gradients)
        torch._foreach_clamp_min_(tensors, -self._threshold)
        torch._foreach_clamp_max_(tensors, self._threshold)
        torch._foreach_sub_(rest, tensors)
        return before, _squares(tensors, gradients), _squares(rest, gradients)


def _squares(tensors: list[Tensor], gradients: Gradients) -> Tensor:
    if gradients.on_host:
        return torch.tensor(exact_norms(tensors), dtype=torch.float64).square_()
    return gradients.norms.on_device(tensors)
