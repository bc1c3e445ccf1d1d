"""The idx format, in which MNIST and its relatives are published: a short header, then bytes, often in gzip.

The header is two zero bytes, the type of the items (8: bytes), how many dimensions there are, and each of
them as a big-endian number of four bytes (http://yann.lecun.com/exdb/mnist).
"""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from gradviz.data.registry import DataError

_BYTES = 8
_MOST_DIMENSIONS = 3
_GZIP_RATIO = 1100
"""No gzip file unpacks to more than 1,032 times its size."""


def idx_shape(path: Path) -> tuple[int, ...]:
    """The dimensions of what the file holds. Raises DataError."""
    with _Opened(path) as file:
        return _header(file, path)


def read_idx(path: Path) -> NDArray[np.uint8]:
    """What the file holds, with the shape that it states. Raises DataError."""
    with _Opened(path) as file:
        shape = _header(file, path)
        size = math.prod(shape)
        room = path.stat().st_size * (_GZIP_RATIO if path.suffix == ".gz" else 1)
        content = file.read(size + 1) if size <= room else b""
    if len(content) != size:
        stated = " × ".join(f"{length:,}" for length in shape)
        what = "is longer than that" if len(content) > size else "ends before that"
        raise DataError(f"{path} states {stated} bytes and {what}: it is damaged or was not copied whole")
    return np.frombuffer(content, dtype=np.uint8).reshape(shape)


class _Opened:
    """The file open for reading, unpacked; whatever fails inside becomes a DataError that names it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> BinaryIO:
        try:
            opener = gzip.open if self._path.suffix == ".gz" else open
            self._file = cast("BinaryIO", opener(self._path, "rb"))
        except OSError as error:
            raise DataError(f"{self._path} cannot be read: {error.strerror or error}") from error
        return self._file

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self._file.close()
        if isinstance(error, OSError | EOFError | zlib.error):
            raise DataError(f"{self._path} cannot be read: {error}") from error


def _header(file: BinaryIO, path: Path) -> tuple[int, ...]:
    magic = file.read(4)
    if not magic:
        raise DataError(f"{path} is empty")
    if len(magic) < 4 or magic[:3] != bytes([0, 0, _BYTES]) or not 1 <= magic[3] <= _MOST_DIMENSIONS:
        raise DataError(f"{path} is no idx file of bytes, the format in which MNIST is published")
    sizes = file.read(4 * magic[3])
    if len(sizes) < 4 * magic[3]:
        raise DataError(f"{path} ends inside its header")
    return tuple(int(size) for size in np.frombuffer(sizes, dtype=">u4"))
