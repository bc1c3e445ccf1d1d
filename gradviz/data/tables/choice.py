"""What is used of a table: which columns are inputs, which is the target, which rows; and what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gradviz.data.registry import DataError
from gradviz.data.tables.column import TARGETS, Column, Table
from gradviz.data.tables.kinds import describe_column, names_of
from gradviz.spec.catalogue import did_you_mean
from gradviz.spec.data_info import Task
from gradviz.spec.table import ColumnInfo, ColumnKind, Role

MOST_CLASSES = 1000
MOST_INPUTS = 100_000
_MOST_COUNTED_CLASSES = 20
"""Whole numbers as targets are classes up to so many different ones."""
_USABLE = (ColumnKind.NUMBER, ColumnKind.TWO_VALUES, ColumnKind.CATEGORY)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What is asked of a table, as the parameters of the data set say it; empty means the usual."""

    target: str = ""
    columns: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    task: str = "auto"
    missing: str = "error"


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What is used of a table: columns with their roles, rows (bool [rows]), and the task.

    `classes` are the names of the classes, in their order; empty in a regression.
    """

    infos: tuple[ColumnInfo, ...]
    inputs: tuple[int, ...]
    target: int
    rows: NDArray[np.bool_]
    task: Task
    classes: tuple[str, ...] = ()

    @property
    def samples(self) -> int:
        """How many rows are used."""
        return int(self.rows.sum())

    @property
    def features(self) -> int:
        """How many numbers the network gets of a row."""
        return sum(self.infos[place].inputs for place in self.inputs)


def roles(table: Table, wish: Wish) -> tuple[ColumnInfo, ...]:
    """Every column with its kind and its role. Raises DataError where a named column is not there."""
    names = [column.name for column in table.columns]
    for key, wanted in (("columns", wish.columns), ("categories", wish.categories)):
        for name in wanted:
            _need(name, names, f"data.{key}")
    target = names.index(_need(wish.target, names, "data.target")) if wish.target else _usual_target(names)
    infos = []
    for place, column in enumerate(table.columns):
        info = describe_column(column, category=column.name in wish.categories)
        if place == target:
            info = replace(info, role=Role.TARGET, why="")
        elif column.name in wish.columns or (not wish.columns and info.kind in _USABLE):
            width = info.distinct if info.kind is ColumnKind.CATEGORY else 1
            info = replace(info, role=Role.INPUT, inputs=width, why="")
        elif info.kind in _USABLE:
            info = replace(info, why="it is not among data.columns")
        infos.append(info)
    return tuple(infos)


def choose(table: Table, wish: Wish, file: str) -> Choice:
    """What is used of the table, `file` its name in messages. Raises DataError."""
    infos = roles(table, wish)
    target = next(place for place, info in enumerate(infos) if info.role is Role.TARGET)
    inputs = tuple(place for place, info in enumerate(infos) if info.role is Role.INPUT)
    _check_inputs(table, infos, inputs, wish, file)
    _check_target(table, infos, target, wish.task, file)
    rows = _rows(table, (*inputs, target), target, wish.missing, file)
    if (count := int(rows.sum())) < 2:
        raise DataError(f"{file} has {count} usable {'row' if count == 1 else 'rows'}: at least 2 are needed")
    task = _task(table.columns[target].numbers[rows], wish.task)
    classes: tuple[str, ...] = ()
    if task is Task.CLASSIFICATION:
        classes = _classes(table.columns[target], rows, file)
    return Choice(infos=infos, inputs=inputs, target=target, rows=rows, task=task, classes=classes)


def _usual_target(names: Sequence[str]) -> int:
    """The column called y or target, or else the last one."""
    usual = [place for place, name in enumerate(names) if name.lower() in TARGETS]
    return usual[0] if len(usual) == 1 else len(names) - 1


def _need(name: str, names: Sequence[str], key: str) -> str:
    if name in names:
        return name
    there = did_you_mean(name, names) or f"; there are {', '.join(f'“{n}”' for n in names[:8])}" + (
        " and others" if len(names) > 8 else ""
    )
    raise DataError(f"{key}: there is no column “{name}”{there}")


def _check_inputs(
    table: Table, infos: Sequence[ColumnInfo], inputs: Sequence[int], wish: Wish, file: str
) -> None:
    target = next(info for info in infos if info.role is Role.TARGET)
    if target.name in wish.columns:
        raise DataError(f"data.columns: “{target.name}” is the target and cannot be an input too")
    if not inputs:
        raise DataError(f"{file} has no column that can be an input beside the target “{target.name}”")
    for place in inputs:
        info = infos[place]
        if info.kind not in _USABLE and (info.kind is not ColumnKind.IDENTIFIER or info.low is None):
            why = describe_column(table.columns[place], category=info.name in wish.categories).why
            raise DataError(f"data.columns: “{info.name}” cannot be an input: {why}")
        if info.kind is ColumnKind.NUMBER:
            _need_numbers(table, place, file)
    width = sum(infos[place].inputs for place in inputs)
    if width > MOST_INPUTS:
        raise DataError(
            f"{file} makes {width:,} inputs, and {MOST_INPUTS:,} is the most: choose data.columns"
        )


def _need_numbers(table: Table, place: int, file: str) -> None:
    """Raises DataError at the first cell of a column of numbers that is none."""
    column = table.columns[place]
    bad = np.flatnonzero(column.in_text)
    if len(bad):
        raise DataError(
            f"{file}, {table.place(bad[0])}: “{column.cell(bad[0])}” in column “{column.name}” is no number; "
            "mend it, or name the column in data.categories"
        )
    large = np.flatnonzero(np.abs(column.numbers) > 1e150)
    if len(large):
        raise DataError(
            f"{file}, {table.place(large[0])}: {column.cell(large[0])} in column “{column.name}” is too large"
        )


def _rows(table: Table, used: Sequence[int], target: int, missing: str, file: str) -> NDArray[np.bool_]:
    """Which rows are used. Raises DataError where a cell is missing that must not be."""
    gaps = {place: table.columns[place].missing for place in used}
    wanted = [target] if missing == "mean" else list(used)
    bad = np.zeros(table.rows, dtype=np.bool_)
    for place in wanted:
        bad |= gaps[place]
    if missing == "drop" or not bad.any():
        return ~bad
    row = int(np.flatnonzero(bad)[0])
    name = next(table.columns[place].name for place in wanted if gaps[place][row])
    total = sum(int(gaps[place].sum()) for place in wanted)
    more = f" ({total:,} such cells in all)" if total > 1 else ""
    cure = "drop" if missing == "mean" else "mean or drop"
    raise DataError(
        f"{file}, {table.place(row)}: the cell in column “{name}” is missing{more}; fill it, or set "
        f"missing to {cure}",
        "data.missing",
    )


def _check_target(table: Table, infos: Sequence[ColumnInfo], target: int, task: str, file: str) -> None:
    """Raises DataError where a target cannot be learnt, or not as asked."""
    info, column = infos[target], table.columns[target]
    if info.kind in (ColumnKind.OTHER, ColumnKind.EMPTY, ColumnKind.DATE):
        raise DataError(f"data.target: “{info.name}” cannot be learnt: {describe_column(column).why}")
    if task == Task.REGRESSION and info.low is None:
        raise DataError(
            f"data.task = regression needs numbers as targets, and “{info.name}” holds texts, such as "
            f"“{names_of(column)[0]}”"
        )
    if info.low is not None and task != Task.CLASSIFICATION:
        _need_numbers(table, target, file)


def _task(values: NDArray[np.float64], asked: str) -> Task:
    """The task of targets, NaN where they are texts: whole numbers, few different ones, are classes."""
    if asked != "auto":
        return Task(asked)
    if np.isnan(values).any():
        return Task.CLASSIFICATION
    whole = bool((values == np.round(values)).all())
    few = len(np.unique(values)) <= max(2, min(_MOST_COUNTED_CLASSES, len(values) // 2))
    return Task.CLASSIFICATION if whole and few else Task.REGRESSION


def _classes(column: Column, rows: NDArray[np.bool_], file: str) -> tuple[str, ...]:
    used = replace(
        column,
        numbers=column.numbers[rows],
        codes=column.codes[rows],
        texts=tuple(text for code, text in enumerate(column.texts) if (column.codes[rows] == code).any())
        if len(column.texts) <= MOST_CLASSES
        else column.texts,
    )
    names = names_of(used)
    count = len(used.codes)
    if len(names) > MOST_CLASSES or (len(names) > _MOST_COUNTED_CLASSES and 2 * len(names) > count):
        raise DataError(
            f"data.target: “{column.name}” would make {len(names):,} classes of {count:,} rows; choose "
            "another target, or data.task = regression if it holds numbers"
        )
    if len(names) < 2:
        raise DataError(
            f"{file}: all {count:,} rows have “{names[0]}” in the target “{column.name}”, so there is "
            "nothing to tell apart"
        )
    return names
