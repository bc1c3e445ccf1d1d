from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.views.plots import ticks as t

LENGTHS = st.floats(min_value=20, max_value=4000)


@pytest.mark.parametrize("count", [1, 5, 21, 200, 1000])
@pytest.mark.parametrize("selected", [None, 0, 3, -1])
def test_names_never_overlap(count: int, selected: int | None) -> None:
    chosen = count - 1 if selected == -1 else selected
    chosen = chosen if chosen is None or chosen < count else 0
    names = [f"Linear {i + 1}" for i in range(count)]
    pixels = 260.0
    found = t.layer_ticks(names, chosen)(-0.5, count - 0.5, pixels)
    row = pixels / count
    gaps = [(b.value - a.value) * row for a, b in pairwise(found)]
    assert all(gap >= t.TEXT_HEIGHT - 1e-6 for gap in gaps)
    assert len(found) <= pixels / t.TEXT_HEIGHT + 1
    assert [tick.value for tick in found if tick.strong] == ([] if chosen is None else [chosen])
    assert found[0].value in {0, chosen}


def test_all_names_show_where_there_is_room() -> None:
    found = t.layer_ticks(["a", "b", "c"], None)(-0.5, 2.5, 300)
    assert [tick.text for tick in found] == ["a", "b", "c"]


@given(st.integers(0, 10**6), st.integers(1, 10**6), LENGTHS)
def test_steps_are_whole_and_not_crowded(first: int, span: int, pixels: float) -> None:
    found = t.step_ticks(first, first + span, pixels)
    assert all(float(tick.value).is_integer() for tick in found)
    assert len(found) <= pixels / 79 + 1


@given(st.integers(-40, 0), st.integers(1, 60), LENGTHS)
def test_powers_are_in_range_and_not_crowded(low: int, span: int, pixels: float) -> None:
    found = t.power_ticks(low, low + span, pixels)
    assert all(low <= tick.value <= low + span for tick in found)
    assert len(found) <= pixels / 47 + 1


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), LENGTHS)
def test_numbers_are_in_range(low: float, span: float, pixels: float) -> None:
    found = t.number_ticks(low, low + span, pixels)
    assert all(low - span * 1e-6 <= tick.value <= low + span * (1 + 1e-6) for tick in found)
    assert len(found) <= 10


def test_shares_are_percent() -> None:
    assert [tick.text for tick in t.percent_ticks(0, 1, 70)] == ["0 %", "50 %", "100 %"]
