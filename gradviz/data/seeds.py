"""Random streams: every use of chance has its own, derived from the experiment's one seed.

So that more dropout never changes the order of the samples, nor a larger net the split. NumPy's
SeedSequence mixes the seed with the purpose; its result is the same on every platform and version.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np


class Purpose(IntEnum):
    """What a stream is for. The numbers are part of what makes a run repeatable: never reuse one."""

    SAMPLES = 1
    SPLIT = 2
    ORDER = 3
    TRAINING = 4
    AUGMENTATION = 5
    TEXT = 6


def stream(seed: int, purpose: Purpose, *place: int) -> np.random.Generator:
    """The random stream of one purpose; `place` names one of several, an epoch say."""
    return np.random.default_rng(_sequence(seed, purpose, place))


def torch_seed(seed: int, purpose: Purpose) -> int:
    """A seed for `torch.manual_seed`, 0 to 2⁶³ − 1."""
    return int(_sequence(seed, purpose, ()).generate_state(1, np.uint64)[0] >> np.uint64(1))


def _sequence(seed: int, purpose: Purpose, place: tuple[int, ...]) -> np.random.SeedSequence:
    return np.random.SeedSequence(seed, spawn_key=(int(purpose), *place))
