"""What the cells of a column are, guessed from all of them."""

from __future__ import annotations

import re

import numpy as np

from gradviz.data.tables.column import OVERFULL, Column, number_text
from gradviz.spec.table import ColumnInfo, ColumnKind

MOST_CATEGORIES = 50
"""So many different texts still make inputs of their own."""
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ]\d{1,2}:\d{2}.*)?|\d{1,2}[-/.]\d{1,2}[-/.](\d{2}|\d{4})( .*)?"
)
_COUNTER = re.compile(r"(.*_)?(id|index|idx|no|nr|number|row)|unnamed: 0|column 1", re.IGNORECASE)
_ROWS_TO_TELL = 20
"""With fewer rows nothing says that every cell differs from every other by design."""


def describe_column(column: Column, *, category: bool = False) -> ColumnInfo:
    """The guess; `category` settles that the cells are names, also where they look like numbers."""
    texts, missing = column.in_text, int(column.missing.sum())
    count = len(column.codes) - missing
    in_text = int(texts.sum())
    numbers = np.unique(column.numbers[~np.isnan(column.numbers)])
    distinct = len(column.texts) + len(numbers)
    kind, why = _kind(column, count, in_text, distinct, category=category)
    if kind is ColumnKind.NUMBER and not in_text and _counts_rows(column):
        kind, why = ColumnKind.IDENTIFIER, "it only counts the rows"
    is_number = kind in (ColumnKind.NUMBER, ColumnKind.IDENTIFIER) and bool(len(numbers))
    return ColumnInfo(
        name=column.name,
        kind=kind,
        missing=missing,
        distinct=distinct,
        low=float(numbers[0]) if is_number else None,
        high=float(numbers[-1]) if is_number else None,
        why=why,
    )


def names_of(column: Column) -> tuple[str, ...]:
    """The different cells in order: numbers by size, then texts by the alphabet."""
    numbers = np.unique(column.numbers[~np.isnan(column.numbers)])
    return (*map(number_text, numbers), *sorted(column.texts))


def _kind(
    column: Column, count: int, in_text: int, distinct: int, *, category: bool
) -> tuple[ColumnKind, str]:
    if column.other:
        return ColumnKind.OTHER, f"it holds {column.other}"
    if not count:
        return ColumnKind.EMPTY, "it has no cells"
    if 2 * in_text < count and not category:
        return ColumnKind.NUMBER, ""
    if not category and all(_DATE.fullmatch(text) for text in column.texts):
        return ColumnKind.DATE, "dates are no inputs: bring what matters of them as numbers"
    many = distinct > MOST_CATEGORIES or bool((column.codes == OVERFULL).any())
    if many or (not category and count >= _ROWS_TO_TELL and distinct > 0.9 * count):
        return ColumnKind.IDENTIFIER, f"it has {distinct:,} different texts"
    return (ColumnKind.TWO_VALUES if distinct == 2 else ColumnKind.CATEGORY), ""


def _counts_rows(column: Column) -> bool:
    """Whether a column is called as a counter is, and goes up by one from row to row."""
    if not _COUNTER.fullmatch(column.name) or len(column.numbers) < _ROWS_TO_TELL:
        return False
    return bool((np.diff(column.numbers) == 1).all())
