"""L1 and L2: l1·Σ|w| + l2·Σw² added to the loss, over weights but not over biases or normalisations.

What training feels of a penalty is its gradient, l1·sign(w) + 2·l2·w, which is added right after the
backward pass by one fused call each: the same update as through autograd, for a small part of the cost.
The recorded loss stays the data's, so that training and validation can be compared.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn

from gradviz.spec.experiment import RegularizationSpec


class Penalty:
    """The penalty of one network; weights are its parameters of two dimensions or more."""

    def __init__(self, spec: RegularizationSpec, parameters: Iterable[nn.Parameter]) -> None:
        self._l1, self._l2 = spec.l1, spec.l2
        wanted = bool(spec.l1 or spec.l2)
        self._weights = [p for p in parameters if wanted and p.requires_grad and p.dim() >= 2]

    @torch.no_grad()
    def add_gradient(self) -> None:
        """Add the penalty's gradient to the gradients of the weights."""
        weights, gradients = [], []
        for weight in self._weights:
            if not weight.requires_grad:
                continue  # frozen
            if weight.grad is None:
                weight.grad = torch.zeros_like(weight)
            weights.append(weight.detach())
            gradients.append(weight.grad)
        if not weights:
            return
        if self._l1:
            signs = list(torch._foreach_sign(weights))  # noqa: SLF001 - not public yet
            torch._foreach_add_(gradients, signs, alpha=self._l1)
        if self._l2:
            torch._foreach_add_(gradients, weights, alpha=2 * self._l2)
