"""Arrangements as values: what every gesture does to them, and how they are written and read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.views.plots.arrangement import (
    Arrangement,
    Place,
    Seat,
    Standing,
    from_json,
    from_raw,
    to_json,
    to_raw,
)

PIXELS = st.integers(-5000, 5000)
SIZES = st.tuples(st.integers(1, 5000), st.integers(1, 5000))
KEYS = st.lists(st.text(max_size=6), unique=True, max_size=8)


@st.composite
def arrangements(draw) -> Arrangement:
    keys = draw(KEYS)
    window = st.none() | st.tuples(PIXELS, PIXELS, st.integers(1, 4000), st.integers(1, 4000))
    seats = tuple(
        Seat(
            key=key,
            place=draw(st.sampled_from(Place)),
            standing=draw(st.sampled_from(Standing)),
            window=draw(window),
        )
        for key in keys
    )
    chosen = draw(st.dictionaries(st.sampled_from(Place), st.text(max_size=6)))
    return Arrangement(
        seats=seats,
        chosen=tuple(sorted(chosen.items())),
        widths=draw(SIZES),
        heights=draw(SIZES),
        enlarged=draw(st.none() | st.sampled_from(Place)),
    )


@given(arrangements())
def test_what_is_written_is_read_again(arrangement: Arrangement) -> None:
    assert from_json(to_json(arrangement)) == arrangement


ATOMS = st.none() | st.booleans() | st.integers() | st.text()
ANYTHING = st.recursive(ATOMS, lambda part: st.lists(part) | st.dictionaries(st.text(), part))


@given(ANYTHING)
def test_anything_else_is_none_and_no_error(raw: object) -> None:
    assert from_raw(raw) is None
    assert from_json(json.dumps(raw)) is None


@given(arrangements(), st.data())
def test_one_wrong_part_makes_it_none(arrangement: Arrangement, data: st.DataObject) -> None:
    raw = to_raw(arrangement)
    wrong = {
        "schema": 2,
        "plots": [{"key": "a", "place": "middle", "standing": "shown"}],
        "chosen": {"top_left": 3},
        "widths": [0, 5],
        "heights": [10**12, 5],
        "enlarged": "all",
    }
    key = data.draw(st.sampled_from(sorted(wrong)))
    assert from_raw({**raw, key: wrong[key]}) is None
    assert from_raw({name: part for name, part in raw.items() if name != key}) is None


@pytest.mark.parametrize("text", ["", "{", "null", "[" * 100_000, '{"schema": 1}', "NaN"])
def test_broken_text_is_none(text: str) -> None:
    assert from_json(text) is None


def test_a_plot_cannot_stand_twice() -> None:
    seat = {"key": "a", "place": "top_left", "standing": "shown"}
    raw = {**to_raw(Arrangement()), "plots": [seat, seat]}
    assert from_raw(raw) is None


def made(**places: str) -> Arrangement:
    """`top_left="ab"`: two plots there."""
    seats = (Seat(key=key, place=Place(at)) for at, keys in places.items() for key in keys)
    return Arrangement(seats=tuple(seats))


def test_a_plot_is_moved_before_another_or_to_the_end() -> None:
    start = made(top_left="abc", top_right="de")
    moved = start.moved("c", Place.TOP_LEFT, "a")
    assert moved.tabs(Place.TOP_LEFT) == ("c", "a", "b")
    assert moved.front(Place.TOP_LEFT) == "c"
    moved = moved.moved("a", Place.TOP_RIGHT, "e")
    assert (moved.tabs(Place.TOP_LEFT), moved.tabs(Place.TOP_RIGHT)) == (("c", "b"), ("d", "a", "e"))
    moved = moved.moved("d", Place.BOTTOM_RIGHT)
    assert moved.tabs(Place.BOTTOM_RIGHT) == ("d",)
    assert moved.moved("d", Place.BOTTOM_RIGHT, "d") is moved
    assert moved.moved("unknown", Place.BOTTOM_RIGHT) is moved


@pytest.mark.parametrize("away", ["closed", "floated"])
@pytest.mark.parametrize(("key", "neighbour"), [("a", "b"), ("b", "c"), ("c", "b")])
def test_a_plot_goes_its_neighbour_comes_and_it_returns_to_its_seat(away, key, neighbour) -> None:
    start = made(top_left="abc").with_front(Place.TOP_LEFT, key)
    gone = getattr(start, away)(key)
    assert gone.front(Place.TOP_LEFT) == neighbour
    assert key not in gone.tabs(Place.TOP_LEFT)
    back = gone.opened(key)
    assert back.tabs(Place.TOP_LEFT) == ("a", "b", "c")
    assert back.front(Place.TOP_LEFT) == key


def test_the_last_of_a_place_leaves_nobody_in_front() -> None:
    gone = made(top_left="a").with_front(Place.TOP_LEFT, "a").closed("a")
    assert gone.front(Place.TOP_LEFT) == ""
    assert gone.tabs(Place.TOP_LEFT) == ()


def test_a_window_is_remembered() -> None:
    there = (10, 20, 300, 400)
    again = made(top_left="a").floated("a", there).opened("a").floated("a")
    assert again.seat("a").window == there


@given(arrangements(), KEYS)
def test_what_is_known_has_a_seat_and_nothing_is_lost(arrangement: Arrangement, known: list[str]) -> None:
    completed = arrangement.completed([(key, Place.TOP_RIGHT) for key in known])
    keys = [seat.key for seat in completed.seats]
    assert set(keys) == {*known, *(seat.key for seat in arrangement.seats)}
    assert len(keys) == len(set(keys))
    assert [key for key in keys if arrangement.seat(key)] == [seat.key for seat in arrangement.seats]
