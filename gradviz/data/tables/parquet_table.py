"""Tables in Parquet files, through pyarrow, which is an extra and is only imported when one is opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from gradviz.data.registry import DataError
from gradviz.data.tables.column import MISSING, Column, Table, number_column, text_column
from gradviz.data.tables.npz_table import MOST_VALUES


def read_parquet_table(path: Path) -> Table:
    """The table in a Parquet file. Raises DataError."""
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra, and 0.3 s
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError:
        raise DataError(
            f"reading {path.name} needs pyarrow: install it with pip install 'gradviz[parquet]', or save the "
            "table as CSV"
        ) from None
    try:
        with parquet.ParquetFile(path) as file:
            if file.metadata.num_rows * file.metadata.num_columns > MOST_VALUES:
                raise DataError(
                    f"{path.name} has more than {MOST_VALUES:,} values: take fewer rows or columns"
                )
            table = file.read()
        columns = [_column(pa.types, str(name), table.column(name)) for name in table.column_names]
    except (pa.ArrowException, OSError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError(f"{path.name} cannot be read as Parquet: {first}") from None
    return Table(format="Parquet", columns=tuple(columns))


def _column(types: Any, name: str, cells: Any) -> Column:
    kind = cells.type
    if types.is_dictionary(kind):
        return _column(types, name, cells.cast(kind.value_type))
    if types.is_boolean(kind):
        words = {True: "true", False: "false", None: None}
        return text_column(name, (words[cell] for cell in cells.to_pylist()))
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return number_column(name, cells.cast("float64", safe=False).to_numpy())
    if types.is_string(kind) or types.is_large_string(kind):
        return text_column(name, cells.to_pylist())
    if types.is_temporal(kind):
        return text_column(name, (None if cell is None else str(cell) for cell in cells.to_pylist()))
    nothing = np.full(len(cells), np.nan)
    codes = np.full(len(cells), MISSING, dtype=np.int32)
    return Column(name=name, numbers=nothing, codes=codes, other=str(kind))
