"""Strings of the embedded Reber grammar: what comes next, or whether a string belongs to it.

Reber's graph (1967; Cleeremans et al. 1989) draws one of two symbols at each node. In the embedded grammar
(Fahlman 1991; Hochreiter & Schmidhuber 1997, experiment 1) such a string stands between two equal symbols, T
or P, so the last but one can only be known by who remembers the second. Next symbols are asked for in strings
that follow each other without an end (Gers, Schmidhuber & Cummins 2000).
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from gradviz.data.registry import Samples, Source, data_sets
from gradviz.spec.registry import choice, integer

TOKENS = ("B", "T", "S", "X", "P", "V", "E")
PAD = len(TOKENS)
INNER = (
    (("B", 1), ("B", 1)),
    (("T", 2), ("P", 3)),
    (("S", 2), ("X", 4)),
    (("T", 3), ("V", 5)),
    (("X", 3), ("S", 6)),
    (("P", 4), ("V", 6)),
    (("E", 7), ("E", 7)),
)
"""Reber's graph: the two ways on from each node, which are one where there is no choice; 7 is its end."""


@data_sets.register(
    "reber",
    group="Sequences",
    doc="Strings of the embedded Reber grammar: the next symbol at every position, or valid or not",
    parameters=(
        choice(
            "target",
            "The next symbol at every position, or whether the string is of the grammar (1) or not (0)",
            choices=("next symbol", "valid"),
            default="next symbol",
        ),
        integer("length", "How many symbols are in a sample", default=40, minimum=9, maximum=10_000),
        integer("samples", "How many samples", default=2000, minimum=2, maximum=10_000_000),
    ),
)
def reber(target: str, length: int, samples: int) -> Source:
    """Token ids `[samples, length]`, of strings one after the other, or of one each, filled up in front."""
    if target == "valid":
        return Source(
            input_shape=(length,),
            classes=2,
            samples=samples,
            vocabulary=len(TOKENS) + 1,
            tokens=(*TOKENS, ""),
            make=partial(reber_strings, samples, length),
        )
    return Source(
        input_shape=(length,),
        classes=len(TOKENS),
        samples=samples,
        vocabulary=len(TOKENS),
        per_position=True,
        tokens=TOKENS,
        make=partial(reber_stream, samples, length),
    )


def reber_stream(samples: int, length: int, rng: np.random.Generator) -> Samples:
    """Strings one after the other, and the symbol that follows each."""
    symbols, _ = reber_walk(samples, length + 1, rng)
    return symbols[:, :-1], symbols[:, 1:]


def reber_strings(samples: int, length: int, rng: np.random.Generator) -> Samples:
    """One string each, of at most `length`, at the end of the row; half of them with one wrong symbol.

    Of those every other one is wrong in the last but one symbol, the others at any place.
    """
    x = np.empty((0, length), dtype=np.int64)
    while len(x) < samples:
        symbols, at_start = reber_walk(samples, length, rng)
        size = at_start.argmax(axis=1) + 1
        place = np.arange(length) - (length - size)[:, None]
        row = np.take_along_axis(symbols, np.maximum(place, 0), axis=1)
        x = np.concatenate([x, np.where(place >= 0, row, PAD)[at_start.any(axis=1)]])
    x = x[:samples]
    y = rng.permutation(np.arange(samples, dtype=np.int64) % 2)
    wrong = np.flatnonzero(y == 0)
    swapped, other = wrong[::2], wrong[1::2]
    t, p = TOKENS.index("T"), TOKENS.index("P")
    x[swapped, -2] = t + p - x[swapped, -2]
    while len(other):
        first = (x[other] == PAD).sum(axis=1)
        place = rng.integers(first, length)
        before = x[other, place]
        x[other, place] = (before + rng.integers(1, PAD, len(other))) % PAD
        valid = is_reber(x[other])
        other, place, before = other[valid], place[valid], before[valid]
        x[other, place] = before
    return x, y


def reber_walk(
    samples: int, steps: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Symbols `[samples, steps]` of walks from the start, and where each came to the start again."""
    symbol, following = reber_graph()
    state = np.zeros(samples, dtype=np.int64)
    symbols = np.empty((samples, steps), dtype=np.int64)
    at_start = np.empty((samples, steps), dtype=np.bool_)
    for step in range(steps):
        way = rng.integers(2, size=samples)
        symbols[:, step] = symbol[state, way]
        state = following[state, way]
        at_start[:, step] = state == 0
    return symbols, at_start


def is_reber(rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each row, but for what fills it up in front, is one string of the embedded grammar."""
    symbol, following = reber_graph()
    end, dead = len(symbol), len(symbol) + 1
    table = np.full((len(symbol) + 2, PAD + 1), dead)
    for way in range(2):
        table[np.arange(len(symbol)), symbol[:, way]] = np.where(following[:, way], following[:, way], end)
    table[0, PAD] = 0
    state = np.zeros(len(rows), dtype=np.int64)
    for column in rows.T:
        state = table[state, column]
    return np.equal(state, end)


def reber_graph() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The embedded grammar's graph: the symbol and the next node `[nodes, 2]` of both ways on from each node.

    Node 0 is the start and the end, 1 chooses T or P; then Reber's graph for either, the same symbol, and E.
    """
    size = len(INNER)
    closing = 2 + 2 * size
    ways = [[("B", 1)] * 2, [("T", 2), ("P", 2 + size)]]
    for start, close in ((2, closing), (2 + size, closing + 1)):
        ways += [
            [(name, close if node == size else start + node) for name, node in choices] for choices in INNER
        ]
    ways += [[("T", closing + 2)] * 2, [("P", closing + 2)] * 2, [("E", 0)] * 2]
    symbol = np.array([[TOKENS.index(name) for name, _ in choices] for choices in ways])
    return symbol, np.array([[node for _, node in choices] for choices in ways])
