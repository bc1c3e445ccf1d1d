"""A table read from whatever kind of file it is in; the last one is kept, since every edit asks again.

What a file is, its first bytes say, not its name.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from gradviz.data.registry import DataError
from gradviz.data.tables.column import Table
from gradviz.data.tables.npz_table import read_npz_table
from gradviz.data.tables.parquet_table import read_parquet_table
from gradviz.data.tables.text_table import read_text_table

MOST_KEPT = 128 * 2**20
"""Bytes of a table that stays in memory."""
_REFUSED = {
    b"\x93NUMPY": "is a single array: save inputs and target together with numpy.savez(path, x=…, y=…)",
    b"\x1f\x8b": "is compressed: unpack it first",
    b"BZh": "is compressed: unpack it first",
    b"\xfd7zXZ": "is compressed: unpack it first",
    b"\xd0\xcf\x11\xe0": "is an Excel workbook: save the table as CSV",
    b"\x89HDF": "is an HDF5 file: save the table as CSV, NPZ or Parquet",
    b"SQLite": "is a database: save the table as CSV, NPZ or Parquet",
    b"\xff\xfe": "is UTF-16 text: save it as UTF-8",
    b"\xfe\xff": "is UTF-16 text: save it as UTF-8",
}
_kept: dict[tuple[object, ...], Table] = {}


def file_key(path: Path) -> tuple[object, ...]:
    """What changes when the file does. Raises DataError where there is none."""
    try:
        stat = path.stat()
    except OSError as error:
        raise DataError(f"data.path: {path} cannot be read: {error.strerror or error}") from None
    return str(path), stat.st_mtime_ns, stat.st_size


def read_table(path: Path, *, separator: str = "auto", header: str = "auto") -> Table:
    """The table in a file: text, NPZ or Parquet. Raises DataError with a sentence that names the file."""
    if not str(path) or path == Path():
        raise DataError("data.path is empty: name the file that holds the table")
    key = (*file_key(path), separator, header)
    if path.is_dir():
        raise DataError(f"data.path: {path} is a folder; name the file that holds the table")
    if key in _kept:
        return _kept[key]
    try:
        table = _reader(path, separator, header)()
    except OSError as error:
        raise DataError(f"data.path: {path} cannot be read: {error.strerror or error}") from None
    if not table.rows:
        raise DataError(f"{path.name} has no rows: a table needs at least 2")
    _kept.clear()
    if table.nbytes <= MOST_KEPT:
        _kept[key] = table
    return table


def _reader(path: Path, separator: str, header: str) -> Callable[[], Table]:
    with path.open("rb") as file:
        start = file.read(2**16)
    if not start.strip():
        raise DataError(f"{path.name} is empty")
    for magic, word in _REFUSED.items():
        if start.startswith(magic):
            raise DataError(f"{path.name} {word}")
    if start.startswith(b"PK"):
        if b"[Content_Types].xml" in start:
            raise DataError(f"{path.name} is an Excel workbook: save the table as CSV")
        return partial(read_npz_table, path)
    if start.startswith(b"PAR1"):
        return partial(read_parquet_table, path)
    if b"\0" in start:
        raise DataError(f"{path.name} is no table: it is neither text nor NPZ nor Parquet")
    return partial(read_text_table, path, separator=separator, header=header)
