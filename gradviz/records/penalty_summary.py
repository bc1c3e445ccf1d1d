"""How hard the penalties pulled beside the loss over a run: the ratio of the two gradients' norms."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np

from gradviz.records.reader import RunReader

_RATIO = "penalty_ratio"
_COLUMNS = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class PenaltySummary:
    """‖∇penalty‖ / ‖∇loss‖: the mean over all steps where it is finite, and that of the last step."""

    mean: float
    last: float


def penalty_summary(reader: RunReader) -> PenaltySummary | None:
    """What the run's every step tells of its penalties; None without one, or before the first step."""
    if _RATIO not in reader.slices or reader.last_step < 0:
        return None
    ratio = reader.series(_RATIO, 0, reader.last_step, _COLUMNS)
    mean = np.asarray(ratio.mean[0], np.float64)
    finite = np.isfinite(mean)
    counts = np.asarray(ratio.counts)[finite]
    return PenaltySummary(
        mean=float((mean[finite] * counts).sum() / counts.sum()) if counts.any() else nan,
        last=float(reader.at(_RATIO, reader.last_step)[1][0]),
    )
