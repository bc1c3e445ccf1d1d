"""The adding problem: the sum of two marked numbers in a long sequence, a test of memory.

Hochreiter & Schmidhuber (1997, experiment 4) invented it. Here it is as Le, Jaitly & Hinton (2015) and
Arjovsky et al. (2016) pose it: numbers from 0 to 1, one mark in each half, all sequences of one length.
Whoever always answers 1 has a mean squared error of 1/6 = 0.167, the variance of the sum.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from gradviz.data.registry import Samples, Source, data_sets
from gradviz.spec.data_info import Task
from gradviz.spec.registry import integer


@data_sets.register(
    "adding",
    group="Sequences",
    doc="The sum of the two marked numbers among many (Hochreiter & Schmidhuber 1997), a regression",
    parameters=(
        integer("length", "How many numbers are in a sequence", default=100, minimum=2, maximum=100_000),
        integer("samples", "How many sequences", default=4000, minimum=2, maximum=10_000_000),
    ),
)
def adding(length: int, samples: int) -> Source:
    """Sequences `[samples, length, 2]` of numbers and marks, and sums `[samples, 1]`."""
    return Source(
        input_shape=(length, 2),
        classes=1,
        samples=samples,
        task=Task.REGRESSION,
        make=partial(adding_samples, samples, length),
    )


def adding_samples(samples: int, length: int, rng: np.random.Generator) -> Samples:
    """Numbers of 0 to 1 beside marks, 1 at one place of each half and else 0; the sum of the marked ones."""
    x = np.zeros((samples, length, 2), dtype=np.float32)
    x[:, :, 0] = rng.random((samples, length), dtype=np.float32)
    half, row = length // 2, np.arange(samples)
    first, second = rng.integers(0, half, samples), rng.integers(half, length, samples)
    x[row, first, 1] = x[row, second, 1] = 1
    return x, (x[row, first, 0] + x[row, second, 0])[:, None]
