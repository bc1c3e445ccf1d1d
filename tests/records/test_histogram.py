from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gradviz.records import histogram


def slow_bin(value: float) -> int:
    """One value at a time, by the words of the module."""
    if math.isnan(value):
        return histogram.NAN
    if math.isinf(value):
        return histogram.PLUS_INF if value > 0 else histogram.MINUS_INF
    if value == 0:
        return histogram.ZERO
    at = sum(abs(value) >= float(edge) for edge in histogram.EDGES[1:-1])
    return histogram.ZERO + 1 + at if value > 0 else histogram.ZERO - 1 - at


def test_layout() -> None:
    assert histogram.BINS == 612
    assert (histogram.MINUS_INF, histogram.ZERO, histogram.PLUS_INF, histogram.NAN) == (0, 305, 610, 611)
    assert histogram.EDGES[0] == np.float32(1e-38)
    assert histogram.EDGES[-1] == np.float32(1e38)
    covered = [
        0,
        *range(*histogram.NEGATIVE.indices(612)),
        305,
        *range(*histogram.POSITIVE.indices(612)),
        610,
        611,
    ]
    assert covered == list(range(612))


@given(st.lists(st.floats(width=32), max_size=40))
def test_like_the_slow_twin(values: list[float]) -> None:
    array = np.array(values, np.float32)
    expected = [slow_bin(float(value)) for value in array]
    assert histogram.bin_of(array).tolist() == expected
    assert histogram.bin_of(array.astype(np.float64)).tolist() == expected
    counts = histogram.count(array)
    assert counts.sum() == len(values)
    assert (
        counts.tolist() == np.bincount(expected, minlength=histogram.BINS).tolist()
        if expected
        else not counts.any()
    )


def test_edges_belong_to_the_bin_above() -> None:
    inner = histogram.EDGES[:-1]
    assert histogram.bin_of(inner).tolist() == list(range(306, 610))
    assert histogram.bin_of(-inner).tolist() == list(range(304, 0, -1))


def test_magnitudes_outside_are_counted_at_the_ends() -> None:
    values = np.array([1e-40, 2e38, -1e-40, -2e38])
    assert histogram.bin_of(values).tolist() == [306, 609, 304, 1]


def test_centres_fall_in_their_bins() -> None:
    centres = histogram.centres()
    assert centres.shape == (histogram.BINS,)
    assert histogram.bin_of(centres).tolist() == list(range(histogram.BINS))
