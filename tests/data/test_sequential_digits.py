from __future__ import annotations

import numpy as np
from sklearn import datasets

from gradviz.data.sequential_digits import permutation, sequential_digits

IMAGES = datasets.load_digits().images


def made(order: str, seed: int = 0) -> np.ndarray:
    source = sequential_digits(order)
    x, y = source.make(np.random.default_rng(seed))
    assert x.shape == (1797, *source.input_shape)
    assert np.array_equal(y, datasets.load_digits().target)
    return x


def test_rows_are_the_images() -> None:
    assert np.array_equal(made("rows"), IMAGES)


def test_pixels_come_in_reading_order() -> None:
    expected = [[[value] for line in image.tolist() for value in line] for image in IMAGES[:50]]
    assert made("pixels")[:50].tolist() == expected


def test_permuted_pixels_are_the_same_in_another_order_whatever_the_seed() -> None:
    order = permutation()
    assert sorted(order.tolist()) == list(range(64))
    assert order.tolist() != list(range(64))
    shuffled, plain = made("permuted pixels", seed=1), made("pixels")
    assert all(np.array_equal(shuffled[:, at], plain[:, was]) for at, was in enumerate(order))
    assert np.array_equal(shuffled, made("permuted pixels", seed=2))
