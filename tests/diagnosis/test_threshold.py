from __future__ import annotations

import math

import numpy as np
import pytest

from gradviz.diagnosis.threshold import METHODS, propose_threshold, stable_part, two_digits
from gradviz.records.histogram import count


def norms(steps: int = 400, layers: int = 3, spread: float = 0.1, seed: int = 0) -> np.ndarray:
    """Norms [layers, steps] that start four times higher than they settle."""
    random = np.random.default_rng(seed)
    settling = 1 + 3 * np.exp(-np.arange(steps) / 10)
    scale = np.arange(1, layers + 1)[:, None]
    return scale * settling * random.lognormal(0, spread, (layers, steps))


def together(of_layers: np.ndarray) -> np.ndarray:
    return np.array([math.sqrt(math.fsum(v * v for v in step)) for step in of_layers.T])


def test_where_norms_hardly_spread_it_is_twice_the_median() -> None:
    found = propose_threshold("global_norm", norms())
    settled = together(norms())[40:]
    assert found.steps == len(settled)
    assert found.median == pytest.approx(float(np.median(settled)))
    assert found.largest == pytest.approx(settled.max())
    assert found.threshold == pytest.approx(2 * np.median(settled), rel=0.05)
    assert found.threshold >= 2 * found.median
    assert found.share == 0
    assert "insurance against spikes" in found.reason
    assert found.warning == ""


def test_where_norms_have_a_heavy_tail_nine_steps_in_ten_pass() -> None:
    found = propose_threshold("global_norm", norms(spread=1.2))
    settled = together(norms(spread=1.2))[40:]
    assert found.threshold == pytest.approx(float(np.percentile(settled, 90)), rel=0.1)
    assert found.threshold >= found.ninth > 2 * found.median
    assert found.share == pytest.approx(float(np.mean(settled > found.threshold)))
    assert 0.02 < found.share <= 0.1
    assert f"{found.share:.1%} of the steps would have been clipped" in found.reason


def test_each_tensors_own_norm_is_held_against_the_largest_layer() -> None:
    found = propose_threshold("norm", norms())
    assert found.median == pytest.approx(float(np.median(norms().max(axis=0)[40:])))
    assert found.threshold < propose_threshold("global_norm", norms()).threshold


def test_single_entries_are_held_against_what_one_in_a_thousand_is_above() -> None:
    entries = np.random.default_rng(1).normal(0, 1e-3, 200_000)
    entries[:2] = (math.inf, math.nan)
    found = propose_threshold("value", norms(), [count(entries), count(-entries)])
    exact = float(np.quantile(np.abs(entries[2:]), 0.999))
    assert found.threshold == pytest.approx(exact, rel=0.3)  # bins are a quarter of a decade wide
    assert found.share == pytest.approx(0.001, abs=0.0007)
    assert found.median == pytest.approx(float(np.median(np.abs(entries[2:]))), rel=0.15)
    assert 1e-3 * 3 < found.largest < 1e-2


def test_a_divergence_at_the_end_is_left_out() -> None:
    rising = norms()
    rising[:, 380:395] *= 10.0 ** np.arange(2, 17)
    rising[:, 395:] = math.nan
    assert stable_part(together(rising)) == slice(39, 380)
    found = propose_threshold("global_norm", rising)
    assert found.steps == 341
    assert found.threshold == pytest.approx(propose_threshold("global_norm", norms()).threshold, rel=0.05)


def test_a_spike_in_the_middle_stays_in() -> None:
    spiky = norms()
    spiky[:, 200] *= 1e4
    found = propose_threshold("global_norm", spiky)
    assert found.largest > 1e4
    assert found.share == pytest.approx(1 / 360)


@pytest.mark.parametrize("method", METHODS)
def test_too_few_steps_give_no_threshold(method: str) -> None:
    for few in (np.empty((3, 0)), np.empty((0, 0)), norms(steps=12)):
        found = propose_threshold(method, few)
        assert found.threshold is None
        assert found.reason.startswith(f"Only {found.steps} steps")


def test_gradients_that_are_never_finite_cannot_be_clipped() -> None:
    found = propose_threshold("global_norm", np.full((3, 100), math.inf))
    assert found.threshold is None
    assert found.steps == 0
    assert found.warning.startswith("Gradients are not finite from the first step on.")


def test_gradients_of_zero_give_no_threshold() -> None:
    found = propose_threshold("global_norm", np.zeros((3, 100)))
    assert (found.threshold, found.reason) == (None, "In half of the steps the gradient is zero.")
    assert propose_threshold("value", norms(), None).threshold is None
    assert propose_threshold("value", norms(), [count(np.array([math.nan]))]).threshold is None


@pytest.mark.parametrize("method", METHODS)
def test_a_gradient_that_vanishes_or_explodes_is_no_matter_of_clipping(method: str) -> None:
    depth = 10.0 ** np.linspace(0, 6, 3)[:, None]
    histograms = [count(np.linspace(-1, 1, 1001))]
    vanishing = propose_threshold(method, depth * norms(), histograms)
    exploding = propose_threshold(method, depth[::-1] * norms(), histograms)
    assert vanishing.warning.startswith("Gradients vanish on their way back: 1")
    assert exploding.warning.startswith("Gradients explode on their way back: 1e+06 in the first layer, 3")
    assert vanishing.threshold is not None


def test_a_frozen_layer_has_not_vanished() -> None:
    """Its gradient is exactly zero because that was asked for; the others are judged without it."""
    of_layers, frozen = norms(), np.zeros((3, 400), bool)
    frozen[0] = True
    of_layers[frozen] = 0
    assert propose_threshold("global_norm", of_layers).warning.startswith("Gradients vanish")
    assert propose_threshold("global_norm", of_layers, frozen=frozen).warning == ""
    of_layers[1] /= 1e6
    warning = propose_threshold("global_norm", of_layers, frozen=frozen).warning
    assert warning.startswith("Gradients vanish on their way back: 2e-06 in the first layer that learns, 3")
    frozen[1] = True
    assert propose_threshold("global_norm", of_layers, frozen=frozen).warning == ""  # nothing to compare


def test_a_layer_that_learns_late_is_judged_by_the_steps_in_which_it_does() -> None:
    of_layers, frozen = norms(), np.zeros((3, 400), bool)
    of_layers[:, 300:] /= 1e4  # the loss is nearly zero by then
    frozen[0, :300] = True
    of_layers[frozen] = 0
    assert propose_threshold("global_norm", of_layers, frozen=frozen).warning == ""
    of_layers[0] /= 1e6
    assert "in the first layer, 0.0003" in propose_threshold("norm", of_layers, frozen=frozen).warning
    frozen[0, :390] = True  # too few steps to judge it
    assert propose_threshold("global_norm", of_layers, frozen=frozen).warning == ""


def test_magnitudes_beyond_float32s_squares_are_right() -> None:
    for scale in (1e-30, 1e30):
        found = propose_threshold("global_norm", norms().astype(np.float32) * np.float32(scale))
        assert found.threshold == pytest.approx(
            propose_threshold("global_norm", norms()).threshold * scale, rel=0.1
        )


@pytest.mark.parametrize(
    ("value", "rounded"), [(0.1234, 0.13), (0.12, 0.12), (9.91, 10.0), (1e-30, 1e-30), (123.0, 130.0)]
)
def test_two_digits_are_never_below(value: float, rounded: float) -> None:
    assert two_digits(value) == pytest.approx(rounded, rel=1e-12)
