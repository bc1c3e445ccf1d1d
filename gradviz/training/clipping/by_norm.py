"""Clipping by norm: each tensor by its own, or all together (Pascanu et al. 2013)."""

from __future__ import annotations

from gradviz.training.clipping.method import THRESHOLD, Change, Fixed, Gradients, clips
from gradviz.training.clipping.norms import P, scale_each, scale_together, tensor_norms, total_norm


@clips.register(
    "norm",
    group="Clipping",
    doc="Each tensor whose own norm is above the threshold is scaled down to it",
    parameters=(THRESHOLD, P),
)
class Norm(Fixed):
    """Scales each tensor to a norm of at most `threshold`, by itself."""

    def __init__(self, *, threshold: float, p: float | str = 2.0) -> None:
        self._threshold, self._p = threshold, float(p)

    def __call__(self, gradients: Gradients) -> Change:
        """Clip in place."""
        squares = gradients.scaling_squares()
        return scale_each(gradients, squares, tensor_norms(gradients, self._p, squares), self._threshold)


@clips.register(
    "global_norm",
    group="Clipping",
    doc="All gradients together are scaled so that their common norm is at most the threshold",
    parameters=(THRESHOLD, P),
)
class GlobalNorm(Fixed):
    """Scales all tensors by one factor, so that the norm over all entries is at most `threshold`."""

    def __init__(self, *, threshold: float, p: float | str = 2.0) -> None:
        self._threshold, self._p = threshold, float(p)

    def __call__(self, gradients: Gradients) -> Change:
        """Clip in place."""
        squares = gradients.scaling_squares()
        total = total_norm(tensor_norms(gradients, self._p, squares), self._p)
        return Change(*scale_together(gradients, squares, total, self._threshold))
