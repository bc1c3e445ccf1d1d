from __future__ import annotations

import math
from unittest import mock

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from slow_twins import LARGEST, SMALLEST, slow_norm

from gradviz.probes import squares
from gradviz.probes.norms import LayerNorms, count_nonfinite
from gradviz.records.exact import to_float32


def all_ways(layers: list[list[torch.Tensor | None]]) -> list[list[float]]:
    """By address, where that was compiled, by torch's fused call on a CPU, and as on a device."""
    norms = LayerNorms([[0 if t is None else t.numel() for t in layer] for layer in layers])
    tensors = [tensor for layer in layers for tensor in layer]
    by_address, _ = norms.on_host(tensors)
    with mock.patch.object(squares, "COMPILED", new=False):
        fused, _ = norms.on_host(tensors)
    return [
        to_float32(norms.by_layer(found)).tolist()
        for found in (by_address, fused, norms.on_device(tensors).numpy())
    ]


def expected(layers: list[list[torch.Tensor | None]]) -> list[float]:
    return [slow_norm([float(v) for t in layer if t is not None for v in t.flatten()]) for layer in layers]


@pytest.mark.parametrize(
    "entry",
    [0.0, 1.0, -3.5, 1e-30, 1e25, 1e-18, 1e18, 1e-45, 3e38, math.nan, math.inf, -math.inf, 1e-20, 2e-23],
)
@pytest.mark.parametrize("count", [1, 2, 1000])
def test_any_magnitude(entry: float, count: int) -> None:
    layers = [[torch.full((count,), entry)], [torch.full((3,), 0.5), torch.full((2,), entry)]]
    for found in all_ways(layers):
        assert found == pytest.approx(expected(layers), rel=1e-5, nan_ok=True)


def test_small_entries_of_a_big_tensor_are_not_lost() -> None:
    layers = [[torch.full((300, 300), 1e-22)]]  # its norm is 3e-20, its squares are far below float32
    for found in all_ways(layers):
        assert found == pytest.approx([3e-20], rel=1e-5)


@pytest.mark.parametrize(
    ("entry", "finite"),
    [(1.0, True), (0.0, True), (1e-40, True), (3e38, True), (math.nan, False), (math.inf, False)],
)
@pytest.mark.parametrize("count", [3, 20_000])
@pytest.mark.parametrize("compiled", [squares.COMPILED, False])
def test_it_says_whether_all_is_finite(entry, finite, count, compiled, monkeypatch) -> None:
    monkeypatch.setattr(squares, "COMPILED", compiled)
    tensors = [torch.ones(2), torch.full((count,), entry)]
    norms = LayerNorms([[2], [count]])
    assert norms.on_host(tensors)[1] is finite


def test_nan_wins_over_infinity_in_a_layer() -> None:
    layers = [[torch.tensor([math.inf]), torch.tensor([math.nan])], [torch.tensor([1.0])]]
    for found in all_ways(layers):
        assert math.isnan(found[0])
        assert found[1] == 1.0


def test_finite_norm_beyond_float32_is_its_largest_number() -> None:
    for found in all_ways([[torch.full((100,), 3e38)]]):
        assert found == [LARGEST]


def test_missing_gradient_counts_as_zeros() -> None:
    layers = [[None, torch.tensor([3.0, 4.0])], [None], [torch.tensor([2.0]), None]]
    for found in all_ways(layers):
        assert found == [5.0, 0.0, 2.0]
    for found in all_ways([[None], [None, None]]):
        assert found == [0.0, 0.0]


@pytest.mark.parametrize(
    ("entry", "kept"), [(1e-200, SMALLEST), (1e200, LARGEST), (1e-30, 2e-30), (1e30, 2e30)]
)
def test_float64_networks_are_neither_zero_nor_infinite(entry: float, kept: float) -> None:
    tensor = torch.full((4,), entry, dtype=torch.float64)
    norms = LayerNorms([[4]])
    assert to_float32(norms.by_layer(norms.on_host([tensor])[0])) == pytest.approx([kept], rel=1e-5)


numbers = st.floats(width=32, allow_nan=True, allow_infinity=True)


@given(
    st.lists(
        st.lists(st.lists(numbers, min_size=1, max_size=5), min_size=1, max_size=3), min_size=1, max_size=4
    )
)
def test_any_numbers(raw: list[list[list[float]]]) -> None:
    layers = [[torch.tensor(values, dtype=torch.float32) for values in layer] for layer in raw]
    for found in all_ways(layers):
        assert found == pytest.approx(expected(layers), rel=1e-5, abs=SMALLEST, nan_ok=True)


def test_nonfinite_entries_are_counted() -> None:
    tensors = [torch.tensor([math.nan, 1.0, math.inf]), None, torch.tensor([[-math.inf]])]
    assert count_nonfinite(tensors) == 3
    assert count_nonfinite([torch.ones(5)]) == 0


@pytest.mark.parametrize("sizes", [[5], [5, 3], [5, 0, 3], [20_000, 3]])
def test_what_is_measured_is_left_as_it_is(sizes: list[int]) -> None:
    torch.manual_seed(0)
    tensors = [torch.randn(size) for size in sizes]
    before = [tensor.clone() for tensor in tensors]
    squares, finite = LayerNorms([sizes]).on_host(tensors)
    assert all(torch.equal(tensor, old) for tensor, old in zip(tensors, before, strict=True))
    assert squares == pytest.approx([float(old.double().square().sum()) for old in before], rel=1e-6)
    assert finite
