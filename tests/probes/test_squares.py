"""Squares by address: those of Python's floats, at every magnitude, of nothing that does not lie there."""

from __future__ import annotations

import math
from array import array

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gradviz.probes import squares
from gradviz.probes.squares import GRAIN, Squares

pytestmark = pytest.mark.skipif(not squares.COMPILED, reason="gradviz was installed without a C compiler")

numbers = st.floats(width=32) | st.sampled_from([0.0, 1e-18, -1e-19, 1e-25, 1e-45, 1e18, 1e19, -3e38])


@st.composite
def networks(draw: st.DrawFn) -> tuple[list[tuple[int, int]], list[torch.Tensor | None]]:
    """Tensors in pieces, filled again and again with a few numbers, some of them not there."""
    sizes = st.integers(0, 40) | st.sampled_from([4095, 4096, 4113])
    pieces = draw(st.lists(st.tuples(st.integers(1, 4), sizes), max_size=6))
    tensors: list[torch.Tensor | None] = []
    for count, size in pieces:
        few = torch.tensor(draw(st.lists(numbers, min_size=1, max_size=5)), dtype=torch.float32)
        whole = few.repeat(count * size // len(few) + 1)[: count * size].reshape(count, size)
        tensors.append(draw(st.sampled_from([whole, whole, None])))
    return pieces, tensors


def slow(pieces: list[tuple[int, int]], tensors: list[torch.Tensor | None]) -> list[float]:
    found = []
    for (count, _), tensor in zip(pieces, tensors, strict=True):
        rows = [[]] * count if tensor is None else tensor.reshape(count, -1).tolist()
        found += [math.fsum(value * value for value in row) for row in rows]
    return found


@given(networks())
def test_squares_of_pieces_one_by_one(network) -> None:
    pieces, tensors = network
    found = Squares(pieces)(tensors)
    assert found == pytest.approx(slow(pieces, tensors), rel=1e-5, abs=0, nan_ok=True)


def test_many_entries_are_added_up_as_exactly_as_few() -> None:
    values = torch.full((GRAIN,), 0.1)
    assert Squares([(1, GRAIN)])([values]) == pytest.approx([GRAIN * float(values[0]) ** 2], rel=1e-5)


def test_a_view_is_read_where_it_begins() -> None:
    rows = torch.arange(12.0).reshape(3, 4)
    assert Squares([(1, 8), (2, 2)])([rows[1:], rows[0]]) == [sum(i * i for i in range(4, 12)), 1.0, 13.0]


@pytest.mark.parametrize(
    "tensor",
    [
        torch.ones(3, 2).T,  # by columns
        torch.ones(1).expand(2, 3),  # one entry in memory
        torch.ones(2, 2),
        torch.ones(2, 3).half(),
        torch.ones(2, 3).double(),
        torch.ones(2, 3).to_sparse(),
    ],
    ids=["columns", "expanded", "shorter", "half", "double", "sparse"],
)
def test_what_does_not_lie_there_as_expected_is_left_to_others(tensor: torch.Tensor) -> None:
    of_two = Squares([(1, 6), (1, 6)])
    assert of_two([torch.ones(2, 3), torch.ones(6)]) == [6.0, 6.0]
    if tensor.dtype is torch.float32:
        assert of_two([torch.ones(2, 3), tensor]) is None
    assert of_two([tensor, tensor]) is None
    assert of_two([None, tensor]) is None


def test_large_tensors_are_left_to_torch_where_it_has_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    small, large = Squares([(1, GRAIN)]), Squares([(1, GRAIN + 1)])
    for threads, taken in ((1, True), (2, False)):
        monkeypatch.setattr(torch, "get_num_threads", lambda threads=threads: threads)
        assert small([torch.ones(GRAIN)]) == [GRAIN]
        assert (large([torch.ones(GRAIN + 1)]) is not None) is taken


def test_without_the_extension_others_do_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(squares, "COMPILED", False)
    assert Squares([(1, 1)])([torch.ones(1)]) is None


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((), TypeError),
        (((), b""), TypeError),
        (([], "text"), TypeError),
        ((["no address"], array("q", [1, 1]).tobytes()), TypeError),
        (([0], b""), ValueError),
        (([], array("q", [1, 1]).tobytes()), ValueError),
    ],
)
def test_the_extension_refuses_what_it_does_not_understand(arguments, error) -> None:
    with pytest.raises(error):
        squares.sums_of_squares(*arguments)
