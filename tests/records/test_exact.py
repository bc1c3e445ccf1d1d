from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gradviz.records.exact import BIGGEST, SMALLEST, pack, to_float32, unpack


@given(hnp.arrays(np.float64, st.integers(0, 20)))
def test_float64_keeps_what_it_is(values: np.ndarray) -> None:
    short = to_float32(values)
    assert short.dtype == np.float32
    assert (np.isnan(short) == np.isnan(values)).all()
    assert (np.isinf(short) == np.isinf(values)).all()
    assert ((short == 0) == (values == 0)).all()
    assert (np.sign(short) == np.sign(values))[~np.isnan(values)].all()
    inside = (np.abs(values) < BIGGEST) & (np.abs(values) > 1e-37)
    np.testing.assert_allclose(short[inside], values[inside], rtol=1e-7)


def test_the_ends() -> None:
    values = np.array([1e300, -1e300, 1e-300, -1e-300, np.inf, -np.inf])
    assert to_float32(values).tolist() == [BIGGEST, -BIGGEST, SMALLEST, -SMALLEST, np.inf, -np.inf]


@given(hnp.arrays(np.int64, st.integers(0, 20)))
def test_integers_round_trip(values: np.ndarray) -> None:
    back = unpack(*pack(values))
    assert back.dtype == np.int64
    assert back.tolist() == values.tolist()


@pytest.mark.parametrize(
    ("biggest", "dtype"), [(255, "<u1"), (256, "<u2"), (65536, "<u4"), (2**32, "<i8"), (-1, "<i8")]
)
def test_integers_take_the_shortest_type(biggest: int, dtype: str) -> None:
    assert pack(np.array([0, biggest]))[0] == dtype


@given(hnp.arrays(np.float32, st.integers(0, 20)))
def test_floats_round_trip_bit_for_bit(values: np.ndarray) -> None:
    assert unpack(*pack(values)).tobytes() == values.tobytes()
