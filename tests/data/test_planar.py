from __future__ import annotations

import numpy as np
import pytest
from sklearn import datasets

from gradviz.data.planar import blobs, circles, moons


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize("samples", [2, 7, 100])
def test_moons_without_noise_are_scikit_learns(samples: int) -> None:
    x, y = moons(samples=samples, noise=0.0).make(rng())
    expected_x, expected_y = datasets.make_moons(samples, shuffle=False)
    np.testing.assert_allclose(x, expected_x, atol=1e-6)
    assert np.array_equal(y, expected_y)


@pytest.mark.parametrize("samples", [2, 7, 100])
def test_circles_without_noise_are_scikit_learns(samples: int) -> None:
    x, y = circles(samples=samples, noise=0.0, factor=0.3).make(rng())
    expected_x, expected_y = datasets.make_circles(samples, shuffle=False, factor=0.3)
    np.testing.assert_allclose(x, expected_x, atol=1e-6)
    assert np.array_equal(y, expected_y)


def test_noise_has_the_deviation_asked_for() -> None:
    clean, _ = moons(samples=10_000, noise=0.0).make(rng())
    noisy, _ = moons(samples=10_000, noise=0.2).make(rng())
    assert (noisy - clean).std() == pytest.approx(0.2, rel=0.05)


def test_blobs_lie_round_their_centres() -> None:
    x, y = blobs(samples=9_000, classes=3, features=5, spread=0.5).make(rng())
    assert x.shape == (9_000, 5)
    assert np.bincount(y).tolist() == [3_000] * 3
    for cls in range(3):
        cloud = x[y == cls]
        assert cloud.std(axis=0) == pytest.approx(np.full(5, 0.5), rel=0.1)
        assert (np.abs(cloud.mean(axis=0)) < 10.5).all()
