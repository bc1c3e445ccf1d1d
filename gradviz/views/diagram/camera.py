"""Which part of the scene is seen: zoom and pan as arithmetic, without Qt.

The height of things follows the zoom; their width does so only down to where a name can still be read. So
a thousand layers in sight are a column of broad bars, as a flow map has them, and not a hair's breadth.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

MARGIN = 24.0
HIGHEST = 2.5
_NARROWEST = 0.72
_COMFORT = 0.8
"""Where the whole is too tall for names, the view starts this large, at the input."""
_LEGIBLE = 0.5


@dataclass(frozen=True, kw_only=True)
class Camera:  # without slots, so that what every box asks for is worked out once
    """`zoom` scales heights; (`x`, `y`) is how far the view is scrolled, in pixels of the screen.

    `width` × `height` is the view in pixels, from `left` on the scene is `scene_width` × `scene_height`.
    `reserved` pixels at the left edge belong to the overview.
    """

    width: float = 1.0
    height: float = 1.0
    left: float = 0.0
    scene_width: float = 1.0
    scene_height: float = 1.0
    reserved: float = 0.0
    zoom: float = 1.0
    x: float = 0.0
    y: float = 0.0

    @cached_property
    def across(self) -> float:
        """The scale of widths."""
        room = (self.width - self.reserved - 2 * MARGIN) / max(self.scene_width, 1.0)
        return max(self.zoom, min(_NARROWEST, max(room, 0.05)))

    @cached_property
    def full_width(self) -> float:
        """How wide the whole scene is in pixels, with its margins."""
        return self.scene_width * self.across + 2 * MARGIN + self.reserved

    @cached_property
    def full_height(self) -> float:
        """How high the whole scene is in pixels, with its margins."""
        return self.scene_height * self.zoom + 2 * MARGIN

    @cached_property
    def lowest(self) -> float:
        """The smallest zoom: all is in sight."""
        return min(1.0, max(self.height - 2 * MARGIN, 1.0) / max(self.scene_height, 1.0))

    @cached_property
    def shows_all(self) -> bool:
        """Whether nothing lies above or below."""
        return self.full_height <= self.height + 1

    def to_view(self, x: float, y: float) -> tuple[float, float]:
        """A place of the scene in pixels of the view."""
        return (x - self.left) * self.across + self._offset_x, y * self.zoom + self._offset_y

    def to_scene(self, x: float, y: float) -> tuple[float, float]:
        """The other way."""
        return (x - self._offset_x) / self.across + self.left, (y - self._offset_y) / self.zoom

    def zoomed(self, factor: float, x: float, y: float) -> Camera:
        """Larger or smaller by a factor; what is at pixel (x, y) stays there."""
        place = self.to_scene(x, y)
        wanted = min(max(self.zoom * factor, self.lowest), HIGHEST)
        return replace(self, zoom=wanted).with_place_at(place, x, y)

    def with_place_at(self, place: tuple[float, float], x: float, y: float) -> Camera:
        """Scrolled so that a place of the scene is at pixel (x, y), as far as there is anything to scroll."""
        there = self.to_view(*place)
        return self.panned(there[0] - x, there[1] - y)

    def panned(self, dx: float, dy: float) -> Camera:
        """Scrolled by so many pixels."""
        return replace(self, x=self.x + dx, y=self.y + dy).within()

    def within(self) -> Camera:
        """Not scrolled beyond the edges."""
        return replace(
            self,
            x=min(max(self.x, 0.0), max(self.full_width - self.width, 0.0)),
            y=min(max(self.y, 0.0), max(self.full_height - self.height, 0.0)),
        )

    def all(self) -> Camera:
        """All in sight."""
        return replace(self, zoom=self.lowest, x=0.0, y=0.0)

    def start(self) -> Camera:
        """All in sight where names can then be read, else the beginning at a comfortable size."""
        wide = (self.width - self.reserved - 2 * MARGIN) / max(self.scene_width, 1.0)
        fitting = min(self.lowest, max(wide, _LEGIBLE))
        zoom = fitting if fitting >= _LEGIBLE else max(min(_COMFORT, max(wide, _LEGIBLE)), self.lowest)
        return replace(self, zoom=zoom, x=0.0, y=0.0)

    def showing(self, top: float, bottom: float, left: float, right: float) -> Camera:
        """Scrolled as little as needed so that a box of the scene is in sight."""
        x0, y0 = self.to_view(left, top)
        x1, y1 = self.to_view(right, bottom)
        dy = min(y0 - MARGIN, 0.0) or max(min(y1 + MARGIN - self.height, y0 - MARGIN), 0.0)
        edge = self.reserved + MARGIN / 2
        dx = min(x0 - edge, 0.0) or max(min(x1 + MARGIN / 2 - self.width, x0 - edge), 0.0)
        return self.panned(dx, dy)

    @cached_property
    def _offset_x(self) -> float:
        spare = max(self.width - self.full_width, 0.0)
        return self.reserved + MARGIN + spare / 2 - self.x

    @cached_property
    def _offset_y(self) -> float:
        spare = max(self.height - self.full_height, 0.0)
        return MARGIN + spare / 2 - self.y
