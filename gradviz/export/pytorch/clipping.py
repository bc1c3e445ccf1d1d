"""Clipping as a script has it: functions of the gradients, which change them in place.

They do what the engine's methods do, without the record of it.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn


def value(gradients: list[Tensor], threshold: float) -> None:
    """Cut every entry to [−threshold, threshold]; NaN stays NaN."""
    torch._foreach_clamp_min_(gradients, -threshold)
    torch._foreach_clamp_max_(gradients, threshold)


def norm(gradients: list[Tensor], threshold: float, p: float = 2.0) -> None:
    """Scale each tensor to a norm of at most `threshold`, by itself."""
    scales = torch.clamp(threshold / _norms(gradients, p), max=1.0)
    torch._foreach_mul_(gradients, list(scales.to(gradients[0].dtype).unbind()))


def global_norm(gradients: list[Tensor], threshold: float, p: float = 2.0) -> None:
    """Scale all tensors by one factor, so that the norm over all entries is at most `threshold`."""
    scale = torch.clamp(threshold / _norms([_norms(gradients, p)], p), max=1.0)
    torch._foreach_mul_(gradients, scale[0].to(gradients[0].dtype))


def adaptive(parameters: list[nn.Parameter], clipping: float, eps: float) -> None:
    """Scale each unit's gradient to `clipping` of the norm of its weights at most (Brock et al. 2021)."""
    for parameter in parameters:
        gradient: Tensor = parameter.grad  # type: ignore[assignment]
        limits = clipping * _unit_norms(parameter).clamp(min=eps)
        factors = torch.clamp(limits / _unit_norms(gradient), max=1.0).to(gradient.dtype)
        gradient.mul_(factors.view(-1, *[1] * (parameter.dim() - 1)) if parameter.dim() else factors[0])


def percentile(
    gradients: list[Tensor], norms: list[float], percent: float, window: int | None = None
) -> None:
    """Scale all to a percentile of the norms so far, which `norms` keeps (Seetharaman et al. 2020)."""
    now = float(_norms([_norms(gradients, 2.0)], 2.0))
    if math.isfinite(now):
        norms.append(now)
    if window is not None:
        del norms[:-window]
    threshold = float(np.percentile(norms, percent)) if norms else math.inf
    if not now <= threshold:
        torch._foreach_mul_(gradients, threshold / now)


def _norms(tensors: list[Tensor], p: float) -> Tensor:
    """The norm of each tensor, float64 `[tensors]`: float32 loses squares below 1e-45 and above 1e38."""
    if p == 2 and tensors[0].dtype == torch.float32 and tensors[0].is_cpu:  # float64 is slow there
        norms = torch.stack(torch._foreach_norm(tensors, p)).double()  # noqa: SLF001 - not public yet
        least = 1e-18 * math.sqrt(max(tensor.numel() for tensor in tensors))
        for i in (~((norms >= least) & (norms <= 1e18))).nonzero().flatten().tolist():
            norms[i] = torch.linalg.vector_norm(tensors[i], dtype=torch.float64)
        return norms
    if p <= 8:
        return torch.stack(torch._foreach_norm(tensors, p, dtype=torch.float64))  # noqa: SLF001 - not public yet
    most = torch.stack([tensor.abs().max() for tensor in tensors]).double()  # or high powers overflow
    most = torch.where((most > 0) & most.isfinite(), most, 1.0)
    scaled = [tensor / divisor for tensor, divisor in zip(tensors, most, strict=True)]
    return torch.stack([torch.linalg.vector_norm(part, p, dtype=torch.float64) for part in scaled]) * most


def _unit_norms(tensor: Tensor) -> Tensor:
    """The norm of each row, what goes into one unit; a tensor of one dimension is one unit."""
    rows = tensor.detach().flatten(1) if tensor.dim() > 1 else tensor.detach().reshape(1, -1)
    norms: Tensor = torch.linalg.vector_norm(rows, dim=1, dtype=torch.float64)
    return norms
