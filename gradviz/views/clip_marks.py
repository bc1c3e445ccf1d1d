"""Bursts of clipping as marks: where a run that was not clipped begins to be, and for how long.

A run that is clipped at every step has none, and neither has one that is clipped now and then: what is worth
a look is where it changes.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from PySide6.QtCore import QCoreApplication

from gradviz.records.series import Series
from gradviz.views.number_format import count
from gradviz.views.time_track import TrackMark

LEAST = 10
"""Fewer steps are no burst, and fewer between two no end of one."""


def clip_bursts(steps: np.ndarray, counts: np.ndarray, shares: np.ndarray) -> list[tuple[int, int]]:
    """First step and length of each burst; columns `shares` [n] are of `counts` steps from `steps` on."""
    if not len(shares):
        return []
    is_clipped = shares > 0.5
    starts = np.concatenate([[0], np.flatnonzero(np.diff(is_clipped)) + 1])
    lengths = np.add.reduceat(counts, starts)
    found = zip(is_clipped[starts].tolist(), steps[starts].tolist(), lengths.tolist(), strict=True)
    joined: list[list[int]] = []
    for is_on, first, length in found:
        short_gap = not is_on and length < LEAST and bool(joined) and bool(joined[-1][0])
        if (joined and (short_gap or joined[-1][0] == is_on)) or (is_on and length < LEAST and joined):
            joined[-1][2] += length
        else:
            joined.append([is_on, first, length])
    return [
        (first, length)
        for before, (is_on, first, length) in pairwise(joined)
        if is_on and length >= LEAST and before[2] >= LEAST
    ]


def clip_marks(clipped: Series) -> tuple[TrackMark, ...]:
    """A mark at the beginning of each burst in sight; `clipped` is 1 at a clipped step, else 0."""
    words = QCoreApplication.translate("Events", "Step {0}: clipped from here on, for {1} steps")
    return tuple(
        TrackMark(step=first, glyph="▬", tone="exploding", text=words.format(count(first), count(length)))
        for first, length in clip_bursts(clipped.steps, clipped.counts, clipped.mean[0])
    )
