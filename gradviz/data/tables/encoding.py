"""A chosen table as numbers: a column for numbers or for two values, one for each of several categories.

A missing cell that is filled gets the mean of its column over all rows; of a category's columns that is the
share of each category.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gradviz.data.registry import Samples
from gradviz.data.tables.choice import Choice
from gradviz.data.tables.column import Column, Table, number_text
from gradviz.data.tables.kinds import names_of
from gradviz.spec.data_info import Task
from gradviz.spec.table import ColumnKind

_FINEST = 1e3
"""Numbers so many deviations away from zero lose too many digits as float32 and are shifted first."""
_LARGEST, _SMALLEST = 1e30, 1e-30


def encode(table: Table, choice: Choice) -> Samples:
    """Inputs float32 `[samples, features]` and classes int64 `[samples]` or values float32 `[samples, 1]`."""
    x = np.empty((choice.samples, choice.features), dtype=np.float32)
    start = 0
    for place in choice.inputs:
        info = choice.infos[place]
        x[:, start : start + info.inputs] = _inputs(table.columns[place], info.kind, choice.rows)
        start += info.inputs
    target = table.columns[choice.target]
    if choice.task is Task.REGRESSION:
        return x, _fitted(target.numbers[choice.rows])[:, None].astype(np.float32)
    return x, places_in(target, choice.classes)[choice.rows]


def places_in(column: Column, names: tuple[str, ...]) -> NDArray[np.int64]:
    """The place of every cell among `names`, -1 for a missing one."""
    texts = {name: place for place, name in enumerate(names)}
    found = np.full(len(column.codes), -1, dtype=np.int64)
    is_number = ~np.isnan(column.numbers)
    numbers, inverse = np.unique(column.numbers[is_number], return_inverse=True)
    if len(numbers):
        found[is_number] = np.array([texts.get(number_text(number), -1) for number in numbers])[inverse]
    for code, text in enumerate(column.texts):
        if text in texts:
            found[column.codes == code] = texts[text]
    return found


def _inputs(column: Column, kind: ColumnKind, rows: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The column's inputs [samples, inputs] in double precision, gaps filled with the mean."""
    if kind in (ColumnKind.NUMBER, ColumnKind.IDENTIFIER):
        values = _fitted(column.numbers[rows])[:, None]
    else:
        names = names_of(column)
        places = places_in(column, names)[rows]
        first = 1 if kind is ColumnKind.TWO_VALUES else 0
        values = (places[:, None] == np.arange(first, len(names))).astype(np.float64)
        values[places < 0] = np.nan
    gaps = np.isnan(values)
    if gaps.any():
        present = ~gaps.all(axis=0)
        means = np.zeros(values.shape[1])
        means[present] = np.nanmean(values[:, present], axis=0)
        values[gaps] = np.broadcast_to(means, values.shape)[gaps]
    return values


def _fitted(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The values as they are, or standardised where float32 would lose them: training standardises anyway."""
    mean, deviation = np.nanmean(values), np.nanstd(values)
    size = np.nanmax(np.abs(values))
    if deviation and (abs(mean) > _FINEST * deviation or size > _LARGEST or size < _SMALLEST):
        return np.asarray((values - mean) / deviation)
    return values if size < _LARGEST else np.zeros_like(values)
