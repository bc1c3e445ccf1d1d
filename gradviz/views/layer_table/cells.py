"""The columns of the table of layers."""

from __future__ import annotations

from enum import IntEnum


class Cell(IntEnum):
    """The columns, from the left."""

    NAME = 0
    COURSE = 1
    GRADIENT = 2
    RATIO = 3
    WEIGHT = 4
    PARAMETERS = 5
    SHAPE = 6
    KIND = 7


NUMBERS = (Cell.GRADIENT, Cell.RATIO, Cell.WEIGHT)
"""Those that are measured, each at a step of its own."""
LEARNING = (Cell.GRADIENT, Cell.RATIO)
"""Those in which a frozen layer has zeros that are no fault."""
