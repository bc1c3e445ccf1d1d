import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gradviz.views.plots import magnitude as m
from gradviz.views.theme import DARK, LIGHT

ANY = hnp.arrays(
    np.float32,
    (4, 6),
    elements=st.floats(0, float(np.float32(3e38)), width=32) | st.just(np.nan) | st.just(np.inf),
)


@given(ANY)
def test_nothing_is_dropped(values: np.ndarray) -> None:
    before = values.copy()
    codes = m.encode(values, -12, 2)
    assert np.array_equal(codes == m.NAN, np.isnan(values))
    assert np.array_equal(codes == m.INFINITE, np.isinf(values))
    assert np.array_equal(codes == m.ZERO, values == 0)
    assert not (codes == m.NOTHING).any()
    assert np.array_equal(values, before, equal_nan=True)


@given(st.floats(1e-30, 1e30), st.floats(1.0, 1e6))
def test_larger_is_never_darker(value: float, factor: float) -> None:
    small, large = m.encode(np.array([value, value * factor]), -12, 2)
    assert large >= small


def test_the_ends_are_the_ends() -> None:
    assert list(m.encode(np.array([1e-40, 1e-6, 1.0, 1e9]), -6, 0)) == [m.FIRST, m.FIRST, 255, 255]


def test_strided_columns_are_read_as_they_lie() -> None:
    values = np.arange(1, 13, dtype=np.float32).reshape(4, 3).T
    assert np.array_equal(m.encode(values, 0, 2), m.encode(np.ascontiguousarray(values), 0, 2))


def test_the_map_gets_lighter_throughout() -> None:
    weights = np.array([0.2126, 0.7152, 0.0722])
    brightness = (m.ramp(64) / 255.0) ** 2.2 @ weights
    assert (np.diff(brightness) > 0).all()


def test_marks_have_colours_of_their_own() -> None:
    for theme in (LIGHT, DARK):
        table = m.lookup_table(theme)
        assert table.shape == (256, 4)
        assert table[m.NOTHING, 3] == 0
        assert len({tuple(table[code]) for code in (m.ZERO, m.NAN, m.INFINITE, m.FIRST, 255)}) == 5


def test_decades_of_finite_values() -> None:
    assert m.decades(np.array([0, np.nan, 1e-3, np.inf, 10.0])) == (-3, 1)
    assert m.decades(np.array([0.0, np.nan])) is None
