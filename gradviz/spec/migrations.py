"""Older experiments, brought to today's format as raw data.

Each migration turns the raw form of one version into the next and uses no other code of the program,
so that it keeps meaning what it meant. Append; never edit one that was released.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gradviz.spec.problem import Problem, SpecError

Migration = Callable[[dict[str, Any]], dict[str, Any]]

MIGRATIONS: tuple[Migration, ...] = ()
SCHEMA = len(MIGRATIONS) + 1


def migrate(raw: dict[str, Any], migrations: Sequence[Migration] = MIGRATIONS) -> dict[str, Any]:
    """`raw` in the newest version; without a `schema` it is taken to be of the newest.

    Raises SpecError for a version that is no version, or that only a newer program knows.
    """
    newest = len(migrations) + 1
    version = raw.get("schema", newest)
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise SpecError([Problem(keys=("schema",), message="must be a whole number, at least 1")])
    if version > newest:
        message = f"is {version}, and this gradviz knows formats up to {newest}: use a newer gradviz"
        raise SpecError([Problem(keys=("schema",), message=message)])
    for number in range(version, newest):
        raw = {**migrations[number - 1](dict(raw)), "schema": number + 1}
    return raw
