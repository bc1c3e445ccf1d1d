"""The temporal order problem: in which order two or three rare symbols came, far from each other.

Hochreiter & Schmidhuber (1997, experiments 6a and 6b): a sequence begins with E, ends with the trigger B and
holds a, b, c or d at random, but for X or Y at two places (4 classes) or three (8 classes). Their sequences
have 100 to 110 symbols, with the two in steps 10–20 and 50–60, the three in 10–20, 33–43 and 66–76; here all
have one length and the places lie at the same shares of it.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from gradviz.data.registry import Samples, Source, data_sets
from gradviz.spec.registry import integer

TOKENS = ("a", "b", "c", "d", "X", "Y", "E", "B")
PLACES = {2: ((0.1, 0.2), (0.5, 0.6)), 3: ((0.1, 0.2), (0.33, 0.43), (0.66, 0.76))}
"""Between which shares of the length each mark stands."""


@data_sets.register(
    "temporal_order",
    group="Sequences",
    doc="The order of two or three rare symbols among many (Hochreiter & Schmidhuber 1997), 4 or 8 classes",
    parameters=(
        integer("length", "How many symbols are in a sequence", default=100, minimum=20, maximum=100_000),
        integer(
            "marks",
            "How many of them are X or Y: 2 make 4 classes, 3 make 8",
            default=2,
            minimum=2,
            maximum=3,
        ),
        integer("samples", "How many sequences", default=4000, minimum=2, maximum=10_000_000),
    ),
)
def temporal_order(length: int, marks: int, samples: int) -> Source:
    """Token ids `[samples, length]`; the class reads X as 0 and Y as 1, the first mark counting most."""
    return Source(
        input_shape=(length,),
        classes=2**marks,
        samples=samples,
        vocabulary=len(TOKENS),
        tokens=TOKENS,
        make=partial(temporal_order_samples, samples, length, marks),
    )


def temporal_order_samples(samples: int, length: int, marks: int, rng: np.random.Generator) -> Samples:
    """E, distractors with the marks among them, B; classes as even as can be."""
    x = rng.integers(4, size=(samples, length), dtype=np.int64)
    x[:, 0], x[:, -1] = TOKENS.index("E"), TOKENS.index("B")
    y = rng.permutation(np.arange(samples, dtype=np.int64) % 2**marks)
    for number, (low, high) in enumerate(PLACES[marks]):
        place = rng.integers(int(low * length), int(high * length) + 1, samples)
        x[np.arange(samples), place] = TOKENS.index("X") + (y >> (marks - 1 - number) & 1)
    return x, y
