"""The digits read as a sequence: row by row, pixel by pixel, or pixel by pixel in a shuffled order.

Le, Jaitly & Hinton (2015) read MNIST so, a pixel at a time and in one fixed permutation, as a test of memory
over long distances; the bundled digits have 64 pixels.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from gradviz.data.digits import read_digits
from gradviz.data.registry import Samples, Source, data_sets
from gradviz.spec.registry import choice

_ORDERS = ("rows", "pixels", "permuted pixels")


@data_sets.register(
    "sequential_digits",
    group="Sequences",
    doc="The 1,797 handwritten digits as sequences of rows or of pixels, 10 classes",
    parameters=(
        choice(
            "order",
            "Eight rows of eight pixels, or 64 pixels in reading order or in a shuffled one",
            choices=_ORDERS,
            default="rows",
        ),
    ),
)
def sequential_digits(order: str) -> Source:
    """Sequences `[1797, 8, 8]` of rows or `[1797, 64, 1]` of pixels, of values 0 to 16."""
    shape = (8, 8) if order == "rows" else (64, 1)
    return Source(input_shape=shape, classes=10, samples=1797, make=partial(_read, order), stored=True)


def _read(order: str, rng: np.random.Generator) -> Samples:
    images, target = read_digits(rng)
    if order == "rows":
        return images[:, 0], target
    pixels = images.reshape(len(images), 64, 1)
    return (pixels[:, permutation()] if order == "permuted pixels" else pixels), target


def permutation() -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The one shuffled order of the 64 pixels, the same for every image and every seed."""
    return np.random.default_rng(2015).permutation(64)
