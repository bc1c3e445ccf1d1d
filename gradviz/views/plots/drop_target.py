"""Where a plot that is dropped goes: before another name, into a place, or into one that has no room yet.

A place without plots is not there to drop something on; the far part of its neighbour stands for it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect

from gradviz.views.plots.arrangement import Place
from gradviz.views.plots.plot_tabs import PlotTabs
from gradviz.views.plots.titled_frame import HEADING_HEIGHT

_FAR = 0.7
"""The part of a place from which on its empty neighbour is meant."""
_LINE = 3
_BELOW = {
    Place.TOP_LEFT: Place.BOTTOM_LEFT,
    Place.BOTTOM_LEFT: Place.TOP_LEFT,
    Place.TOP_RIGHT: Place.BOTTOM_RIGHT,
    Place.BOTTOM_RIGHT: Place.TOP_RIGHT,
}
_BESIDE = {
    Place.TOP_LEFT: Place.TOP_RIGHT,
    Place.BOTTOM_LEFT: Place.BOTTOM_RIGHT,
    Place.TOP_RIGHT: Place.TOP_LEFT,
    Place.BOTTOM_RIGHT: Place.BOTTOM_LEFT,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class DropTarget:
    """A place, the plot before which it goes (None: as the last), and what is marked, on the screen."""

    place: Place
    before: str | None = None
    room: QRect


def find_target(places: Mapping[Place, PlotTabs], point: QPoint, key: str) -> DropTarget | None:
    """What lies at that point of the screen for that plot; None where it can go nowhere."""
    for place, tabs in places.items():
        if tabs.isVisible() and tabs.rect().contains(tabs.mapFromGlobal(point)):
            empty = {other for other, its in places.items() if not its.keys}
            return _in_place(place, tabs, point, empty, key)
    return None


def _in_place(
    place: Place, tabs: PlotTabs, point: QPoint, empty: Collection[Place], key: str
) -> DropTarget | None:
    room = QRect(tabs.mapToGlobal(QPoint(0, 0)), tabs.size())
    inside = point - room.topLeft()
    if inside.y() < HEADING_HEIGHT:
        before, x = tabs.gap_at(inside, key)
        line = QRect(room.x() + x - _LINE // 2, room.y() + 6, _LINE, HEADING_HEIGHT - 8)
        return DropTarget(place=place, before=before, room=line)
    lower, beside = _BELOW[place], _BESIDE[place]
    across, down = inside.x() / max(room.width(), 1), inside.y() / max(room.height(), 1)
    is_top = place in {Place.TOP_LEFT, Place.TOP_RIGHT}
    if tabs.keys == (key,):
        return None
    if lower in empty and (down > _FAR if is_top else down < 1 - _FAR):
        half = room.height() // 2
        cut = (half, 0) if is_top else (0, -half)
        return DropTarget(place=lower, room=room.adjusted(0, cut[0], 0, cut[1]))
    if {beside, _BELOW[beside]} <= set(empty) and (across > _FAR if place.is_left else across < 1 - _FAR):
        half = room.width() // 2
        cut = (half, 0) if place.is_left else (0, -half)
        return DropTarget(place=beside, room=room.adjusted(cut[0], 0, cut[1], 0))
    return None if key in tabs.keys else DropTarget(place=place, room=room)
