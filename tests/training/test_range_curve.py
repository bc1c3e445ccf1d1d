"""Curves of known shape are read right, and what shows nothing is said to."""

from __future__ import annotations

import re

import numpy as np
import pytest

from gradviz.training.range_curve import End, read_curve, smooth

RATES = np.geomspace(1e-6, 10, 200)


def valley(steep: float = -2.5, low: float = -1.0) -> np.ndarray:
    """Two, falling fastest at 10**steep, lowest near 10**low, then rising."""
    at = np.log10(RATES)
    fall = 1 / (1 + np.exp(-3 * (at - steep)))
    return 2 - fall + 3 * np.maximum(0, at - low) ** 2


def noise(size: float) -> np.ndarray:
    return size * np.random.default_rng(0).standard_normal(200)


def slow_smooth(values: np.ndarray, width: float, reach: int) -> list[float]:
    smoothed = []
    for i in range(len(values)):
        near = range(max(0, i - reach), min(len(values), i + reach + 1))
        weights = [np.exp(-0.5 * ((j - i) / width) ** 2) for j in near]
        smoothed.append(sum(w * values[j] for w, j in zip(weights, near, strict=True)) / sum(weights))
    return smoothed


@pytest.mark.parametrize("count", [1, 2, 5, 39, 200])
def test_smoothing_is_a_gaussian_mean(count: int) -> None:
    values = np.random.default_rng(1).random(count)
    width = max(1.0, count / 40)
    reach = min(count - 1, int(4 * width))
    assert smooth(values) == pytest.approx(slow_smooth(values, width, reach), rel=1e-12)


@pytest.mark.parametrize("size", [0.0, 0.03])
def test_a_valley_is_found(size: float) -> None:
    losses = valley() + noise(size)
    curve = read_curve(RATES.tolist(), losses.tolist(), End.RANGE)
    assert curve.steepest == pytest.approx(10**-2.5, rel=1.0)
    assert 10**-1.5 < curve.lowest < 10**-0.7
    assert curve.proposal == pytest.approx(curve.lowest / 10, rel=0.06)
    assert f"take {curve.proposal:.2g}, a tenth of that, clear of the rise" in curve.sentence
    assert len(curve.rates) == len(curve.losses) == len(curve.smoothed) == 200
    assert curve.losses == tuple(losses.tolist())


@pytest.mark.parametrize(
    ("ended", "said"),
    [
        (End.RANGE, "the end of the range: take .*, or test again to a higher rate"),
        (End.STOPPED, "where the test was stopped: take .*, or test again in fewer steps"),
        (End.EXPLODED, "just before it explodes: take"),
    ],
)
def test_a_loss_that_still_falls_at_the_end(ended: End, said: str) -> None:
    losses = valley(low=5)[:130]
    curve = read_curve(RATES[:130].tolist(), losses.tolist(), ended)
    assert curve.lowest == pytest.approx(RATES[129], rel=0.01)
    assert re.search(f"is still falling at .*, {said}", curve.sentence)


@pytest.mark.parametrize(
    "losses",
    [
        np.full(200, 2.3) + noise(0.1),
        np.full(200, 2.3),
        np.linspace(1, 2, 200),
        np.full(200, 2.3) - np.linspace(0, 0.01, 200),
        np.zeros(200),
    ],
    ids=["noise", "flat", "rising", "too little", "zero"],
)
def test_a_loss_that_never_falls_gives_no_proposal(losses: np.ndarray) -> None:
    curve = read_curve(RATES.tolist(), losses.tolist(), End.RANGE)
    assert (curve.steepest, curve.lowest, curve.proposal) == (None, None, None)
    assert "does not fall at any rate from 1e-06 to 10" in curve.sentence


@pytest.mark.parametrize(
    ("ended", "said"), [(End.EXPLODED, "The loss exploded"), (End.STOPPED, "The test was stopped")]
)
@pytest.mark.parametrize("count", [0, 1, 5])
def test_too_few_steps_show_nothing(ended: End, said: str, count: int) -> None:
    curve = read_curve(RATES[:count].tolist(), [2.0] * count, ended)
    assert curve.proposal is None
    assert curve.sentence == f"{said} after {count} steps, which show nothing: begin at a lower rate."
