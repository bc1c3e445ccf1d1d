import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.views import number_format as f


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1.0, "1.00"),
        (12.34, "12.3"),
        (123.4, "123"),
        (1234.0, "1,234"),
        (0.0123, "0.0123"),
        (3.2e-12, "3.20e-12"),
        (2.5e7, "2.50e7"),
        (-0.5, "−0.500"),
        (math.nan, "NaN"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
    ],
)
def test_three_significant_digits(value: float, text: str) -> None:
    assert f.significant(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_written_number_is_near_the_number(value: float) -> None:
    read = float(f.significant(value).replace(",", "").replace("−", "-"))
    assert math.isclose(read, value, rel_tol=0.006) or math.isinf(read)


@pytest.mark.parametrize(
    ("value", "text"),
    [(964, "964"), (2900, "2.9 k"), (85_300, "85.3 k"), (123_456, "123 k"), (1_200_000, "1.2 M")],
)
def test_short_counts(value: int, text: str) -> None:
    assert f.short_count(value) == text


def test_counts_are_separated() -> None:
    assert f.count(1240) == "1,240"
    assert f.count(-1000) == "−1,000"


def test_powers() -> None:
    assert [f.power(e) for e in (-12, 0, 1, 4)] == ["1e-12", "1", "10", "1e4"]
    assert f.prose_power(3.2e-12) == "3.20·10⁻¹²"
    assert f.prose_power(0.5) == "0.500"


@pytest.mark.parametrize(("share", "text"), [(0.031, "3.1 %"), (0.42, "42 %"), (1.0, "100 %"), (0.0, "0 %")])
def test_shares(share: float, text: str) -> None:
    assert f.percent(share) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(1.6, "2 s"), (-3, "0 s"), (200, "3 min 20 s"), (180, "3 min"), (3840, "1 h 4 min"), (3600, "1 h")],
)
def test_durations(seconds: float, text: str) -> None:
    assert f.duration(seconds) == text


def test_rates_and_shapes() -> None:
    assert f.rate(371.4) == "371"
    assert f.rate(12.44) == "12.4"
    assert f.shape((64, 8, 8)) == "64 × 8 × 8"
