"""The order of the samples: a function of (seed, epoch) and of nothing else.

So that a run repeats exactly, and epoch 7 is the same whether or not the run was paused before it.
"""

from __future__ import annotations

import torch

from gradviz.data.seeds import Purpose, stream


def epoch_order(count: int, seed: int, epoch: int) -> torch.Tensor:
    """A permutation of 0 … count − 1, int64 `[count]`."""
    return torch.from_numpy(stream(seed, Purpose.ORDER, epoch).permutation(count))


def batches_per_epoch(count: int, batch_size: int) -> int:
    """How many batches an epoch has.

    The last one may be smaller, but a rest of a single sample is left out: batch normalisation cannot
    train on it, and in another epoch the sample stands elsewhere. An only batch is kept.
    """
    whole, rest = divmod(count, batch_size)
    return whole + (1 if rest > 1 or not whole else 0)
