from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gradviz.records.levels import Columns, Pyramid, thin
from gradviz.records.schema import TILE

floats = st.floats(width=32)


def slow(values: list[np.float32]) -> tuple[float, float, float]:
    """Mean, smallest and largest of eight, by the words of the module."""
    numbers = [float(value) for value in values]
    known = [number for number in numbers if not math.isnan(number)]
    low = min(known) if known else np.nan
    if len(known) < len(numbers):
        return np.nan, low, np.nan
    total = np.nan if np.inf in known and -np.inf in known else sum(known)
    return float(np.float32(total / 8)), low, max(known)


@given(hnp.arrays(np.float32, st.tuples(st.integers(1, 3), st.integers(1, 2)), elements=floats, unique=False))
def test_thin_like_its_slow_twin(seed: np.ndarray) -> None:
    repeated = np.repeat(seed, 8, axis=0)
    np.random.default_rng(0).shuffle(repeated)
    mean, low, high = thin(Columns(repeated, repeated, repeated))
    for at in range(len(seed)):
        for column in range(seed.shape[1]):
            expected = slow(list(repeated[at * 8 : at * 8 + 8, column]))
            got = (mean[at, column], low[at, column], high[at, column])
            scale = np.abs(repeated[at * 8 : at * 8 + 8, column]).max()
            assert got[0] == pytest.approx(expected[0], rel=1e-6, abs=float(scale) * 1e-6, nan_ok=True) or (
                np.isinf(scale) and repr(float(got[0])) == repr(expected[0])
            )
            assert [repr(float(value) + 0.0) for value in got[1:]] == [
                repr(value + 0.0) for value in expected[1:]
            ]


def test_one_nan_shows_and_inf_shows() -> None:
    values = np.ones((16, 1), np.float32)
    values[3] = np.nan
    values[12] = np.inf
    mean, low, high = thin(Columns(values, values, values))
    assert np.isnan(mean[0, 0])
    assert np.isnan(high[0, 0])
    assert low[0, 0] == 1
    assert mean[1, 0] == np.inf
    assert high[1, 0] == np.inf
    assert low[1, 0] == 1


def test_means_do_not_overflow() -> None:
    values = np.full((8, 1), 3e38, np.float32)
    assert thin(Columns(values, values, values)).mean[0, 0] == np.float32(3e38)


def test_pyramid_hands_out_every_full_tile_once() -> None:
    rows = np.random.default_rng(0).random((TILE * 128, 2), np.float32)
    pyramid = Pyramid(2)
    found = []
    for at in range(0, len(rows), TILE):
        for tile in pyramid.add(rows[at : at + TILE]):
            span = 8**tile.level
            part = rows[tile.idx * TILE * span : (tile.idx + 1) * TILE * span].reshape(TILE, span, 2)
            np.testing.assert_array_equal(tile.columns.high, part.max(axis=1))
            np.testing.assert_array_equal(tile.columns.low, part.min(axis=1))
            np.testing.assert_allclose(tile.columns.mean, part.mean(axis=1, dtype=np.float64), rtol=1e-5)
            found.append((tile.level, tile.idx))
    assert found == sorted(
        [(1, at) for at in range(16)] + [(2, 0), (2, 1)],
        key=lambda tile: (tile[1] + 1) * 8 ** tile[0] + tile[0] / 10,
    )
