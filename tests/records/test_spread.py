"""Smallest, median and largest over the layers against NumPy's own, also while a run grows."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gradviz.records import spread
from gradviz.records.spread import RatioSpread

numbers = st.floats(width=32, allow_nan=True, allow_infinity=True)


@given(
    st.lists(st.lists(numbers, min_size=3, max_size=3), max_size=8), st.lists(st.integers(0, 8), max_size=4)
)
def test_it_is_that_of_each_measurement(rows, grown) -> None:
    values = np.array(rows, np.float32).reshape(-1, 3)
    steps = np.arange(len(values)) * 5
    ratios = RatioSpread()
    for count in (*sorted(grown), 0, len(values)):
        found = ratios.of(steps[:count], values[:count])
        for at, row in enumerate(values[:count]):
            above = row[row > 0]
            known = row[~np.isnan(row)]
            assert np.array_equal(found.low[at], min(above) if len(above) else np.nan, equal_nan=True)
            assert np.array_equal(found.median[at], np.median(row), equal_nan=True)
            assert np.array_equal(found.high[at], max(known) if len(known) else np.nan, equal_nan=True)
        assert len(found.low) == len(found.median) == len(found.high) == min(count, len(values))


def test_only_what_is_new_is_worked_out(monkeypatch) -> None:
    rows = []
    work = spread._spread
    monkeypatch.setattr(spread, "_spread", lambda values: rows.append(len(values)) or work(values))
    values = np.ones((10, 4), np.float32)
    ratios = RatioSpread()
    for count in (6, 6, 7, 10):
        ratios.of(np.arange(count), values[:count])
    shown = values[:10]
    ratios.of(np.arange(10), shown)
    ratios.of(np.arange(10), shown)
    assert rows == [6, 1, 2, 4, 1]


def test_of_no_layers(recwarn) -> None:
    found = RatioSpread().of(np.arange(2), np.empty((2, 0), np.float32))
    assert np.isnan(found.median).all()
    assert not recwarn.list


@given(
    st.lists(st.lists(st.tuples(numbers, st.booleans()), min_size=4, max_size=4), max_size=8),
    st.integers(0, 8),
)
def test_frozen_layers_do_not_count(rows, grown) -> None:
    values = np.array([[value for value, _ in row] for row in rows], np.float32).reshape(-1, 4)
    frozen = np.array([[rests for _, rests in row] for row in rows], bool).reshape(-1, 4)
    ratios = RatioSpread()
    for count in (grown, len(values)):
        steps = np.arange(count)[: len(values)]
        found = ratios.of(steps, values[:count], frozen[:count])
    assert len(found.low) == len(found.median) == len(found.high) == len(values)
    for at, (row, rests) in enumerate(zip(values, frozen, strict=True)):
        alone = RatioSpread().of(np.array([at]), row[~rests][None])
        for name in ("low", "median", "high"):
            left, right = getattr(found, name)[at], getattr(alone, name)[0]
            assert np.array_equal(left, right, equal_nan=True)
