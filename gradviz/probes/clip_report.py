"""What clipping did to the gradients of one step, in numbers that cost nothing to keep.

All follows from three sums over each tensor: g·g of the gradient g, c·c of what clipping made of it, and g·c.
On a CPU they are floats; on CUDA float64 tensors that nobody has waited for, so that they travel with the
step's one copy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import atan2, degrees, isfinite, isnan, nan, sqrt

import torch
from torch import Tensor

CLIP_SERIES = ("clip_factor", "clip_angle", "clipped_tensors")
THRESHOLD = "clip_threshold"
"""Recorded too where the threshold moves."""

Number = float | Tensor


@dataclass(frozen=True, kw_only=True, slots=True)
class ClipReport:
    """One step's clipping; `squares` and `clipped` are g·g and c·c of each of `parameters`.

    A parameter without a gradient counts as zeros. `dot` is g·c over all of them, None where c is g times one
    factor, NaN where nobody knows. `threshold` is the one of this step, where it moves.
    """

    parameters: Sequence[Tensor]
    squares: Sequence[float] | Tensor
    clipped: Sequence[float] | Tensor
    dot: Number | None = None
    threshold: Number | None = None

    @property
    def norm_before(self) -> Number:
        """‖g‖ over all parameters."""
        return _norm(self.squares)

    @property
    def norm_after(self) -> Number:
        """‖c‖ over all parameters."""
        return _norm(self.clipped)

    @property
    def factor(self) -> Number:
        """‖c‖ / ‖g‖; 1 for gradients of zero, NaN where ‖g‖ is not finite."""
        before, after = self.norm_before, self.norm_after
        if isinstance(before, Tensor):
            return torch.where(before == 0, 1.0, torch.where(before.isfinite(), after / before, nan))
        if before == 0:
            return 1.0
        return after / before if isfinite(before) else nan

    @property
    def angle(self) -> Number:
        """The angle between g and c in degrees; NaN where there is none."""
        before, after, dot = self.norm_before, self.norm_after, self.dot
        if isinstance(before, Tensor) or isinstance(after, Tensor) or isinstance(dot, Tensor):
            return _angle_on_device(torch.as_tensor(before), torch.as_tensor(after), dot)
        if not isfinite(before) or not isfinite(after):
            return nan
        if before == 0 or dot is None:
            return 0.0
        if after == 0:
            return nan
        cosine = dot / before / after
        return degrees(atan2(sqrt(max(1 - cosine * cosine, 0.0)), cosine))

    @property
    def tensors(self) -> Number:
        """How many tensors were changed; one that was NaN and is NaN was not."""
        if isinstance(self.squares, Tensor) or isinstance(self.clipped, Tensor):
            before, after = torch.as_tensor(self.squares), torch.as_tensor(self.clipped)
            return ((before != after) & ~(before.isnan() & after.isnan())).sum()
        if self.squares is self.clipped:
            return 0.0
        pairs = zip(self.squares, self.clipped, strict=True)
        return float(sum(a != b and not (isnan(a) and isnan(b)) for a, b in pairs))

    def numbers(self) -> dict[str, Number]:
        """The step's values of `CLIP_SERIES`, and of “clip_threshold” where the threshold moves."""
        found = {"clip_factor": self.factor, "clip_angle": self.angle, "clipped_tensors": self.tensors}
        if self.threshold is not None:
            found[THRESHOLD] = self.threshold
        return found


def _norm(squares: Sequence[float] | Tensor) -> Number:
    return squares.sum().sqrt() if isinstance(squares, Tensor) else sqrt(sum(squares))


def _angle_on_device(before: Tensor, after: Tensor, dot: Number | None) -> Tensor:
    finite = before.isfinite() & after.isfinite()
    if dot is None:
        return torch.where(finite, 0.0, nan).to(before.dtype)
    cosine = dot / before / after
    angle = torch.atan2((1 - cosine.square()).clamp(min=0).sqrt(), cosine).rad2deg()
    return torch.where(finite, torch.where(before == 0, 0.0, torch.where(after == 0, nan, angle)), nan)
