"""The widgets of a layout, without asking it for its items.

PySide keeps the Python object of an item until the layout goes, but Qt deletes the item with its
widget: whatever comes to lie at the same address, an event for one, then reaches Python as that item.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from typing import cast

from PySide6.QtWidgets import QGridLayout, QLayout, QWidget


def laid_out(layout: QLayout) -> Iterator[QWidget]:
    """The widgets of a layout and of those within it, in their order; of a grid row by row."""
    parent = layout.parentWidget()
    children = [] if parent is None else parent.children()
    parts = [part for part in (*children, *layout.children()) if isinstance(part, QWidget | QLayout)]
    placed = [(layout.indexOf(part), part) for part in parts]
    for _, part in sorted(((_place(layout, at), part) for at, part in placed if at >= 0), key=itemgetter(0)):
        if isinstance(part, QWidget):
            yield part
        else:
            yield from laid_out(part)


def _place(layout: QLayout, at: int) -> tuple[int, int]:
    if isinstance(layout, QGridLayout):
        return cast("tuple[int, int, int, int]", layout.getItemPosition(at))[:2]
    return at, 0
