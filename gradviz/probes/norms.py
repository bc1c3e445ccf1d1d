"""Norms of all layers at once, right at every magnitude.

Squares leave float32's range where this program lives: entries below 1e-23 would give a norm of 0 and
entries above 1e18 one of Inf. Float64 everywhere would cost a tenth of a small network's step, so on a
CPU float32 goes first and only tensors whose norm lies outside 1e-18…1e18 are done again. On CUDA,
where looking at the result first would wait for the device, float64 sums are used from the start.

Tensors are taken by one fused call of torch, but float32 on a CPU by `squares.py`, where that is quicker.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from gradviz.probes.squares import Squares

TRUSTED_LOW, TRUSTED_HIGH = 1e-18, 1e18
_SQUARABLE = 1e-140, 1e140
HALVES = (torch.float16, torch.bfloat16)


class LayerNorms:
    """Euclidean norms over groups of tensors, here the parameters of each layer together.

    `sizes` are the entries of every tensor, layer by layer; every layer has at least one tensor. A tensor
    that is None (the gradient of a parameter that is frozen or that nothing used) counts as zeros. Both
    ways give sums of squares, one for each tensor; `by_layer` makes norms of them, for many steps at once.
    """

    def __init__(self, sizes: Sequence[Sequence[int]]) -> None:
        self._starts = np.cumsum([0, *(len(layer) for layer in sizes[:-1])])
        largest = max((size for layer in sizes for size in layer), default=1)
        # it is the mean square, not the sum, that must stay clear of float32's lower end
        self._low, self._high = TRUSTED_LOW**2 * largest, TRUSTED_HIGH**2
        self._squares = Squares([(1, size) for layer in sizes for size in layer])

    def on_host(self, tensors: Sequence[Tensor | None]) -> tuple[list[float], bool]:
        """The squares of tensors on a CPU, and whether all of them are finite.

        Plain floats and no array: between two training steps a call of NumPy costs 5 µs (measured).
        """
        squares = self._squares(tensors)
        if squares is None:
            squares = self.by_torch(tensors)
        return squares, isfinite(sum(squares))

    def by_torch(self, tensors: Sequence[Tensor | None]) -> list[float]:
        """The squares by torch alone, for what must not depend on the extension in the last digit."""
        present = [tensor for tensor in tensors if tensor is not None]
        halves = any(tensor.dtype in HALVES for tensor in present)
        exact = torch.float64 if halves else None  # theirs would have two or three digits
        norms = [norm.item() for norm in fused_norms(present, dtype=exact)]
        squares = [norm * norm for norm in norms]
        again = [i for i, square in enumerate(squares) if not self._low <= square <= self._high]
        for i, norm in zip(again, exact_norms([present[i] for i in again]), strict=True):
            squares[i] = norm * norm
        left = iter(squares)
        return [0.0 if tensor is None else next(left) for tensor in tensors]

    def on_device(self, tensors: Sequence[Tensor | None]) -> Tensor:
        """The squares, float64 `[tensors]`, left where the tensors are."""
        present = [tensor for tensor in tensors if tensor is not None]
        if not present:
            return torch.zeros(len(tensors), dtype=torch.float64)
        squares = torch.stack(fused_norms(present, dtype=torch.float64)).square_()
        if len(present) == len(tensors):
            return squares
        places = torch.tensor([i for i, tensor in enumerate(tensors) if tensor is not None])
        return squares.new_zeros(len(tensors)).index_copy_(0, places.to(squares.device), squares)

    def by_layer(self, squares: ArrayLike) -> NDArray[np.float64]:
        """The norm of each layer `[…, layers]` from the squares of its tensors `[…, tensors]`."""
        exact = np.asarray(squares, np.float64)
        layers: NDArray[np.float64] = np.sqrt(np.add.reduceat(exact, self._starts, axis=-1))
        return layers


def exact_norms(tensors: list[Tensor]) -> list[float]:
    """The norm of each tensor with no over- or underflow on the way.

    Those of float64 tensors are kept within 1e-140…1e140, so that their squares can be added, too.
    """
    norms = [norm.item() for norm in fused_norms(tensors, dtype=torch.float64)]
    for i, tensor in enumerate(tensors):
        # float64's square of a float32 cannot leave the range; that of a float64 can
        if tensor.dtype == torch.float64 and not _SQUARABLE[0] < norms[i] < _SQUARABLE[1]:
            norms[i] = _scaled_norm(tensor)
    return norms


def fused_norms(tensors: list[Tensor], *, dtype: torch.dtype | None) -> list[Tensor]:
    """The norm of each tensor, in its own type or in another one, where it lies."""
    if not tensors:
        return []
    return list(torch._foreach_norm(tensors, 2, dtype=dtype))  # noqa: SLF001 - not public yet


def count_nonfinite(tensors: Sequence[Tensor | None]) -> int:
    """How many entries of the tensors are NaN or infinite."""
    return sum(t.numel() - int(torch.isfinite(t).sum()) for t in tensors if t is not None)


def _scaled_norm(tensor: Tensor) -> float:
    largest = float(tensor.abs().max())
    if largest == 0 or not np.isfinite(largest):
        return largest
    norm = largest * float(torch.linalg.vector_norm(tensor / largest))
    return min(max(norm, _SQUARABLE[0]), _SQUARABLE[1])
