"""Norms of all layers at once: one fused call, no loop over layers, right at every magnitude.

Squares leave float32's range where this program lives: entries below 1e-23 would give a norm of 0 and
entries above 1e18 one of Inf. Float64 everywhere would cost a tenth of a small network's step, so on a
CPU float32 goes first and only tensors whose norm lies outside 1e-18…1e18 are done again. On CUDA,
where looking at the result first would wait for the device, float64 sums are used from the start.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gradviz.records.exact import to_float32

TRUSTED_LOW, TRUSTED_HIGH = 1e-18, 1e18


class LayerNorms:
    """Euclidean norms over groups of tensors, here the parameters of each layer together.

    `sizes` are the entries of every tensor, layer by layer; every layer has at least one tensor.
    """

    def __init__(self, sizes: Sequence[Sequence[int]]) -> None:
        flat = [size for layer in sizes for size in layer]
        self._starts = np.cumsum([0, *(len(layer) for layer in sizes[:-1])])
        # mean squares, not their sum, must stay clear of float32's lower end
        self._low = TRUSTED_LOW * np.sqrt(np.maximum(1, flat))

    def fused(self, tensors: Sequence[Tensor | None]) -> Tensor:
        """The norm of each tensor, `[tensors]` on their device: float32 on a CPU, else float64.

        None (a parameter that is frozen or that nothing used) counts as a gradient of exact zeros.
        """
        present = [tensor for tensor in tensors if tensor is not None]
        if not present:
            return torch.zeros(len(tensors))
        norms = torch.stack(_foreach_norm(present, double=not present[0].is_cpu))
        if len(present) == len(tensors):
            return norms
        places = torch.tensor([i for i, tensor in enumerate(tensors) if tensor is not None])
        return norms.new_zeros(len(tensors)).index_copy_(0, places.to(norms.device), norms)

    def by_layer(
        self, norms: NDArray[np.floating], tensors: Sequence[Tensor | None] | None = None
    ) -> NDArray[np.float32]:
        """The norm of each layer, float32 `[layers]`, from what `fused` gave.

        `tensors` are the same ones, for doing again what float32 could not hold; float64 needs none.
        A finite norm that float32 cannot hold becomes the nearest number that it can, never 0 or Inf.
        """
        norms = norms.astype(np.float64)
        trusted = (norms >= self._low) & (norms <= TRUSTED_HIGH)
        if trusted.all():
            return np.sqrt(np.add.reduceat(norms * norms, self._starts)).astype(np.float32)
        if tensors is not None:
            again = {i: t for i, t in enumerate(tensors) if t is not None and not trusted[i]}
            norms[list(again)] = exact_norms(list(again.values()))
        # hypot, unlike squares, keeps float64's own range; NaN must win over Inf, which it would not
        layers = np.hypot.reduceat(norms, self._starts)
        layers[np.logical_or.reduceat(np.isnan(norms), self._starts)] = np.nan
        return to_float32(layers)


def exact_norms(tensors: list[Tensor]) -> NDArray[np.float64]:
    """The norm of each tensor, float64 `[tensors]` on the host, with no over- or underflow on the way."""
    if not tensors:
        return np.zeros(0)
    norms = torch.stack(_foreach_norm(tensors, double=True)).cpu().numpy()
    for i, tensor in enumerate(tensors):
        # float64's square of a float32 cannot leave the range; that of a float64 can
        if tensor.dtype == torch.float64 and not 1e-140 < norms[i] < 1e140:
            norms[i] = _scaled_norm(tensor)
    return norms


def count_nonfinite(tensors: Sequence[Tensor | None]) -> int:
    """How many entries of the tensors are NaN or infinite."""
    return sum(t.numel() - int(torch.isfinite(t).sum()) for t in tensors if t is not None)


def _foreach_norm(tensors: list[Tensor], *, double: bool) -> list[Tensor]:
    dtype = torch.float64 if double else None
    return list(torch._foreach_norm(tensors, 2, dtype=dtype))  # noqa: SLF001 - not public yet


def _scaled_norm(tensor: Tensor) -> float:
    largest = float(tensor.abs().max())
    if largest == 0 or not np.isfinite(largest):
        return largest
    return largest * float(torch.linalg.vector_norm(tensor / largest))
