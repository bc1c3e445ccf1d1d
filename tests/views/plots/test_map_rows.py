"""Columns at even distances hold what was kept at uneven ones."""

from __future__ import annotations

import numpy as np
import pytest

from gradviz.views.plots.map_rows import evenly


@pytest.mark.parametrize(
    "steps",
    [
        [0, 8, 16, 24],
        [0],
        [0, 312, 3999],
        [*range(0, 640, 64), *range(640, 768), *range(768, 6400, 64)],  # an event's neighbourhood
    ],
    ids=["even", "one", "few", "neighbourhood"],
)
def test_every_column_shows_the_newest_kept_step_of_its_own_or_before(steps: list[int]) -> None:
    kept = np.array(steps)
    codes = (np.arange(len(steps)) % 250).astype(np.uint8)[None]
    columns, shown = evenly(kept, codes)
    widths = set(np.diff(columns).tolist())
    assert len(widths) <= 1
    width = max(widths, default=1)
    assert width <= max(8, (steps[-1] - steps[0]) // 1000)
    for column, code in zip(columns.tolist(), shown[0].tolist(), strict=True):
        assert code == codes[0, np.flatnonzero(kept < column + width)[-1]]
    assert shown[0, -1] == codes[0, -1]
