"""Max-norm (Srebro & Shraibman 2005, with dropout: Srivastava et al. 2014): a ball that weights stay in.

After each update the weights into a unit whose norm is above the limit are scaled back to it. Large steps
then cannot blow weights up, whatever the learning rate.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from gradviz.records.layer import LayerInfo
from gradviz.spec.experiment import RegularizationSpec
from gradviz.training.regularization import penalised
from gradviz.training.units import Units


class MaxNorm:
    """Limits the rows of the weights of one network; biases and normalisations have no units to limit."""

    def __init__(self, spec: RegularizationSpec, model: nn.Module, layers: Sequence[LayerInfo]) -> None:
        self._limit = spec.max_norm
        self._weights = penalised(spec, model, layers, biases=False)
        self._units = Units(self._weights) if self._weights else None
        self._on_host = all(weight.is_cpu for weight in self._weights)

    @torch.no_grad()
    def __call__(self, _step: int = 0) -> None:
        """Scale back what is too long. Frozen weights stay as they are; NaN stays NaN."""
        if self._units is None or self._limit is None:
            return
        weights = [weight.detach() for weight in self._weights]
        norms = self._units.norms(weights)
        if self._on_host and bool((norms <= self._limit).all()):
            return
        learn = [weight.requires_grad for weight in self._weights]
        self._units.scale(weights, (self._limit / norms).clamp_(max=1.0), learn)
