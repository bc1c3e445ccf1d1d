from __future__ import annotations

import pytest

from gradviz.records.series import join, nearest_level


@pytest.mark.parametrize(
    ("steps", "columns", "level"),
    [
        (0, 100, 0),
        (1, 0, 0),
        (100, 100, 0),
        (282, 100, 0),
        (284, 100, 1),
        (800, 100, 1),
        (1_000_000, 1000, 3),
        (5, 100, 0),
    ],
)
def test_the_nearest_level(steps: int, columns: int, level: int) -> None:
    assert nearest_level(steps, columns) == level


def test_nothing_joined() -> None:
    series = join([], 3, 2)
    assert series.mean.shape == series.low.shape == (3, 0)
    assert series.level == 2
    assert series.all_finite
