"""A subset of the classes: only the samples of those, renumbered from 0 in ascending order.

Every image set has the same parameter `classes`, so that “zeros against ones” or “digits 0 to 4, then 5 to 9”
is one line of an experiment.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradviz.data.registry import DataError
from gradviz.spec.registry import integers

CLASSES = integers(
    "classes",
    "Only these classes, by their numbers; in ascending order they become 0, 1, 2, …",
    default=None,
    minimum=0,
)
"""The parameter; not given, all classes are taken."""


def chosen_classes(asked: Sequence[int] | None, available: int) -> tuple[int, ...]:
    """The classes that were asked for, ascending, out of 0 … available − 1. Raises DataError."""
    if asked is None:
        return tuple(range(available))
    if missing := [number for number in asked if number >= available]:
        raise DataError(f"data.classes has {missing[0]}, but the classes are 0 to {available - 1}")
    chosen = tuple(sorted(set(asked)))
    if len(chosen) < len(asked):
        twice = next(number for number in chosen if list(asked).count(number) > 1)
        raise DataError(f"data.classes has {twice} twice; name every class once")
    if len(chosen) < 2:
        raise DataError(f"data.classes must name at least 2 classes, not {len(chosen)}")
    return chosen


def samples_of(chosen: Sequence[int], counts: Sequence[int]) -> int:
    """How many samples these classes have together, from the count of every class."""
    return sum(counts[number] for number in chosen)


def subset(
    x: NDArray[Any], y: NDArray[np.int64], chosen: tuple[int, ...], available: int
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """The samples of the `chosen` out of all `available` classes in their order, with their new numbers."""
    if len(chosen) == available:
        return x, y
    numbers = np.asarray(chosen)
    kept = np.isin(y, numbers)
    return x[kept], np.searchsorted(numbers, y[kept])
