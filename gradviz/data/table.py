"""A person's own table: a text file, NPZ or Parquet, one sample a row.

Kinds of columns are guessed from the whole file and can be looked at before anything is used (`preview`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from gradviz.data.registry import DataError, Samples, Source, data_sets
from gradviz.data.tables.choice import Choice, Wish, choose, roles
from gradviz.data.tables.column import Table
from gradviz.data.tables.encoding import encode
from gradviz.data.tables.reading import file_key, read_table
from gradviz.data.tables.text_table import SEPARATORS
from gradviz.spec.data_info import Task
from gradviz.spec.registry import choice, path, text, texts
from gradviz.spec.table import TablePreview

PREVIEW_ROWS = 20
_MOST_KEPT = 8
_kept: dict[tuple[object, ...], Source] = {}


@data_sets.register(
    "table",
    group="Your own",
    doc="A table from a CSV, NPZ or Parquet file, one sample a row",
    parameters=(
        path("The file: CSV or other separated text, .npz, or .parquet"),
        text("target", "The column to learn; empty for “y” or “target”, or else the last one", default=""),
        texts("columns", "The input columns; none for all that can be"),
        choice(
            "task",
            "Whether the target is a class or a number; auto looks at it",
            choices=("auto", "classification", "regression"),
            default="auto",
        ),
        choice(
            "missing",
            "What to do about missing cells: say where, fill in the column’s mean, or drop the row",
            choices=("error", "mean", "drop"),
            default="error",
        ),
        texts("categories", "Columns whose numbers are names, such as a postcode"),
        choice(
            "header",
            "Whether the first line holds the names of the columns",
            choices=("auto", "yes", "no"),
            default="auto",
        ),
        choice(
            "separator",
            "What stands between two cells of a text file",
            choices=("auto", *SEPARATORS),
            default="auto",
        ),
    ),
)
def table(path: str, header: str, separator: str, **given: Any) -> Source:
    """Inputs `[samples, features]`; classes, or one number a sample, which training standardises."""
    wish, file = _wish(given), Path(path)
    key = (*(file_key(file) if path else ()), wish, header, separator)
    if key not in _kept:
        read = partial(read_table, file, separator=separator, header=header)
        found = choose(read(), wish, file.name)
        while len(_kept) >= _MOST_KEPT:
            del _kept[next(iter(_kept))]
        _kept[key] = Source(
            input_shape=(found.features,),
            classes=len(found.classes) or 1,
            samples=found.samples,
            task=found.task,
            make=partial(_make, read, found),
            stored=True,
            scaled_targets=found.task is Task.REGRESSION,
        )
    return _kept[key]


def preview(parameters: Mapping[str, Any]) -> TablePreview:
    """The table that such parameters name, as it would be used. Raises DataError where it cannot be read."""
    entry = data_sets.entry("table")
    given = entry.complete(parameters)
    for parameter in entry.parameters:
        if complaint := parameter.complaint(given[parameter.name]):
            raise DataError(f"data.{parameter.name} {complaint}")
    file = Path(str(given["path"]))
    read = read_table(file, separator=str(given["separator"]), header=str(given["header"]))
    return _looked_at(read, _wish(given), file)


def _wish(given: Mapping[str, Any]) -> Wish:
    return Wish(
        target=given["target"],
        columns=tuple(given["columns"]),
        categories=tuple(given["categories"]),
        task=given["task"],
        missing=given["missing"],
    )


def _looked_at(read: Table, wish: Wish, file: Path) -> TablePreview:
    rows = tuple(
        tuple(column.cell(row) for column in read.columns) for row in range(min(PREVIEW_ROWS, read.rows))
    )
    try:
        found = choose(read, wish, file.name)
    except DataError as error:
        try:
            infos = roles(read, wish)
        except DataError:
            infos = roles(read, Wish())
        return TablePreview(
            path=str(file),
            format=read.format,
            samples=read.rows,
            columns=infos,
            rows=rows,
            problem=str(error),
        )
    return TablePreview(
        path=str(file),
        format=read.format,
        samples=found.samples,
        columns=found.infos,
        rows=rows,
        task=found.task.value,
        classes=found.classes,
        features=found.features,
    )


def _make(read: partial[Table], found: Choice, _rng: np.random.Generator) -> Samples:
    return encode(read(), found)
