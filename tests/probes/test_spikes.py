"""Spikes against a slow twin, whatever the pieces in which the norms come."""

from __future__ import annotations

import statistics

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gradviz.probes.spikes import APART, BLOCK, FACTOR, GROWTH, Spikes


def slow(norms: list[float]) -> list[tuple[int, float]]:
    """Step by step, with the median of the two blocks before the step's."""
    found: list[tuple[int, float]] = []
    for step, norm in enumerate(norms):
        end = step // BLOCK * BLOCK
        before = [n for n in norms[max(0, end - 2 * BLOCK) : end] if n < np.inf]
        median = statistics.median(before) if before else 0.0
        far = not found or step - found[-1][0] >= max(APART, step // GROWTH)
        if median and far and FACTOR * median < norm < np.inf:
            found.append((step, norm / median))
    return found


NORMS = st.lists(
    st.sampled_from([0.0, 0.5, 1.0, 2.0, 9.9, 10.1, 30.0, 1e4, float("inf"), float("nan")]), max_size=260
)


@given(NORMS, st.integers(1, 70))
def test_they_are_those_of_the_slow_twin_in_pieces_of_any_size(norms: list[float], piece: int) -> None:
    spikes = Spikes()
    found = []
    for at in range(0, len(norms), piece):
        found += spikes.find(at, np.array(norms[at : at + piece], np.float64))
    assert [(s.step, pytest.approx(s.factor)) for s in found] == slow(norms)
    assert [s.value for s in found] == [norms[s.step] for s in found]


def test_a_run_that_goes_on_finds_the_same() -> None:
    norms = np.abs(np.random.default_rng(0).standard_cauchy(400))
    whole = Spikes().find(0, norms)
    assert len(whole) > 3
    for cut in (1, 31, 32, 33, 250):
        first, second = Spikes(), Spikes()
        found = first.find(0, norms[:cut])
        second.load_state_dict(first.state_dict())
        assert found + second.find(cut, norms[cut:]) == whole


def test_a_run_full_of_spikes_tells_few() -> None:
    norms = np.ones(200_000)
    norms[::21] = 1e3
    found = Spikes().find(0, norms)
    assert 1_000 < len(found) < 2_000


def test_the_recorder_tells_of_the_layer_whose_gradient_is_the_largest(model, lab) -> None:
    made = lab(model)
    for step in range(100):
        made.recorder.on_train_batch_start(step)
        size = 1e4 if step in (10, 70, 75) else 1.0
        for parameter in model.parameters():
            parameter.grad = torch.full_like(parameter, 0.1)
        model[2].weight.grad *= size
        made.recorder.on_after_backward(
            torch.tensor(1.0), torch.zeros(2, 3), torch.zeros(2, dtype=torch.int64)
        )
        made.recorder.on_before_optimizer_step()
        made.recorder.on_train_batch_end()
    reader = made.read()
    (event,) = reader.events()
    assert (event.step, event.kind, event.layer) == (70, "spike", "layer 2")
    global_norm = reader.series("global_norm", 0, 99, 10_000).mean[0]
    assert event.detail["value"] == pytest.approx(global_norm[70], rel=1e-6)
    assert event.detail["factor"] == pytest.approx(global_norm[70] / np.median(global_norm[:64]), rel=1e-6)
