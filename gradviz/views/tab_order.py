"""The order in which Tab goes through the window: as it is read, whenever its parts were made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from gradviz.views.laid_out import laid_out
from gradviz.views.section import Section


def order_tabs(parts: Iterable[QWidget]) -> None:
    """Let Tab go through these parts, and inside each through its controls as they stand there."""
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
    for child in _as_read(part):
        yield from _stops(child)


def _as_read(part: QWidget) -> Iterator[QWidget]:
    """The children: first those in its layout or splitter, in order, then others as they were made."""
    layout = part.layout()
    placed = list(laid_out(layout)) if layout is not None else []
    if isinstance(part, QSplitter):
        placed = [part.widget(at) for at in range(part.count())]
    yield from placed
    for child in part.children():
        if isinstance(child, QWidget) and child not in placed:
            yield child
