"""Units: the rows of weights, each of which is what goes into one neuron, channel or gate.

A unit of a weight `[out, …]` is one slice along its first dimension; a tensor of one dimension or none is one
unit (Brock et al. 2021). Taking the norm of every row tensor by tensor costs two calls each; here all units
of the same length are put below each other first, which for a plain deep network is a handful of calls.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


class Units:
    """The units of tensors of certain shapes, in a fixed order: by length, then by tensor."""

    def __init__(self, tensors: Sequence[Tensor]) -> None:
        self._shapes = [_rows(tensor) for tensor in tensors]
        by_length: dict[int, list[int]] = {}
        for index, (_, length) in enumerate(self._shapes):
            by_length.setdefault(length, []).append(index)
        self._groups = list(by_length.values())
        order = [index for group in self._groups for index in group]
        counts = [self._shapes[index][0] for index in order]
        owner = torch.repeat_interleave(torch.tensor(order), torch.tensor(counts))
        self._owner = owner.to(tensors[0].device)
        self._order, self._counts = order, counts

    def norms(self, tensors: Sequence[Tensor]) -> Tensor:
        """The Euclidean norm of every unit, float64 `[units]`, right at every magnitude."""
        found = []
        for group in self._groups:
            rows = [tensors[index].reshape(self._shapes[index]) for index in group]
            together = torch.cat(rows) if len(rows) > 1 else rows[0]
            found.append(torch.linalg.vector_norm(together, dim=1, dtype=torch.float64))
        return torch.cat(found)

    def of_tensor(self, chosen: Sequence[bool]) -> Tensor:
        """Whether the tensor that a unit belongs to is chosen, `[units]`."""
        return torch.tensor(chosen, device=self._owner.device)[self._owner]

    def sums(self, values: Tensor) -> Tensor:
        """The sum over the units of each tensor, `[tensors]`, of values `[units]`."""
        return values.new_zeros(len(self._shapes)).index_add_(0, self._owner, values)

    def scale(self, tensors: Sequence[Tensor], factors: Tensor, only: Sequence[bool] | None = None) -> None:
        """Multiply every unit by its factor `[units]`, in place; of the tensors that `only` says."""
        parts: tuple[Tensor, ...] = torch.split(factors, self._counts)
        for index, part in zip(self._order, parts, strict=True):
            if only is None or only[index]:
                tensor = tensors[index]
                shape = (-1, *[1] * (tensor.dim() - 1)) if tensor.dim() > 1 else (1,) * tensor.dim()
                tensor.mul_(part.to(tensor.dtype).reshape(shape))


def _rows(tensor: Tensor) -> tuple[int, int]:
    if tensor.dim() < 2:
        return 1, tensor.numel()
    return tensor.shape[0], tensor.numel() // max(tensor.shape[0], 1)
