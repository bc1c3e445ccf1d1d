"""What networks that are scaled as a whole share: how many channels and blocks a factor makes of them."""

from __future__ import annotations

import math

from gradviz.spec.experiment import InitializerSpec

HEAD = InitializerSpec(name="normal", parameters={"std": 0.01})
"""How the last Linear starts."""
_STEP = 8


def divisible(channels: float) -> int:
    """The nearest multiple of 8 that takes away no more than a tenth, as MobileNet's own code has it."""
    nearest = max(_STEP, int(channels + _STEP / 2) // _STEP * _STEP)
    return nearest + _STEP if nearest < 0.9 * channels else nearest


def scaled(blocks: int, depth: float) -> int:
    """So many times as many blocks, rounded up as EfficientNet does."""
    return math.ceil(blocks * depth)
