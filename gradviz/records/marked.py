"""What lies across depth at a step that the user has marked, to be looked at beside the shown one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gradviz.records.levels import Floats
from gradviz.records.reader import RunReader


class MarkedStep(NamedTuple):
    """The norms [layers] of `kept`, the nearest step that is kept to `step`, and the ratios measured last."""

    step: int
    kept: int
    profile: Floats
    update_ratio: tuple[int, Floats] | None


def marked_step(reader: RunReader, step: int) -> MarkedStep:
    """Read it; of a run without gradient norms they are NaN."""
    kept, profile = step, np.full(len(reader.info.measured), np.nan, np.float32)
    if "grad_norm" in reader.slices:
        kept, profile = reader.at("grad_norm", step)
    ratios = reader.sample_at("update_ratio", step)
    return MarkedStep(step, kept, profile, ratios and (ratios[0], ratios[1].astype(np.float32, copy=False)))
