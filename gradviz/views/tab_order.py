"""The order in which Tab goes through the window: as it is read, whenever its parts were made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from gradviz.views.section import Section


def order_tabs(parts: Iterable[QWidget]) -> None:
    """Let Tab go through these parts, and inside each through its controls as they were made."""
    stops = [stop for part in parts for stop in _stops(part)]
    for before, after in pairwise(stops):
        QWidget.setTabOrder(before, after)


def _stops(part: QWidget) -> Iterator[QWidget]:
    """Controls that Tab reaches; Qt leaves others out of the order, and whoever is put after one of them."""
    if isinstance(part, Section):
        yield part.heading
        yield from _stops(part.body)
        return
    if part.isWindow():
        return
    if part.focusPolicy() & Qt.FocusPolicy.TabFocus and part.focusProxy() is None:
        yield part
    for child in part.children():
        if isinstance(child, QWidget):
            yield from _stops(child)
