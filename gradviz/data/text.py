"""A language model's data: a text cut into windows, and at every position the token that comes next.

The end of the text is held out, in one piece: windows drawn from all of it would test on what lies between
two that were learnt. The vocabulary is that of the training part. The text that comes with the program is the
topics of Python 3.11.7's `pydoc_data`, in the order of their names, without paragraphs that had come before,
since the topics repeat each other and what is held out must not have been read.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gradviz.data.registry import DataError, Samples, Source, data_sets
from gradviz.data.text_file import once_a_file, read_text
from gradviz.data.vocabulary import LEVELS, NOUN, SEPARATOR, UNKNOWN, Coded, code, vocabulary
from gradviz.paths import resources
from gradviz.spec.registry import choice, integer
from gradviz.spec.registry import path as file


@data_sets.register(
    "text",
    group="Text",
    doc="A text file, by characters or by words: the next one is to be foretold at every position",
    parameters=(
        file(
            "A UTF-8 text file; without one, what Python’s help says of its statements and types",
            optional=True,
        ),
        choice("level", "What is read at a time: a character or a word", choices=LEVELS, default="char"),
        integer(
            "length", "How many characters or words a window holds", default=64, minimum=1, maximum=100_000
        ),
        integer(
            "words",
            "How many words are known, the most frequent; all others are <unk>",
            default=5000,
            minimum=1,
            maximum=1_000_000,
        ),
        integer(
            "stride",
            "How far a window starts after the one before; without it they follow each other",
            default=None,
            minimum=1,
            maximum=100_000,
        ),
    ),
)
def text(*, path: str | None, level: str, length: int, words: int, stride: int | None) -> Source:
    """Token ids `[windows, length]` and the same one position further on. Raises DataError."""
    place = Path(path) if path else resources() / "data" / "python-topics.txt"
    coded = _coded(place, level)
    windows = _Windows(
        coded=coded,
        level=level,
        length=length,
        stride=stride or length,
        most=words if level == "word" else None,
    )
    if windows.count < 2:
        raise DataError(
            f"data.length: {place} has {len(coded.codes):,} {NOUN[level]}s, and two windows of {length:,} "
            f"take {length + windows.stride + 1:,}: choose a smaller length or a longer text"
        )
    return windows.source(windows.count)


@once_a_file
def _coded(path: Path, level: str) -> Coded:
    coded = code(read_text(path), level)
    if len(coded.kinds) < 2:
        raise DataError(f"data.path: {path} has only one {NOUN[level]}, {coded.kinds[0]!r}, over and over")
    return coded


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Windows:
    """A text cut into windows of `length` tokens, each `stride` after the one before."""

    coded: Coded
    level: str
    length: int
    stride: int
    most: int | None

    @property
    def count(self) -> int:
        """How many windows there are that have a next token at each position."""
        return (len(self.coded.codes) - 1 - self.length) // self.stride + 1

    def source(self, train: int) -> Source:
        """The data whose first `train` windows are for training, with the vocabulary of those."""
        known, place = vocabulary(self.coded, (train - 1) * self.stride + self.length + 1, self.most)
        tokens = (UNKNOWN[self.level], *known)
        return Source(
            input_shape=(self.length,),
            classes=len(tokens),
            samples=self.count,
            vocabulary=len(tokens),
            per_position=True,
            make=partial(self._make, place),
            stored=True,
            tokens=tokens,
            separator=SEPARATOR[self.level],
            ordered=True,
            gap=-(-self.length // self.stride) - 1,
            fit=self.source,
        )

    def _make(self, place: NDArray[np.int64], _rng: np.random.Generator) -> Samples:
        ids = place[self.coded.codes]
        windows = np.lib.stride_tricks.sliding_window_view(ids, self.length + 1)[:: self.stride]
        return windows[:, :-1], windows[:, 1:]
