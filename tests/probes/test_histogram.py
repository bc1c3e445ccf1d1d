from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gradviz.probes.histogram import histogram
from gradviz.probes.sampling import MOST, looked_at
from gradviz.records.histogram import BINS, EDGES, MINUS_INF, NAN, PLUS_INF, ZERO, count

LIMITS = np.finfo(np.float32)
AWKWARD = np.concatenate(
    [
        sign * edge
        for sign in (1, -1)
        for edge in (EDGES, np.nextafter(EDGES, np.float32(0)), np.nextafter(EDGES, np.float32(np.inf)))
    ]
    + [[0.0, -0.0, np.inf, -np.inf, np.nan, LIMITS.max, LIMITS.min]]
    + [[LIMITS.smallest_subnormal, -LIMITS.smallest_subnormal, 1e-30, -1e-30, 1e25, -1e25]]
).astype(np.float32)


def test_edges_and_special_values_fall_where_records_says() -> None:
    for value in AWKWARD:
        assert np.array_equal(histogram([torch.tensor([value])]).numpy(), count(np.array([value])))


@given(st.lists(st.floats(width=32), max_size=50), st.lists(st.floats(width=32), max_size=50))
def test_any_numbers_of_two_tensors(first: list[float], second: list[float]) -> None:
    tensors = [torch.tensor(values, dtype=torch.float32) for values in (first, second)]
    expected = count(np.array([*first, *second], dtype=np.float32))
    assert np.array_equal(histogram(tensors).numpy(), expected)


def test_missing_tensors_count_nothing() -> None:
    assert histogram([None]).tolist() == [0] * BINS
    assert int(histogram([None, torch.ones(3)]).sum()) == 3


@pytest.mark.parametrize("size", [(MOST + 1,), (512, 512), (128, 64, 3, 3)])
def test_a_large_tensor_counts_for_all_its_entries(size: tuple[int, ...]) -> None:
    """The sample's counts are scaled: a small bias beside it keeps its proportion."""
    tensor = torch.randn(size, generator=torch.Generator().manual_seed(0))
    bias = torch.full((300,), 1e-20)
    counts, exact = histogram([tensor, bias]).numpy(), count(tensor.numpy()) + count(bias.numpy())
    assert counts.sum() == exact.sum() == tensor.numel() + 300
    assert counts[exact == 0].sum() == 0
    assert counts[count(bias.numpy()) > 0].tolist() == [300]
    common = exact > 1000
    expected = pytest.approx(exact[common], rel=5 / np.sqrt(looked_at(tensor.numel()) / 100))
    assert counts[common].tolist() == expected


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16, torch.bfloat16])
def test_of_a_large_tensor_what_is_not_finite_is_counted_exactly(dtype: torch.dtype) -> None:
    tensor = torch.ones(400, 400, dtype=dtype)
    tensor[3, 5:9] = math.nan
    tensor[7, 1] = math.inf
    tensor[:2, 11] = -math.inf
    counts = histogram([tensor])
    assert (int(counts[NAN]), int(counts[PLUS_INF]), int(counts[MINUS_INF])) == (4, 1, 2)
    assert int(counts.sum()) == 400 * 400
    assert int(histogram([torch.full((400, 400), math.nan, dtype=dtype)])[NAN]) == 400 * 400


def test_parameter_that_needs_gradients_and_has_strides() -> None:
    parameter = torch.nn.Parameter(torch.tensor([[0.0, math.nan], [1.0, 0.0]]))
    counts = histogram([parameter.t()])
    assert (int(counts[ZERO]), int(counts[NAN]), int(counts.sum())) == (2, 1, 4)


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_other_float_types(dtype: torch.dtype) -> None:
    values = torch.tensor([0.5, -2.0, 0.0], dtype=dtype)
    assert np.array_equal(histogram([values]).numpy(), count(np.array([0.5, -2.0, 0.0], np.float32)))


@pytest.mark.parametrize("copies", [1, 10_000])
def test_what_only_float64_can_hold_is_neither_zero_nor_infinite(copies: int) -> None:
    values = torch.tensor([1e-60, -1e-300, 1e300, -1e60, 0.0, math.inf, -3e-30], dtype=torch.float64)
    counts = histogram([values.repeat(copies)]).numpy()
    assert np.array_equal((counts / copies).round(2), count(values.numpy()))
