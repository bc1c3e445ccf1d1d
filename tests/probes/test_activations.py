from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from gradviz.probes.activations import (
    PassActivations,
    dead_share,
    first_output,
    moments,
    unit_dims,
)
from gradviz.probes.hooks import Hooks
from gradviz.probes.sampling import MOST, sampled
from gradviz.records.layer import LayerInfo


def layer(kind: str, *shape: int) -> LayerInfo:
    return LayerInfo(
        index=0, name=kind, kind=kind, path=(0,), repeat=(), module="", output_shape=shape, parameters=0
    )


numbers = st.one_of(
    st.just(0.0), st.floats(-1e3, 1e3, width=32), st.sampled_from([math.nan, math.inf, -math.inf, -0.0])
)


@settings(max_examples=60)
@given(values=st.lists(st.lists(numbers, min_size=3, max_size=3), max_size=6), half=st.booleans())
def test_moments_and_dead_units_are_what_the_slow_twin_sees(values: list[list[float]], half: bool) -> None:
    output = torch.tensor(values, dtype=torch.float32).reshape(-1, 3)
    output = output.half() if half else output
    rows = output.double().tolist()
    flat = [value for row in rows for value in row]
    mean, spread, zeros = moments(output).tolist()
    dead = float(dead_share(output, 1))
    if not flat:
        assert all(math.isnan(value) for value in (mean, spread, zeros, dead))
        return
    assert zeros == pytest.approx(sum(value == 0 for value in flat) / len(flat))
    assert dead == pytest.approx(sum(all(row[unit] == 0 for row in rows) for unit in range(3)) / 3)
    with np.errstate(invalid="ignore"):
        assert mean == pytest.approx(np.mean(flat), nan_ok=True, rel=1e-9, abs=1e-9)
        assert spread == pytest.approx(np.std(flat), nan_ok=True, rel=1e-7, abs=1e-7)


def test_what_is_not_contiguous_and_what_is_tiny() -> None:
    output = torch.arange(12.0).reshape(3, 4).T[::2]
    assert moments(output)[0] == output.mean()
    tiny = torch.full((4,), 1e-300, dtype=torch.float64)
    assert moments(tiny).tolist() == [pytest.approx(1e-300, rel=1e-9), pytest.approx(0, abs=1e-305), 0]


def test_large_outputs_are_sampled_evenly_over_units() -> None:
    generator = torch.Generator().manual_seed(0)
    output = torch.randn(1024, 256, generator=generator) + torch.arange(256)
    taken = sampled(output)
    assert MOST // 2 < len(taken) <= MOST
    assert float(moments(output)[0]) == pytest.approx(127.5, rel=0.01)
    assert {round(float(value)) for value in taken} >= set(range(256))
    output[:, :64] = 0
    assert float(dead_share(output, 1)) == pytest.approx(0.25, abs=0.01)
    output[-1, 0] = 1
    assert float(dead_share(output, 1)) < 0.25


def test_units_are_channels_or_features() -> None:
    image = torch.zeros(2, 4, 3, 3)
    image[1, 2, 0, 0] = 1
    assert float(dead_share(image, 1)) == 0.75
    text = [layer("Embedding", 9, 4), layer("Linear", 9, 4), layer("ReLU", 9, 4), layer("Linear", 3)]
    slid = [layer("Conv1d", 4, 9), layer("ReLU", 4, 9), layer("Flatten", 36), layer("ReLU", 36)]
    assert unit_dims(text) == [2, 2, 2, 1]
    assert unit_dims(slid) == [1, 1, 1, 1]
    assert unit_dims([*slid[:2], layer("LSTM", 4, 8), layer("ReLU", 4, 8)]) == [1, 1, 2, 2]
    assert unit_dims([layer("Conv2d", 4, 3, 3)]) == [1]


def test_the_first_tensor_of_real_numbers_counts() -> None:
    real = torch.zeros(1)
    assert first_output((torch.zeros(1, dtype=torch.int64), {"a": [real]})) is real
    assert first_output("nothing") is None


def test_inputs_that_are_overwritten_and_several_calls() -> None:
    relu = nn.ReLU(inplace=True)
    silent = nn.Linear(1, 1)
    with Hooks() as hooks:
        watched = PassActivations([relu, silent], [1, 1], [True, False], hooks)
        relu(torch.ones(2, 2))
        relu(torch.tensor([[-1.0, 2.0], [-3.0, -4.0]]))
    found: dict[str, list[float]] = {}
    watched.tell(watched.numbers().numpy(), lambda name, values: found.update({name: values.tolist()}))
    assert found["activation_mean"][0] == 0.5
    assert found["zero_share"][0] == 0.75
    assert found["dead_share"][0] == 0.5
    assert found["saturated_share"][0] == 0.75
    assert all(math.isnan(values[1]) for values in found.values())
    assert not relu._forward_hooks
    assert not relu._forward_pre_hooks


@pytest.mark.parametrize("dim", [1, 2, -1])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_dead_units_of_a_large_output_are_exact(dim: int, dtype: torch.dtype) -> None:
    """However few units there are and however seldom one of them is alive."""
    output = torch.zeros(40, 6, 8, 70, dtype=dtype)
    units = output.movedim(dim, 0)
    units[0] = 1
    units[2, 5, 2, 1] = -1
    units[4, 3, 3, 5] = math.nan
    assert output.numel() > MOST
    assert float(dead_share(output, dim)) == pytest.approx(1 - 3 / len(units))
