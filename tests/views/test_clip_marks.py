"""Bursts of clipping are found where they begin; single clipped steps and short pauses are none."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.views.clip_marks import LEAST, clip_bursts, clip_marks


def bursts(*spans: tuple[int, int], steps: int = 200) -> list[tuple[int, int]]:
    clipped = np.zeros(steps)
    for first, stop in spans:
        clipped[first:stop] = 1
    return clip_bursts(np.arange(steps), np.ones(steps, int), clipped)


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ((), []),
        (((0, 200),), []),  # always: that is how this run is
        (((50, 90),), [(50, 40)]),
        (((50, 90), (95, 120)), [(50, 70)]),  # a short pause is no end
        (((50, 53), (80, 83)), []),  # now and then
        (((50, 90), (150, 200)), [(50, 40), (150, 50)]),
        (((0, 30), (100, 140)), [(100, 40)]),
    ],
)
def test_bursts(spans, expected) -> None:
    assert bursts(*spans) == expected


@given(st.lists(st.booleans(), max_size=300))
def test_a_burst_begins_with_a_clipped_step_after_enough_that_mostly_were_not(clipped) -> None:
    shares = np.array(clipped, float)
    found = clip_bursts(np.arange(len(shares)), np.ones(len(shares), int), shares)
    for first, length in found:
        assert shares[first] == 1
        assert not shares[first - 1]
        assert length >= LEAST
        assert first >= LEAST
    assert all(a + length < b for (a, length), (b, _) in pairwise(found))


def test_columns_of_many_steps_count_as_many(snapshot) -> None:
    shot = snapshot(steps=600, columns=40, numbers={"clipped": lambda step: float(200 <= step < 400)})
    series = shot.numbers["clipped"]
    assert series.counts.max() > 1
    (mark,) = clip_marks(series)
    assert abs(mark.step - 200) <= series.counts.max()
    assert "clipped from here on, for" in mark.text
