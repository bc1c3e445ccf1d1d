"""Clipping as a script has it: functions of the gradients, which change them in place.

They do what the engine's methods do, without the record of it.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor


def value(gradients: list[Tensor], threshold: float) -> None:
    """Cut every entry to [−threshold, threshold]; NaN stays NaN."""
    torch._foreach_clamp_min_(gradients, -threshold)
    torch._foreach_clamp_max_(gradients, threshold)


def norm(gradients: list[Tensor], threshold: float, p: float = 2.0) -> None:
    """Scale each tensor to a norm of at most `threshold`, by itself."""
    scales = torch.clamp(threshold / _norms(gradients, p, threshold), max=1.0)
    torch._foreach_mul_(gradients, _for_each(scales, gradients))


def global_norm(gradients: list[Tensor], threshold: float, p: float = 2.0) -> None:
    """Scale all tensors by one factor, so that the norm over all entries is at most `threshold`."""
    total = torch.linalg.vector_norm(_norms(gradients, p, threshold), p)
    scale = torch.clamp(threshold / total, max=1.0)
    torch._foreach_mul_(gradients, scale.to(gradients[0].dtype))


def _norms(gradients: list[Tensor], p: float, threshold: float) -> Tensor:
    """The norm of each tensor, float64 `[tensors]`, on the gradients' device.

    On a CPU float32 is tried first, since float64 costs a tenth of a small network's step; on CUDA
    looking at the result would wait for the device, and there float64 sums cost nothing. A norm too small
    for float32 comes out as 0 there, which only matters below a threshold that nobody means.
    """
    if gradients[0].is_cpu and p <= 2 and threshold >= 1e-15:
        norms = torch.stack(torch._foreach_norm(gradients, p)).double()  # noqa: SLF001 - not public yet
        if math.isfinite(float(norms.sum())):
            return norms
    return torch.stack(torch._foreach_norm(gradients, p, dtype=torch.float64))  # noqa: SLF001


def _for_each(scales: Tensor, gradients: list[Tensor]) -> list[Tensor]:
    return list(scales.to(gradients[0].dtype).unbind())
