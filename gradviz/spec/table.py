"""What a file with a table holds, as far as a person must know before training on it. Pure data.

The engine reads the file; the window shows this: names, guessed kinds, the first rows, what is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class ColumnKind(StrEnum):
    """What the cells of a column are."""

    NUMBER = "number"
    TWO_VALUES = "two values"
    """Texts, two different ones: an input of 0 or 1."""
    CATEGORY = "category"
    """Texts, a few different ones: an input of 0 or 1 for each."""
    DATE = "date"
    IDENTIFIER = "identifier"
    """A name or number that only tells rows apart."""
    OTHER = "other"
    """Lists and whatever else is no number and no text."""
    EMPTY = "empty"


class Role(StrEnum):
    """What a column is used for."""

    INPUT = "input"
    TARGET = "target"
    UNUSED = "unused"


@dataclass(frozen=True, kw_only=True, slots=True)
class ColumnInfo:
    """One column. `inputs` is how many numbers the network gets of it, `why` says why it is unused.

    `distinct` counts different cells, `low` and `high` are the smallest and largest number.
    """

    name: str
    kind: ColumnKind
    role: Role = Role.UNUSED
    inputs: int = 0
    missing: int = 0
    distinct: int = 0
    low: float | None = None
    high: float | None = None
    why: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class TablePreview:
    """A table as it would be used. `rows` are the first ones, as texts; an empty text is a missing cell.

    `samples` is how many rows are used. `task` and `classes` are those of the target, `classes` empty in a
    regression. Where the table cannot be used as asked, `problem` is a sentence that says why.
    """

    path: str
    format: str
    samples: int
    columns: tuple[ColumnInfo, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    task: str = ""
    classes: tuple[str, ...] = ()
    features: int = 0
    problem: str = ""

    def to_raw(self) -> dict[str, Any]:
        """The form that goes over the wire."""
        return asdict(self)

    @classmethod
    def from_raw(cls, raw: Mapping[str, Any]) -> TablePreview:
        """The preview that `to_raw` described."""
        columns = (
            ColumnInfo(**{**column, "kind": ColumnKind(column["kind"]), "role": Role(column["role"])})
            for column in raw["columns"]
        )
        return cls(
            **{
                **raw,
                "columns": tuple(columns),
                "rows": tuple(tuple(row) for row in raw["rows"]),
                "classes": tuple(raw["classes"]),
            }
        )
