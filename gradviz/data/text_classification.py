"""Texts with a label each, from a CSV file: which label goes with which text.

A text that is longer than a sample is cut at its end; a shorter one is filled up in front, so that a
recurrent layer has read all of it at its last step. The vocabulary is taken from all texts: nothing of the
labels is in it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from io import StringIO
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gradviz.data.registry import DataError, Samples, Source, data_sets
from gradviz.data.text_file import once_a_file, read_text
from gradviz.data.vocabulary import LEVELS, SEPARATOR, UNKNOWN, Coded, code_tokens, vocabulary
from gradviz.data.vocabulary import words as words_of
from gradviz.spec.catalogue import did_you_mean
from gradviz.spec.registry import choice, integer, text
from gradviz.spec.registry import path as file


@data_sets.register(
    "text_classification",
    group="Text",
    doc="Texts with a label each, from the columns of a CSV file: a class for every text",
    parameters=(
        file("A CSV file in UTF-8 whose first line names the columns"),
        text("text", "The column that holds the texts", default="text"),
        text("label", "The column that holds the labels", default="label"),
        choice("level", "What is read at a time: a character or a word", choices=LEVELS, default="word"),
        integer(
            "length",
            "How many characters or words of a text are read; shorter ones are filled up in front",
            default=100,
            minimum=1,
            maximum=100_000,
        ),
        integer(
            "words",
            "How many words are known, the most frequent; all others are <unk>",
            default=5000,
            minimum=1,
            maximum=1_000_000,
        ),
    ),
)
def text_classification(*, path: str, text: str, label: str, level: str, length: int, words: int) -> Source:
    """Token ids `[texts, length]`, 0 unknown and 1 filled up; labels in alphabetical order are the classes.

    Raises DataError.
    """
    table = _labelled(Path(path), text, label, level)
    most = words if level == "word" else None
    known, place = vocabulary(table.coded, len(table.coded.codes), most)
    tokens = (UNKNOWN[level], "", *known)
    return Source(
        input_shape=(length,),
        classes=len(table.labels),
        samples=len(table.classes),
        vocabulary=len(tokens),
        tokens=tokens,
        separator=SEPARATOR[level],
        make=partial(_samples, table, np.where(place, place + 1, 0), length),
        stored=True,
    )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Labelled:
    """All texts one after the other as codes, how many tokens each has, and what each is."""

    coded: Coded
    sizes: NDArray[np.int64]
    labels: tuple[str, ...]
    classes: NDArray[np.int64]


@once_a_file
def _labelled(path: Path, text: str, label: str, level: str) -> _Labelled:
    texts, labels = [], []
    for line, one, other in _rows(path, text, label):
        if not one.strip():
            raise DataError(f"data.path: {path}, line {line:,}: there is no text in the column “{text}”")
        if not other.strip():
            raise DataError(f"data.path: {path}, line {line:,}: there is no label in the column “{label}”")
        texts.append(list(one) if level == "char" else list(words_of(one)))
        labels.append(other.strip())
    if len(texts) < 2:
        raise DataError(f"data.path: {path} has {len(texts)} texts, and at least 2 are needed")
    distinct = tuple(sorted(set(labels)))
    if len(distinct) < 2:
        raise DataError(
            f"data.label: every text of {path} has the label “{distinct[0]}”, and at least 2 are needed"
        )
    place = {name: number for number, name in enumerate(distinct)}
    return _Labelled(
        coded=code_tokens(chain.from_iterable(texts)),
        sizes=np.array([len(one) for one in texts], dtype=np.int64),
        labels=distinct,
        classes=np.array([place[name] for name in labels], dtype=np.int64),
    )


def _rows(path: Path, text: str, label: str) -> Iterator[tuple[int, str, str]]:
    """The line where each row ends, its text and its label; empty lines are passed over."""
    reader = csv.reader(StringIO(read_text(path), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader)]
        places = [_column(path, header, name, key) for key, name in (("text", text), ("label", label))]
        for row in reader:
            if not row:
                continue
            if len(row) != len(header):
                raise DataError(
                    f"data.path: {path}, line {reader.line_num:,}: {len(row)} cells where the first line has "
                    f"{len(header)}; a text with a comma in it needs quotes"
                )
            yield reader.line_num, row[places[0]], row[places[1]]
    except csv.Error as error:
        raise DataError(f"data.path: {path}, line {reader.line_num:,}: {error}") from None


def _column(path: Path, header: list[str], name: str, key: str) -> int:
    if name in header:
        return header.index(name)
    hint = did_you_mean(name, header) or f"; there are {', '.join(f'“{one}”' for one in header[:12])}"
    raise DataError(f"data.{key}: {path} has no column “{name}”{hint}")


def _samples(table: _Labelled, place: NDArray[np.int64], length: int, _rng: object) -> Samples:
    ids = place[table.coded.codes]
    x = np.ones((len(table.sizes), length), dtype=np.int64)
    start = np.cumsum(table.sizes) - table.sizes
    for row, first, size in zip(x, start, np.minimum(table.sizes, length), strict=True):
        row[length - size :] = ids[first : first + size]
    return x, table.classes
