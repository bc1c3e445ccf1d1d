"""Tables in NumPy's archives: arrays of one length, a column each, or several where an array has two axes."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from gradviz.data.registry import DataError
from gradviz.data.tables.column import TARGETS, Column, Table, number_column, text_column

MOST_VALUES = 2**28
"""A gibibyte as the network's float32."""


def read_npz_table(path: Path) -> Table:
    """The table in an .npz file. Raises DataError; Python objects are refused, since reading runs them."""
    try:
        _check_sizes(path)
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
        if isinstance(error, DataError):
            raise
        said = "it holds Python objects" if "allow_pickle" in str(error) else str(error)
        raise DataError(f"{path.name} cannot be read as NumPy’s .npz: {said}") from None
    arrays = {name: array for name, array in arrays.items() if array.ndim}
    if not arrays:
        raise DataError(f"{path.name} holds no arrays")
    columns: list[Column] = []
    rows = len(next(iter(arrays.values())))
    for name, array in arrays.items():
        if len(array) != rows:
            lengths = ", ".join(f"{key}: {len(other)}" for key, other in arrays.items())
            raise DataError(f"{path.name} has arrays of different lengths ({lengths}): a table needs one")
        if array.ndim > 2:
            raise DataError(
                f"{path.name}: “{name}” has {array.ndim} dimensions, and a table’s arrays have one or two"
            )
        if array.ndim == 1 or array.shape[1] == 1:
            columns.append(_column(path, name, array.reshape(rows)))
        elif name.lower() in TARGETS:
            raise DataError(
                f"{path.name}: “{name}” has {array.shape[1]} columns, and a target has one: save the "
                "number of the class, or a single value"
            )
        else:
            columns += [_column(path, f"{name}[{place}]", part) for place, part in enumerate(array.T)]
    return Table(format="NPZ", columns=tuple(columns))


def _column(path: Path, name: str, array: NDArray[np.generic]) -> Column:
    kind = array.dtype.kind
    if kind == "b":
        return text_column(name, ("true" if value else "false" for value in array))
    if kind in "iuf":
        return number_column(name, array)
    if kind == "U":
        return text_column(name, (str(value) or None for value in array))
    if kind == "S":
        return text_column(name, (bytes(value).decode("utf-8", "replace") or None for value in array))
    if kind in "Mm":
        return text_column(name, (None if np.isnat(value) else str(value) for value in array))
    raise DataError(f"{path.name}: “{name}” holds {array.dtype}, and a table holds numbers or texts")


def _check_sizes(path: Path) -> None:
    """What the headers promise, before anything of it is unpacked."""
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if not member.filename.endswith(".npy"):
                raise DataError(f"{path.name} is an archive, but not one of NumPy’s arrays")
            with archive.open(member) as opened:
                version = npy.read_magic(opened)
                read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
                shape = read(opened)[0]
            if np.prod(shape, dtype=object) > MOST_VALUES:
                raise DataError(
                    f"{path.name}: “{member.filename.removesuffix('.npy')}” has more than {MOST_VALUES:,} "
                    "values: take fewer rows or columns"
                )
