from hypothesis import given
from hypothesis import strategies as st

from gradviz.spec.problem import dotted, keys_of

NAMES = st.from_regex(r"[a-z_]+", fullmatch=True)


@given(NAMES, st.lists(NAMES | st.integers(0, 999)))
def test_a_place_is_read_as_it_was_written(first: str, rest: list[str | int]) -> None:
    assert keys_of(dotted((first, *rest))) == (first, *rest)


def test_places() -> None:
    assert keys_of("") == ()
    assert keys_of("optimizer.groups[0].layers") == ("optimizer", "groups", 0, "layers")
