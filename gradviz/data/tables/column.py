"""A column of a table in memory: numbers, and a code for every cell that is a text.

Both at once, because a file tells only at its end what a column is. A column takes 12 bytes a row; of texts
only the first `MOST_TEXTS` different ones are kept, more are of no use to a network.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST_TEXTS = 10_000
NO_TEXT = -1
"""The code of a number."""
MISSING = -2
OVERFULL = -3
"""The code of a text that is not kept, since there are too many."""
TARGETS = ("y", "target", "label", "class")
"""What the target is usually called."""
MISSING_WORDS = frozenset(("", "na", "n/a", "nan", "null", "none", "?"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """`numbers` float64 [rows], NaN where a cell is none; `codes` int32 [rows], places in `texts` or below 0.

    `other` says what the cells are where they are neither numbers nor texts.
    """

    name: str
    numbers: NDArray[np.float64]
    codes: NDArray[np.int32]
    texts: tuple[str, ...] = ()
    other: str = ""

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Which cells are missing."""
        return np.equal(self.codes, MISSING)

    @property
    def in_text(self) -> NDArray[np.bool_]:
        """Which cells are texts."""
        return np.greater_equal(self.codes, 0) | np.equal(self.codes, OVERFULL)

    @property
    def nbytes(self) -> int:
        """The memory that it takes, texts left out."""
        return self.numbers.nbytes + self.codes.nbytes

    def cell(self, row: int) -> str:
        """A cell as text, an empty one where it is missing."""
        code = int(self.codes[row])
        if code >= 0:
            return self.texts[code]
        return {MISSING: "", OVERFULL: "…"}.get(code, number_text(self.numbers[row]))


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Columns of one length. `lines` int64 [rows] are those of the file, None where it has no lines."""

    format: str
    columns: tuple[Column, ...]
    lines: NDArray[np.int64] | None = None

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.columns[0].codes) if self.columns else 0

    @property
    def nbytes(self) -> int:
        """The memory that it takes, texts left out."""
        return sum(column.nbytes for column in self.columns)

    def place(self, row: int) -> str:
        """Where a row is, for people: “line 17”, or “row 3” where the file has no lines."""
        return f"row {row + 1}" if self.lines is None else f"line {self.lines[row]}"


class GrowingColumn:
    """A column that cells are appended to, as texts.

    Many at once where they are all numbers, which takes a tenth of the time.
    """

    def __init__(self, *, decimal_comma: bool = False) -> None:
        self._numbers = array("d")
        self._codes = array("i")
        self._places: dict[str, int] = {}
        self._decimal_comma = decimal_comma

    def extend(self, cells: Sequence[str]) -> None:
        """Append cells."""
        try:
            numbers = array("d", map(float, cells))
        except ValueError:
            numbers = array("d")
        if numbers and np.isfinite(numbers).all() and "_" not in "".join(cells):
            self._numbers.extend(numbers)
            self._codes.extend(array("i", [NO_TEXT]) * len(numbers))
            return
        for cell in cells:
            self._add(cell)

    def _add(self, cell: str) -> None:
        place = self._places.get(cell)
        if place is not None:
            self._numbers.append(np.nan)
            self._codes.append(place)
            return
        number = _number(cell, decimal_comma=self._decimal_comma)
        if number is not None:
            self._numbers.append(number)
            self._codes.append(NO_TEXT)
            return
        self._numbers.append(np.nan)
        text = cell.strip()
        if text.lower() in MISSING_WORDS:
            self._codes.append(MISSING)
        elif (place := self._places.get(text)) is not None:
            self._codes.append(place)
        elif len(self._places) < MOST_TEXTS:
            self._codes.append(self._places.setdefault(text, len(self._places)))
        else:
            self._codes.append(OVERFULL)

    def done(self, name: str) -> Column:
        """The column."""
        return Column(
            name=name,
            numbers=np.array(self._numbers, dtype=np.float64),
            codes=np.array(self._codes, dtype=np.int32),
            texts=tuple(self._places),
        )


def text_column(name: str, cells: Iterable[str | None]) -> Column:
    """A column of texts, None where one is missing; a text that looks like a number stays a text."""
    places: dict[str, int] = {}
    codes = array("i")
    for cell in cells:
        if cell is None:
            codes.append(MISSING)
        elif cell in places or len(places) < MOST_TEXTS:
            codes.append(places.setdefault(cell, len(places)))
        else:
            codes.append(OVERFULL)
    numbers = np.full(len(codes), np.nan)
    return Column(name=name, numbers=numbers, codes=np.array(codes, dtype=np.int32), texts=tuple(places))


def number_column(name: str, values: NDArray[np.generic]) -> Column:
    """A column of numbers, NaN where one is missing."""
    numbers = values.astype(np.float64)
    codes = np.where(np.isnan(numbers), MISSING, NO_TEXT).astype(np.int32)
    return Column(name=name, numbers=numbers, codes=codes)


def number_text(value: float) -> str:
    """A number as the shortest text that reads back as it, without the point of a whole one."""
    value = float(value)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def named(names: Sequence[str]) -> list[str]:
    """The names as they are told apart: one that is empty or there already gets a number."""
    found: dict[str, int] = {}
    result = []
    for place, name in enumerate(names, start=1):
        label = name.strip() or f"column {place}"
        found[label] = found.get(label, 0) + 1
        result.append(label if found[label] == 1 else f"{label} ({found[label]})")
    return result


def _number(cell: str, *, decimal_comma: bool) -> float | None:
    """The number that a cell holds; None for words, and for infinity and NaN too."""
    if decimal_comma and "," in cell and "." not in cell:
        cell = cell.replace(",", ".")
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if np.isfinite(value) and "_" not in cell else None
