"""Tables in text files: separator, header and decimal comma found out, every complaint with its line."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

import numpy as np

from gradviz.data.registry import DataError
from gradviz.data.tables.column import MISSING_WORDS, GrowingColumn, Table, named

SEPARATORS = {",": ",", ";": ";", "tab": "\t", "|": "|"}
LARGEST = 512 * 2**20
"""Bytes of a text file: beyond that a binary format is the better one."""
MOST_CELLS = 50_000_000
_GUESS_LINES = 50
_BLOCK = 1024
"""Rows that are taken together."""
_LONGEST_CELL = 1_000_000


def read_text_table(path: Path, *, separator: str = "auto", header: str = "auto") -> Table:
    """The table in a text file. Raises DataError, and OSError where it cannot be opened."""
    if path.stat().st_size > LARGEST:
        raise DataError(
            f"{path.name} has {path.stat().st_size / 2**20:,.0f} MiB, and {LARGEST // 2**20} MiB is the most "
            "for a text file: save it as Parquet or NPZ, or take fewer rows"
        )
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            mark = SEPARATORS.get(separator) or _separator(file)
            file.seek(0)
            return _read(path, file, mark, header)
    except UnicodeDecodeError:
        raise DataError(f"{path.name} is not UTF-8{_bad_line(path)}: save it as UTF-8 text") from None


def _read(path: Path, file: TextIO, mark: str, header: str) -> Table:
    rows: Iterator[tuple[int, list[str]]] = _rows(path, file, mark)
    first = next(rows, None)
    if first is None:
        raise DataError(f"{path.name} is empty")
    line, cells = first
    if len(cells) < 2:
        known = " ".join(SEPARATORS)
        raise DataError(
            f"{path.name} has a single column, and a table needs inputs and a target: what stands between "
            f"two cells must be one of {known}"
        )
    comma = mark != ","
    columns = [GrowingColumn(decimal_comma=comma) for _ in cells]
    lines: list[int] = []
    if header == "no" or (header == "auto" and _has_number(cells, comma=comma)):
        names = [f"column {place}" for place in range(1, len(cells) + 1)]
        rows = chain([first], rows)
    else:
        names = named(cells)
    while block := list(islice(rows, _BLOCK)):
        for line, cells in block:
            if len(cells) != len(columns):
                raise DataError(
                    f"{path.name}, line {line}: {len(cells)} cells where the first line has {len(columns)}"
                )
        lines += [line for line, _ in block]
        for column, together in zip(columns, zip(*(cells for _, cells in block), strict=True), strict=True):
            column.extend(together)
        if len(lines) * len(columns) > MOST_CELLS:
            raise DataError(
                f"{path.name} has more than {MOST_CELLS:,} cells, the most for a text file: save it as "
                "Parquet or NPZ, or take fewer rows or columns"
            )
    done = tuple(column.done(name) for column, name in zip(columns, names, strict=True))
    return Table(format="text", columns=done, lines=np.array(lines, dtype=np.int64))


def _rows(path: Path, file: TextIO, mark: str) -> Iterator[tuple[int, list[str]]]:
    """Every row with the line on which it ends; empty lines left out."""
    before = csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(file, delimiter=mark, strict=True)
    try:
        for cells in reader:
            if cells and not (len(cells) == 1 and not cells[0].strip()):
                if "\0" in cells[0]:
                    raise DataError(f"{path.name}, line {reader.line_num}: this is no text")
                yield reader.line_num, cells
    except csv.Error as error:
        raise DataError(
            f"{path.name}, line {reader.line_num}: the quotes do not match or the cell is too long ({error})"
        ) from None
    finally:
        csv.field_size_limit(before)


def _separator(file: TextIO) -> str:
    """The mark that cuts the first lines into most cells, as many in each of them as can be."""
    lines = [line for _, line in zip(range(_GUESS_LINES), file, strict=False) if line.strip()]

    def score(mark: str) -> tuple[float, int]:
        try:
            counts = [len(cells) for cells in csv.reader(lines, delimiter=mark) if cells]
        except csv.Error:
            return 0.0, 0
        if not counts:
            return 0.0, 0
        cells, often = Counter(counts).most_common(1)[0]
        return (often / len(counts) if cells > 1 else 0.0), cells

    return max(SEPARATORS.values(), key=score)


def _has_number(cells: Sequence[str], *, comma: bool) -> bool:
    """Whether a line holds a number or a gap, as a header does not."""
    for cell in cells:
        text = cell.strip().replace(",", ".") if comma else cell.strip()
        try:
            float(text)
        except ValueError:
            if text and text.lower() in MISSING_WORDS:
                return True
        else:
            return True
    return False


def _bad_line(path: Path) -> str:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return f" (line {number})"
    return ""
