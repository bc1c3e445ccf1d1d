from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gradviz.probes.histogram import MOST, histogram, sampled
from gradviz.records.histogram import BINS, EDGES, NAN, ZERO, count

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


def test_big_tensor_is_sampled_over_its_whole_length() -> None:
    tensor = torch.arange(5 * MOST + 7)
    values = sampled(tensor)
    assert MOST * 0.8 < len(values) <= MOST
    assert values[-1] > 0.99 * len(tensor)
    assert sampled(torch.ones(MOST)).numel() == MOST


def test_parameter_that_needs_gradients_and_has_strides() -> None:
    parameter = torch.nn.Parameter(torch.tensor([[0.0, math.nan], [1.0, 0.0]]))
    counts = histogram([parameter.t()])
    assert (int(counts[ZERO]), int(counts[NAN]), int(counts.sum())) == (2, 1, 4)


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_other_float_types(dtype: torch.dtype) -> None:
    values = torch.tensor([0.5, -2.0, 0.0], dtype=dtype)
    assert np.array_equal(histogram([values]).numpy(), count(np.array([0.5, -2.0, 0.0], np.float32)))
