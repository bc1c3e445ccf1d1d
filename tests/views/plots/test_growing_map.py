"""The codes of a growing map are those of the whole one made afresh, and only new columns cost anything."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gradviz.records.series import Series
from gradviz.views.plots import growing_map
from gradviz.views.plots.growing_map import GrowingMap
from gradviz.views.plots.magnitude import decades, encode

ODD = np.array([np.nan, np.inf, -np.inf, 0.0, 1e-42, -3.0], np.float32)


def series(values: np.ndarray, span: int = 1, last: int | None = None) -> Series:
    """Columns that stand for `span` steps each, the last one for `last` of them."""
    counts = np.full(values.shape[1], span, np.int64)
    if last is not None:
        counts[-1] = last
    steps = np.arange(len(counts), dtype=np.int64) * span
    return Series(steps=steps, counts=counts, mean=values, low=values, high=values, level=0)


def numbers(seed: int, rows: int, columns: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    values = np.exp(random.normal(0, 12, (rows, columns))).astype(np.float32)
    return np.where(random.random(values.shape) < 0.2, random.choice(ODD, values.shape), values)


@given(
    st.integers(0, 4),
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 3), st.sampled_from("ab")), max_size=6),
    st.lists(st.sampled_from([(-6.0, 0.0), (-12.0, 3.0)]), min_size=6, max_size=6),
)
def test_as_if_afresh(rows, grown, limits) -> None:
    growing = GrowingMap()
    whole = {run: numbers(seed, rows, 40) for seed, run in enumerate("ab")}
    for (count, span, run), (low, high) in zip(grown, limits, strict=False):
        values = whole[run][:, :count] * np.float32(span)
        assert growing.take(run, series(values, span)) == decades(values)
        np.testing.assert_array_equal(growing.codes(low, high), encode(values, low, high))


def test_the_column_that_was_not_complete_is_worked_out_again() -> None:
    growing = GrowingMap()
    values = np.ones((3, 4), np.float32)
    growing.take("a", series(values, 8, last=3))
    growing.codes(-6, 0)
    fuller = values.copy()
    fuller[:, -1] = 1e-5
    assert growing.take("a", series(fuller, 8, last=5)) == decades(fuller)
    np.testing.assert_array_equal(growing.codes(-6, 0), encode(fuller, -6, 0))


def test_only_new_columns_are_worked_out(monkeypatch) -> None:
    sizes = []
    monkeypatch.setattr(
        growing_map,
        "encode",
        lambda values, *limits: sizes.append(values.shape[1]) or encode(values, *limits),
    )
    growing = GrowingMap()
    values = numbers(0, 5, 50)
    for count in (20, 21, 21, 50):
        growing.take("a", series(values[:, :count]))
        growing.codes(-6, 0)
    growing.codes(-6, 0)
    growing.codes(-7, 0)
    assert sizes == [20, 1, 29, 50]
