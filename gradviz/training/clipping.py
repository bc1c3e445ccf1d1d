"""The registry of gradient clipping: by value, by each tensor's norm, by the norm of all together.

All write the gradients in place with fused calls, and none waits for a CUDA device. Norms are those of
the gradients even where their squares leave float32's range: torch's own `clip_grad_norm_` sees Inf
there and sets every gradient to zero. NaN and Inf in a gradient stay visible in the result.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from gradviz.spec.experiment import ClipSpec
from gradviz.spec.registry import Registry, number

Clip = Callable[[list[Tensor]], None]
"""Clips the gradients it is given, in place."""

clips: Registry[Callable[..., None]] = Registry("clipping method")

_THRESHOLD = number("threshold", "Largest norm or value that passes unchanged", default=1.0, above=0)
_P = number("p", "Which norm: 1 the sum of magnitudes, 2 the Euclidean", default=2.0, minimum=1, maximum=8)


def build_clip(spec: ClipSpec) -> Clip:
    """The clipping that `spec` names, ready to be called with gradients."""
    method = clips[spec.method]
    given = clips.entry(spec.method).complete(spec.parameters)

    def clip(gradients: list[Tensor]) -> None:
        if gradients:
            method(gradients, **given)

    return clip


def clip_threshold(spec: ClipSpec) -> float:
    """The threshold of a method that has one."""
    return float(clips.entry(spec.method).complete(spec.parameters)["threshold"])  # type: ignore[arg-type]


@clips.register("value", group="Clipping", doc="Every entry is cut to ± threshold", parameters=(_THRESHOLD,))
def value(gradients: list[Tensor], threshold: float) -> None:
    """Cut every entry to [−threshold, threshold]; NaN stays NaN."""
    torch._foreach_clamp_min_(gradients, -threshold)
    torch._foreach_clamp_max_(gradients, threshold)


@clips.register(
    "norm",
    group="Clipping",
    doc="Each tensor whose own norm is above the threshold is scaled down to it",
    parameters=(_THRESHOLD, _P),
)
def norm(gradients: list[Tensor], threshold: float, p: float = 2.0) -> None:
    """Scale each tensor to a norm of at most `threshold`, by itself."""
    scales = torch.clamp(threshold / _norms(gradients, p, threshold), max=1.0)
    torch._foreach_mul_(gradients, _for_each(scales, gradients))


@clips.register(
    "global_norm",
    group="Clipping",
    doc="All gradients together are scaled so that their common norm is at most the threshold",
    parameters=(_THRESHOLD, _P),
)
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
