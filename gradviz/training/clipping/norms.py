"""Norms of any order, and scaling by them, right even where powers leave the range of the numbers.

Torch's own `clip_grad_norm_` sees Inf once squares leave float32's range and sets every gradient to zero.
"""

from __future__ import annotations

from math import inf, sqrt

import torch
from torch import Tensor

from gradviz.spec.registry import number
from gradviz.training.clipping.method import Change, Gradients

P = number(
    "p",
    "Which norm: 1 the sum of magnitudes, 2 the Euclidean, inf the largest magnitude",
    default=2.0,
    minimum=1,
    choices=("inf",),
)
_PLAIN = 8
"""Up to this order the powers of every float32 number are within float64's range."""


def tensor_norms(gradients: Gradients, p: float, squares: list[float] | Tensor) -> list[float] | Tensor:
    """The norm of each tensor, floats or float64 `[tensors]`; `squares` are the Euclidean ones' squares."""
    if p == 2:
        return [sqrt(square) for square in squares] if isinstance(squares, list) else squares.sqrt()
    norms = _of_order(gradients.tensors, p)
    return norms.tolist() if gradients.on_host else norms


def total_norm(norms: list[float] | Tensor, p: float) -> float | Tensor:
    """The norm over all entries from the norm of each tensor."""
    if isinstance(norms, list):
        return _vector_norm(torch.tensor(norms, dtype=torch.float64), p).item()
    return _vector_norm(norms, p)


def scale_together(
    gradients: Gradients,
    squares: list[float] | Tensor,
    total: float | Tensor,
    threshold: float | Tensor,
) -> tuple[list[float] | Tensor, list[float] | Tensor]:
    """Scale all by one factor so that `total` is at most `threshold`; g·g and c·c of each tensor.

    A total of NaN makes everything NaN: what went wrong stays visible.
    """
    if isinstance(squares, list):
        if total <= threshold:
            return squares, squares
        factor = float(threshold / total)
        torch._foreach_mul_(gradients.tensors, factor)
        return squares, [square * factor * factor for square in squares]
    scale = torch.as_tensor(threshold / total).clamp(max=1.0)
    torch._foreach_mul_(gradients.tensors, scale.to(gradients.tensors[0].dtype))
    return squares, squares * scale.square()


def scale_each(
    gradients: Gradients, squares: list[float] | Tensor, norms: list[float] | Tensor, threshold: float
) -> Change:
    """Scale each tensor so that its norm is at most `threshold`."""
    if isinstance(squares, list):
        scales = [1.0 if norm <= threshold else threshold / norm for norm in norms]
        changed = [i for i, scale in enumerate(scales) if scale != 1.0]
        if not changed:
            return Change(squares, squares)
        torch._foreach_mul_([gradients.tensors[i] for i in changed], [scales[i] for i in changed])
        dots = [square * scale for square, scale in zip(squares, scales, strict=True)]
        clipped = [dot * scale for dot, scale in zip(dots, scales, strict=True)]
        return Change(squares, clipped, sum(dots))
    factors = (threshold / torch.as_tensor(norms)).clamp(max=1.0)
    torch._foreach_mul_(gradients.tensors, list(factors.to(gradients.tensors[0].dtype).unbind()))
    return Change(squares, squares * factors.square(), (squares * factors).sum())


def _of_order(tensors: list[Tensor], p: float) -> Tensor:
    if _PLAIN < p < inf:
        largest = torch._foreach_norm(tensors, inf)  # noqa: SLF001 - not public yet
        divisors = [torch.where((most > 0) & most.isfinite(), most, 1.0) for most in largest]
        scaled = torch._foreach_div(tensors, divisors)  # noqa: SLF001
        return _stacked_norms(list(scaled), p) * torch.stack(divisors).double()
    return _stacked_norms(tensors, p)


def _stacked_norms(tensors: list[Tensor], p: float) -> Tensor:
    return torch.stack(list(torch._foreach_norm(tensors, p, dtype=torch.float64)))  # noqa: SLF001


def _vector_norm(norms: Tensor, p: float) -> Tensor:
    if p <= 2:  # squares of norms of float32 numbers are within float64's range
        plain: Tensor = torch.linalg.vector_norm(norms, p)
        return plain
    largest = norms.max()  # NaN if there is one
    usable = torch.where((largest > 0) & largest.isfinite(), largest, 1.0)
    total: Tensor = torch.linalg.vector_norm(norms / usable, p) * usable
    return total
