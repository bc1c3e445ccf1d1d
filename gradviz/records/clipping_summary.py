"""How often and how far clipping changed the gradient over a whole run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gradviz.records.reader import RunReader

_COLUMNS = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class ClippingSummary:
    """The share of the steps that were clipped, the smallest factor, and the largest angle in degrees."""

    share: float
    smallest_factor: float
    largest_angle: float


def clipping_summary(reader: RunReader) -> ClippingSummary | None:
    """What the run's every step tells of its clipping; None without clipping, or before the first step."""
    if "clipped" not in reader.slices or reader.last_step < 0:
        return None
    clipped, factor, angle = (
        reader.series(quantity, 0, reader.last_step, _COLUMNS)
        for quantity in ("clipped", "clip_factor", "clip_angle")
    )
    return ClippingSummary(
        share=float((clipped.mean[0] * clipped.counts).sum() / clipped.counts.sum()),
        smallest_factor=float(np.fmin.reduce(factor.low[0])),
        largest_angle=float(np.fmax.reduce(angle.high[0])),
    )
