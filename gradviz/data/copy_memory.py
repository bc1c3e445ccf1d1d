"""The copy memory task: ten symbols are to be repeated after a long delay.

Hochreiter & Schmidhuber (1997) asked for it first; these are the sequences of Arjovsky, Shah & Bengio (2016,
section 4.1) for a delay T: the symbols, T − 1 blanks, a delimiter, as many blanks as symbols; to be answered
by T + 10 blanks and then the symbols. Without a memory the best loss is 10 ln(symbols) / (T + 20) nats.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from gradviz.data.registry import Samples, Source, data_sets
from gradviz.spec.registry import integer


@data_sets.register(
    "copy_memory",
    group="Sequences",
    doc="Symbols to be repeated after a delay (Arjovsky et al. 2016), a class at every position",
    parameters=(
        integer("delay", "How many steps to remember the symbols", default=30, minimum=1, maximum=100_000),
        integer("symbols", "How many different symbols there are", default=8, minimum=2, maximum=100_000),
        integer(
            "remembered", "How many symbols a sequence begins with", default=10, minimum=1, maximum=10_000
        ),
        integer("samples", "How many sequences", default=2000, minimum=2, maximum=10_000_000),
    ),
)
def copy_memory(delay: int, symbols: int, remembered: int, samples: int) -> Source:
    """Token ids `[samples, delay + 2·remembered]` and a class for each.

    The symbols come first, then the blank, which also is a class, then the delimiter, which is none.
    """
    length = delay + 2 * remembered
    return Source(
        input_shape=(length,),
        classes=symbols + 1,
        samples=samples,
        vocabulary=symbols + 2,
        per_position=True,
        make=partial(copy_memory_samples, samples, delay, symbols, remembered),
    )


def copy_memory_samples(
    samples: int, delay: int, symbols: int, remembered: int, rng: np.random.Generator
) -> Samples:
    """Symbols, blanks, the delimiter, blanks; blanks until the symbols are to be said again."""
    blank, delimiter = symbols, symbols + 1
    said = rng.integers(symbols, size=(samples, remembered), dtype=np.int64)
    x = np.full((samples, delay + 2 * remembered), blank, dtype=np.int64)
    y = x.copy()
    x[:, :remembered] = said
    x[:, remembered + delay - 1] = delimiter
    y[:, -remembered:] = said
    return x, y
