"""The registry of gradient clipping, and the clipping of a run.

By value, by each tensor's norm, by the norm of all together, by each unit's weights, by the norms so far. All
write the gradients in place, and none waits for a CUDA device. Norms are right even where their squares leave
float32's range. NaN and Inf in a gradient stay visible in the result.
"""

from gradviz.training.clipping import adaptive, by_norm, by_value, percentile
from gradviz.training.clipping.clip import (
    Clip,
    build_clip,
    clip_threshold,
    has_moving_threshold,
    last_linear,
)
from gradviz.training.clipping.method import clips

__all__ = [
    "Clip",
    "adaptive",
    "build_clip",
    "by_norm",
    "by_value",
    "clip_threshold",
    "clips",
    "has_moving_threshold",
    "last_linear",
    "percentile",
]
