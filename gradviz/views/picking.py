"""What a click on a layer means: one layer, one more or less (Ctrl), or a range (Shift), as in every list.

A set of layers is a tuple of measured rows. Its last one is the primary: what shows a single layer shows that
one, and a range goes from it. So a range that is drawn anew goes from where it went before.
"""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import Qt

Rows = tuple[int, ...]
"""Measured rows, each once; the last one is the primary."""


class Pick(Enum):
    """What a click does with the layer that is clicked."""

    ONE = "one"
    TOGGLE = "toggle"
    RANGE = "range"


def pick_of(modifiers: Qt.KeyboardModifier) -> Pick:
    """What a click means while these keys are held."""
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        return Pick.RANGE
    return Pick.TOGGLE if modifiers & Qt.KeyboardModifier.ControlModifier else Pick.ONE


def picked(chosen: Rows, row: int, pick: Pick) -> Rows:
    """The set after a click on a row; the only one that is chosen stays so."""
    if pick is Pick.ONE or not chosen:
        return (row,)
    if pick is Pick.RANGE:
        primary = chosen[-1]
        return tuple(range(row, primary + 1)) if row <= primary else tuple(range(row, primary - 1, -1))
    if row in chosen:
        return tuple(other for other in chosen if other != row) or chosen
    return (*chosen, row)


def runs_of(rows: Rows) -> list[tuple[int, int]]:
    """First and last row of each run of neighbours, in ascending order."""
    found: list[tuple[int, int]] = []
    for row in sorted(rows):
        if found and row <= found[-1][1] + 1:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    return found
