"""A sample of a large tensor at even distances, in the order in which it lies in memory.

Which entries are taken follows from the size alone: no random number is drawn, and every step looks at the
same ones. The distance has no divisor in common with the number of entries, so with none of the tensor's
sizes: along every dimension all places have their turn, where a distance of 256 would meet the same column of
a matrix of 4,096 over and over.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd

from torch import Tensor

from gradviz.records.histogram import LOOKED_AT
from gradviz.records.writer import RunWriter

MOST = 65_536
"""How many entries of a larger tensor are looked at, about: from a fifth to five times as many.

Nearly always it is this number; the bounds are for sizes with many small divisors.
"""


def distance(entries: int) -> int:
    """How far apart the entries are that are looked at; 1 for all."""
    if entries <= MOST:
        return 1
    larger = smaller = wanted = -(-entries // MOST)
    while gcd(larger, entries) > 1:
        larger += 1
    while gcd(smaller, entries) > 1:
        smaller -= 1
    return larger if larger * smaller <= wanted * wanted else smaller  # the nearer one, by ratio


def looked_at(entries: int) -> int:
    """How many of so many entries are looked at."""
    return -(-entries // distance(entries))


def tell_samples(layers: Sequence[Sequence[Tensor]], writer: RunWriter) -> None:
    """Write `LOOKED_AT` `[layers]` at step 0, if any tensor of these layers is not looked at whole."""
    if any(tensor.numel() > MOST for layer in layers for tensor in layer):
        writer.sample(LOOKED_AT, 0, [sum(looked_at(t.numel()) for t in layer) for layer in layers])


def sampled(tensor: Tensor) -> Tensor:
    """About `MOST` entries at most, flat, in their own type; a view wherever the tensor lies without gaps."""
    flat = in_memory_order(tensor.detach())
    step = distance(flat.numel())
    return flat[::step] if step > 1 else flat


def in_memory_order(tensor: Tensor) -> Tensor:
    """All entries `[n]`, in memory's order: of a transposed or channels-last tensor nothing is copied."""
    if not tensor.is_contiguous():
        order = sorted(range(tensor.dim()), key=tensor.stride, reverse=True)
        tensor = tensor.permute(order)
    return tensor.reshape(-1)
