"""Noise of any shape with random classes: for trying architectures without having data for them.

Nothing can be learnt from it but by heart; shapes, gradients and speed are as with real inputs. With a
vocabulary it is random text: token ids, and a class for each text or, as a language model has it, for each
position.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from gradviz.data.registry import DataError, Samples, Source, data_sets
from gradviz.spec.registry import boolean, integer, integers


@data_sets.register(
    "random",
    group="Made up",
    doc="Normal noise of any shape, or random token ids, with random classes, to try an architecture",
    parameters=(
        integers("shape", "Shape of one input, without the batch", default=[3, 32, 32], minimum=1),
        integer("classes", "How many classes", default=10, minimum=2, maximum=1_000_000),
        integer("samples", "How many samples", default=1000, minimum=2, maximum=100_000_000),
        integer(
            "vocabulary",
            "Makes the inputs token ids below this number, as in a text; the shape is then the length",
            default=None,
            minimum=2,
            maximum=10_000_000,
        ),
        boolean("per_position", "A class at every position, as for a language model", default=False),
    ),
)
def random(
    shape: list[int], classes: int, samples: int, vocabulary: int | None, per_position: bool
) -> Source:
    """Inputs `[samples, *shape]` of standard normal noise or of ids; classes as even as can be."""
    if vocabulary is not None and len(shape) != 1:
        raise DataError(f"data.shape must be one number, the length of a text, not {shape}")
    if per_position and len(shape) > 2:
        raise DataError(f"data.per_position needs a sequence: a shape of one or two numbers, not {shape}")
    targets = (samples, shape[0]) if per_position else (samples,)
    return Source(
        input_shape=tuple(shape),
        classes=classes,
        samples=samples,
        vocabulary=vocabulary,
        per_position=per_position,
        make=partial(_noise, (samples, *shape), targets, classes, vocabulary),
    )


def _noise(
    inputs: tuple[int, ...],
    targets: tuple[int, ...],
    classes: int,
    vocabulary: int | None,
    rng: np.random.Generator,
) -> Samples:
    y = rng.permutation(np.arange(np.prod(targets), dtype=np.int64) % classes).reshape(targets)
    if vocabulary is not None:
        return rng.integers(vocabulary, size=inputs, dtype=np.int64), y
    return rng.standard_normal(inputs, dtype=np.float32), y
