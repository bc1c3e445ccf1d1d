"""A person's text file, read with care: UTF-8, not empty, not huge; what is wrong is said with its place.

A file is read once for as long as it stays the same, since its vocabulary is asked for at every edit of a
network.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import ParamSpec, TypeVar

from gradviz.data.registry import DataError

MOST_BYTES = 50_000_000
"""The longest text: as token ids it takes eight times as much memory."""

P = ParamSpec("P")
T = TypeVar("T")
Stamp = tuple[int, int]


def stamp(path: Path) -> Stamp:
    """Time of change and size of a readable text file. Raises DataError."""
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        raise DataError(f"data.path: {path} cannot be read: {_why(error)}") from None
    if not path.is_file():
        raise DataError(f"data.path: {path} is no file; choose a text file")
    if found.st_size > MOST_BYTES:
        raise DataError(
            f"data.path: {path} has {found.st_size / 1e6:,.0f} MB, and {MOST_BYTES / 1e6:.0f} MB "
            "is the most: take a part of it"
        )
    return found.st_mtime_ns, found.st_size


def read_text(path: Path) -> str:
    """The text of a file, with every line ending as a newline. Raises DataError."""
    stamp(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"data.path: {path} cannot be read: {_why(error)}") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = data.index(error.object) + error.start
        line = data.count(b"\n", 0, at) + 1
        raise DataError(
            f"data.path: {path} is not UTF-8 text: the byte at offset {at:,} (line {line:,}) is "
            f"0x{data[at]:02x}; save it as UTF-8"
        ) from None
    if not text.strip():
        raise DataError(f"data.path: there is no text in {path}")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def once_a_file(read: Callable[..., T]) -> Callable[..., T]:
    """`read(path, *more)`, whose answer is kept until the file at `path` changes."""

    @lru_cache(maxsize=4)
    def kept(path: Path, _stamp: Stamp, *more: object) -> T:
        return read(path, *more)

    def current(path: Path, *more: object) -> T:
        return kept(path, stamp(path), *more)

    return current


def _why(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)
