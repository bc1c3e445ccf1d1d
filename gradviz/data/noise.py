"""Noise of any shape with random classes: for trying architectures without having data for them.

Nothing can be learnt from it but by heart; shapes, gradients and speed are as with real inputs.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from gradviz.data.registry import Samples, Source, data_sets
from gradviz.spec.registry import integer, integers


@data_sets.register(
    "random",
    group="Made up",
    doc="Normal noise of any shape with random classes, to try an architecture",
    parameters=(
        integers("shape", "Shape of one input, without the batch", default=[3, 32, 32], minimum=1),
        integer("classes", "How many classes", default=10, minimum=2, maximum=100_000),
        integer("samples", "How many samples", default=1000, minimum=2, maximum=100_000_000),
    ),
)
def random(shape: list[int], classes: int, samples: int) -> Source:
    """Inputs `[samples, *shape]` of standard normal noise, classes as even as can be."""
    make = partial(_noise, tuple(shape), classes, samples)
    return Source(input_shape=tuple(shape), classes=classes, samples=samples, make=make)


def _noise(shape: tuple[int, ...], classes: int, samples: int, rng: np.random.Generator) -> Samples:
    y = rng.permutation(np.arange(samples, dtype=np.int64) % classes)
    return rng.standard_normal((samples, *shape), dtype=np.float32), y
