"""Small made-up data: two moons, two circles, clouds of points.

The classics that a person can picture, a few lines of NumPy each (scikit-learn's definitions).
"""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from gradviz.data.registry import Samples, Source, data_sets
from gradviz.spec.registry import integer, number

_SAMPLES = integer("samples", "How many points", default=1000, minimum=2, maximum=100_000_000)
_NOISE = number("noise", "Standard deviation of the noise on each coordinate", default=0.1, minimum=0)


@data_sets.register(
    "moons",
    group="Points",
    doc="Two half circles that reach into each other, 2 classes",
    parameters=(_SAMPLES, _NOISE),
)
def moons(samples: int, noise: float) -> Source:
    """Points `[samples, 2]`: the upper half circle is class 0, the lower one class 1."""
    return Source(input_shape=(2,), classes=2, samples=samples, make=partial(_moons, samples, noise))


@data_sets.register(
    "circles",
    group="Points",
    doc="A circle around another, 2 classes",
    parameters=(
        _SAMPLES,
        _NOISE,
        number("factor", "Radius of the inner circle; the outer one's is 1", default=0.5, above=0, below=1),
    ),
)
def circles(samples: int, noise: float, factor: float) -> Source:
    """Points `[samples, 2]`: the outer circle is class 0, the inner one class 1."""
    make = partial(_circles, samples, noise, factor)
    return Source(input_shape=(2,), classes=2, samples=samples, make=make)


@data_sets.register(
    "blobs",
    group="Points",
    doc="A round cloud of points for each class",
    parameters=(
        _SAMPLES,
        integer("classes", "How many clouds", default=3, minimum=2, maximum=100_000),
        integer("features", "Dimensions of the space", default=2, minimum=1, maximum=1_000_000),
        number("spread", "Standard deviation of a cloud; centres lie within ±10", default=1.0, minimum=0),
    ),
)
def blobs(samples: int, classes: int, features: int, spread: float) -> Source:
    """Points `[samples, features]`, as many of each class as of any other, give or take one."""
    make = partial(_blobs, samples, classes, features, spread)
    return Source(input_shape=(features,), classes=classes, samples=samples, make=make)


def _moons(samples: int, noise: float, rng: np.random.Generator) -> Samples:
    upper = samples // 2
    t = np.concatenate([np.linspace(0, math.pi, upper), np.linspace(0, math.pi, samples - upper)])
    y = _halves(samples)
    points = np.where(
        y[:, None] == 0,
        np.stack([np.cos(t), np.sin(t)], axis=1),
        np.stack([1 - np.cos(t), 0.5 - np.sin(t)], axis=1),
    )
    return _noisy(points, noise, rng), y


def _circles(samples: int, noise: float, factor: float, rng: np.random.Generator) -> Samples:
    y = _halves(samples)
    outer = samples // 2
    turn = 2 * math.pi
    t = np.concatenate(
        [np.linspace(0, turn, outer, endpoint=False), np.linspace(0, turn, samples - outer, endpoint=False)]
    )
    radius = np.where(y == 0, 1.0, factor)
    return _noisy(radius[:, None] * np.stack([np.cos(t), np.sin(t)], axis=1), noise, rng), y


def _blobs(samples: int, classes: int, features: int, spread: float, rng: np.random.Generator) -> Samples:
    centres = rng.uniform(-10, 10, size=(classes, features))
    y = np.arange(samples, dtype=np.int64) % classes
    return _noisy(centres[y], spread, rng), y


def _halves(samples: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return (np.arange(samples) >= samples // 2).astype(np.int64)


def _noisy(
    points: np.ndarray[tuple[int, int], np.dtype[np.float64]], noise: float, rng: np.random.Generator
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return (points + noise * rng.standard_normal(points.shape)).astype(np.float32)
