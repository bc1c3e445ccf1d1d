"""Packed tensors: their squares are those of each piece, in the order of the tensors."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gradviz.probes.packed import SMALL, Packed


@st.composite
def networks(draw: st.DrawFn) -> tuple[list[tuple[int, int]], list[torch.Tensor]]:
    """Tensors in pieces, some of one size, some laid out by columns."""
    pieces = draw(
        st.lists(st.tuples(st.integers(1, 4), st.sampled_from([1, 2, 6, 12])), min_size=2, max_size=9)
    )
    dtype = draw(st.sampled_from([torch.float32, torch.float64]))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 99)))
    tensors = [torch.randn(count, size, generator=generator, dtype=dtype) for count, size in pieces]
    by_columns = draw(st.lists(st.booleans(), min_size=len(pieces), max_size=len(pieces)))
    return pieces, [
        tensor.T.contiguous().T if turned else tensor
        for tensor, turned in zip(tensors, by_columns, strict=True)
    ]


def slow(pieces: list[tuple[int, int]], tensors: list[torch.Tensor]) -> list[float]:
    return [
        sum(value * value for value in row)
        for (count, _), tensor in zip(pieces, tensors, strict=True)
        for row in tensor.reshape(count, -1).tolist()
    ]


@given(networks())
def test_squares_of_pieces_one_by_one(network: tuple[list[tuple[int, int]], list[torch.Tensor]]) -> None:
    pieces, tensors = network
    packed = Packed(pieces)
    for scale in (1.0, -3.0):  # what the first tensors left must not be in the second's
        scaled = [tensor * scale for tensor in tensors]
        assert packed.squares(scaled) == pytest.approx(slow(pieces, scaled), rel=1e-5)


def test_another_type_is_laid_out_anew() -> None:
    packed = Packed([(1, 3), (1, 2)])
    for dtype in (torch.float32, torch.float64, torch.float32):
        tensors = [torch.full((3,), 1 / 3, dtype=dtype), torch.ones(2, dtype=dtype)]
        assert packed.squares(tensors) == pytest.approx([1 / 3, 2.0], rel=1e-6)


def test_what_cannot_be_packed() -> None:
    assert Packed([(1, 3), (1, 2)]).squares([torch.ones(3)]) is None
    assert Packed([(1, 3), (1, 2)]).squares([torch.ones(3).half(), torch.ones(2).half()]) is None
    assert Packed([(1, 3), (1, 2)]).squares([torch.ones(3), torch.ones(2).double()]) is None
    assert not Packed([(1, 3)]).fits  # one tensor needs no company
    assert not Packed([(1, 0), (1, 3)]).fits
    assert not Packed([(1, 3), (2, SMALL)]).fits
    assert Packed([(1, 3), (2, SMALL // 2)]).fits
