import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.control.step_horizon import horizon


@pytest.mark.parametrize(
    ("last", "asked", "end"),
    [(-1, 1000, 99), (0, 30, 29), (150, 1000, 199), (990, 1000, 999), (3000, 10**6, 4999)],
)
def test_it_grows_in_round_steps(last: int, asked: int, end: int) -> None:
    assert horizon(last, asked) == end


@given(st.integers(-1, 10**7), st.integers(0, 10**7))
def test_what_was_recorded_is_always_inside(last: int, asked: int) -> None:
    assert horizon(last, asked) >= max(last, 1)


@given(st.integers(0, 10**6))
def test_it_never_shrinks_while_a_run_goes_on(last: int) -> None:
    assert horizon(last + 1, 10**6) >= horizon(last, 10**6)


@pytest.mark.parametrize(("reach", "end"), [(-1, 499), (300, 499), (999, 999)])
def test_a_longer_run_that_is_compared_is_inside_too(reach: int, end: int) -> None:
    assert horizon(203, 1000, reach) == end
