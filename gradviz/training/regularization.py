"""L1 and L2: l1·Σ|w| + l2·Σw² added to the loss, over weights but not over biases or normalisations.

What training feels of a penalty is its gradient, l1·sign(w) + 2·l2·w, which is added right after the
backward pass by one fused call each: the same update as through autograd, for a small part of the cost.
The recorded loss stays the data's, so that training and validation can be compared. How much the penalty
pulls beside the data is the ratio of the two gradients' norms.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, nan, sqrt
from time import perf_counter

import torch
from torch import Tensor, nn

from gradviz.probes.groups import parameters_by_layer
from gradviz.probes.norms import LayerNorms
from gradviz.records.layer import LayerInfo
from gradviz.spec.experiment import RegularizationSpec
from gradviz.spec.layer_patterns import matches
from gradviz.training.layer_patterns import need_match

PENALTY_RATIO = "penalty_ratio"
"""‖∇penalty‖ / ‖∇loss‖ of a step."""

_NORMALISATIONS = (
    nn.modules.batchnorm._NormBase,  # noqa: SLF001 - what batch and instance normalisation have in common
    nn.LayerNorm,
    nn.GroupNorm,
    nn.RMSNorm,
)


class Penalty:
    """The penalty of one network, added to the gradients of its weights."""

    def __init__(self, spec: RegularizationSpec, model: nn.Module, layers: Sequence[LayerInfo]) -> None:
        self._l1, self._l2 = spec.l1, spec.l2
        wanted = bool(spec.l1 or spec.l2)
        weights = penalised(spec, model, layers, biases=spec.biases) if wanted else []
        self._weights = [(weight, weight.detach()) for weight in weights]
        self.seconds = 0.0
        """What measuring the ratio took in the last step."""
        self._everything = list(model.parameters()) if wanted else []
        self._norms = LayerNorms([[parameter.numel()] for parameter in self._everything])
        self._on_host = all(parameter.is_cpu for parameter in self._everything)

    def __bool__(self) -> bool:
        """Whether there is anything to penalise."""
        return bool(self._weights)

    @torch.no_grad()
    def add_gradient(self) -> float | Tensor | None:
        """Add the penalty's gradient to the gradients of the weights; the “penalty_ratio” of this step.

        None where there is no penalty. The ratio is a float on a CPU and a tensor on CUDA, Inf where only the
        penalty has a gradient, NaN where neither has one or one is not a number.
        """
        learning = [pair for pair in self._weights if pair[0].requires_grad]
        if not learning:
            return None
        self.seconds = 0.0
        of_loss = self._norm([p.grad for p in self._everything if p.grad is not None])
        gradients = []
        for weight, values in learning:
            if weight.grad is None:
                weight.grad = torch.zeros_like(values)
            gradients.append(weight.grad)
        return _ratio(self._add([values for _, values in learning], gradients), of_loss)

    def _add(self, weights: list[Tensor], gradients: list[Tensor]) -> float | Tensor:
        """Add to `gradients`; the norm of what was added."""
        if not self._l1:
            torch._foreach_add_(gradients, weights, alpha=2 * self._l2)
            return 2 * self._l2 * self._norm(weights)
        added = list(torch._foreach_sign(weights))  # noqa: SLF001 - not public yet
        torch._foreach_mul_(added, self._l1)
        if self._l2:
            torch._foreach_add_(added, weights, alpha=2 * self._l2)
        torch._foreach_add_(gradients, added)
        return self._norm(added)

    def _norm(self, tensors: Sequence[Tensor]) -> float | Tensor:
        start = perf_counter()
        norm: float | Tensor
        if self._on_host:
            norm = sqrt(sum(self._norms.on_host(tensors)[0]))
        else:
            norm = self._norms.on_device(tensors).sum().sqrt()
        self.seconds += perf_counter() - start
        return norm


def penalised(
    spec: RegularizationSpec, model: nn.Module, layers: Sequence[LayerInfo], *, biases: bool
) -> list[nn.Parameter]:
    """The weights that penalties are over: matrices and kernels, of layers that are not excluded.

    With `biases` also what has one dimension (biases, scales, shifts) and what belongs to a normalisation.
    """
    normalising = {
        id(parameter)
        for module in model.modules()
        if isinstance(module, _NORMALISATIONS)
        for parameter in module.parameters()
    }
    found: dict[int, nn.Parameter] = {}
    for layer, parameters in zip(layers, parameters_by_layer(model, layers), strict=True):
        if any(matches(pattern, layer.name) for pattern in spec.exclude):
            continue
        for parameter in parameters:
            if biases or (parameter.dim() >= 2 and id(parameter) not in normalising):
                found[id(parameter)] = parameter
    return list(found.values())


def check_penalties(layers: Sequence[LayerInfo], spec: RegularizationSpec) -> None:
    """Raise SpecError for a pattern that excludes nothing."""
    for index, pattern in enumerate(spec.exclude):
        need_match(pattern, layers, ("regularization", "exclude", index))


def _ratio(penalty: float | Tensor, loss: float | Tensor) -> float | Tensor:
    if isinstance(loss, Tensor):
        return torch.as_tensor(penalty) / loss
    if loss == 0:
        return inf if penalty > 0 else nan
    return penalty / loss
