"""Adaptive gradient clipping (Brock et al. 2021): a unit's gradient against the unit's own weights.

A step of length lr·‖g‖ is large or small only beside the weights that it changes. So each unit's gradient is
scaled to a norm of at most `clipping` · max(‖w‖, `eps`); `eps` lets units that start at zero learn.
"""

from __future__ import annotations

import torch

from gradviz.spec.registry import boolean, number
from gradviz.training.clipping.method import Change, Fixed, Gradients, clips
from gradviz.training.units import Units


@clips.register(
    "adaptive",
    group="Clipping",
    doc="Each unit’s gradient is scaled to at most a share of the norm of its weights (Brock et al. 2021)",
    parameters=(
        number("clipping", "Largest norm of a unit’s gradient over its weights’", default=0.01, above=0),
        number("eps", "The least that the norm of a unit’s weights counts as", default=1e-3, above=0),
        boolean("exclude_last", "Leave the last linear layer’s gradients alone", default=False),
    ),
)
class Adaptive(Fixed):
    """Scales the gradient of each unit by itself."""

    def __init__(self, *, clipping: float, eps: float = 1e-3, exclude_last: bool = False) -> None:
        self._clipping, self._eps, self._exclude_last = clipping, eps, exclude_last
        self._form: tuple[list[torch.Size], list[bool]] = ([], [])
        self._units: Units | None = None
        self._kept = torch.empty(0)

    def __call__(self, gradients: Gradients) -> Change:
        """Clip in place."""
        units = self._units_of(gradients)
        norms = units.norms(gradients.tensors)
        limits = units.norms(gradients.weights).clamp_(min=self._eps).mul_(self._clipping)
        factors = (limits / norms).clamp_(max=1.0)
        if self._exclude_last:
            factors = torch.where(self._kept, 1.0, factors)
        squares = norms.square()
        g_g = units.sums(squares)
        if gradients.on_host and bool((factors >= 1).all()):
            plain = g_g.tolist()
            return Change(plain, plain)
        g_c, c_c = units.sums(squares * factors), units.sums(squares * factors.square())
        if not gradients.on_host:
            units.scale(gradients.tensors, factors)
            return Change(g_g, c_c, g_c.sum())
        before, after = g_g.tolist(), c_c.tolist()
        units.scale(gradients.tensors, factors, [a != b for a, b in zip(before, after, strict=True)])
        return Change(before, after, float(g_c.sum()))

    def _units_of(self, gradients: Gradients) -> Units:
        form = ([tensor.shape for tensor in gradients.tensors], gradients.kept)
        if self._units is None or form != self._form:
            self._form, self._units = form, Units(gradients.tensors)
            self._kept = self._units.of_tensor(gradients.kept)
        return self._units
