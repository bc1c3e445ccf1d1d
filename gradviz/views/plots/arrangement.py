"""How the plots stand: in which place and order, which are closed or float, and how the room is shared.

A value, so that every gesture is one function from one arrangement to the next, and what is saved is what
is shown. A closed or floating plot keeps its seat: opened again it stands where it stood. Plots that this
program does not know, of a newer one, keep their seats too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

SCHEMA = 1
_MOST = 100_000
"""No screen has more pixels."""

Rect = tuple[int, int, int, int]
"""x, y, width and height in pixels."""


class Place(StrEnum):
    """The four places of the middle, in reading order of the columns."""

    TOP_LEFT = "top_left"
    BOTTOM_LEFT = "bottom_left"
    TOP_RIGHT = "top_right"
    BOTTOM_RIGHT = "bottom_right"

    @property
    def is_left(self) -> bool:
        """Whether the network diagram can stand in its room."""
        return self in {Place.TOP_LEFT, Place.BOTTOM_LEFT}


class Standing(StrEnum):
    """What has become of a plot."""

    SHOWN = "shown"
    CLOSED = "closed"
    FLOATING = "floating"


@dataclass(frozen=True, kw_only=True, slots=True)
class Seat:
    """Where a plot stands, or would stand again; `window` is where its own window was last, if it had one."""

    key: str
    place: Place
    standing: Standing = Standing.SHOWN
    window: Rect | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrangement:
    """The seats in the order of the tabs; `chosen` names the plot in front of each place."""

    seats: tuple[Seat, ...] = ()
    chosen: tuple[tuple[Place, str], ...] = ()
    widths: tuple[int, int] = (600, 400)
    """Of the left and the right column."""
    heights: tuple[int, int] = (400, 320)
    """Of the upper and the lower row."""
    enlarged: Place | None = None

    def seat(self, key: str) -> Seat | None:
        """The seat of that plot."""
        return next((seat for seat in self.seats if seat.key == key), None)

    def tabs(self, place: Place) -> tuple[str, ...]:
        """The plots that stand in a place."""
        return tuple(
            seat.key for seat in self.seats if seat.place is place and seat.standing is Standing.SHOWN
        )

    def front(self, place: Place) -> str:
        """The plot that is wanted in front there; "" where the first will do."""
        return dict(self.chosen).get(place, "")

    def with_front(self, place: Place, key: str) -> Arrangement:
        """That plot in front of that place."""
        others = tuple(pair for pair in self.chosen if pair[0] is not place)
        return replace(self, chosen=tuple(sorted((*others, (place, key)))))

    def moved(self, key: str, place: Place, before: str | None = None) -> Arrangement:
        """Put a plot into a place, in front: before another one, or as the last."""
        seat = self.seat(key)
        if seat is None or key == before:
            return self
        seats = [other for other in self.seats if other.key != key]
        keys = [other.key for other in seats]
        there = [at for at, other in enumerate(seats) if other.place is place]
        end = there[-1] + 1 if there else len(seats)
        at = keys.index(before) if before in keys else end
        seats.insert(at, replace(seat, place=place, standing=Standing.SHOWN))
        return replace(self, seats=tuple(seats)).with_front(place, key)

    def opened(self, key: str) -> Arrangement:
        """Bring a plot back to its seat, in front."""
        seat = self.seat(key)
        return self if seat is None else self._with(key, Standing.SHOWN).with_front(seat.place, key)

    def closed(self, key: str) -> Arrangement:
        """Take a plot away; its neighbour comes to the front where it stood there."""
        return self._away(key, Standing.CLOSED)

    def floated(self, key: str, window: Rect | None = None) -> Arrangement:
        """Give a plot a window of its own, where it was last or there."""
        return self._away(key, Standing.FLOATING, window)

    def completed(self, known: Iterable[tuple[str, Place]]) -> Arrangement:
        """The same, with every known plot that it does not tell of at the end of its default place."""
        result = self
        for key, place in known:
            if result.seat(key) is None:
                seats = [*result.seats]
                there = [at for at, seat in enumerate(seats) if seat.place is place]
                seats.insert(there[-1] + 1 if there else len(seats), Seat(key=key, place=place))
                result = replace(result, seats=tuple(seats))
        return result

    def _away(self, key: str, standing: Standing, window: Rect | None = None) -> Arrangement:
        seat = self.seat(key)
        if seat is None:
            return self
        result = self._with(key, standing, window)
        if self.front(seat.place) == key:
            tabs = self.tabs(seat.place)
            at = tabs.index(key) if key in tabs else 0
            others = (*tabs[at + 1 :], *reversed(tabs[:at]))
            result = result.with_front(seat.place, others[0] if others else "")
        return result

    def _with(self, key: str, standing: Standing, window: Rect | None = None) -> Arrangement:
        return replace(
            self,
            seats=tuple(
                replace(seat, standing=standing, window=window or seat.window) if seat.key == key else seat
                for seat in self.seats
            ),
        )


def to_raw(arrangement: Arrangement) -> dict[str, Any]:
    """What is written as JSON."""
    return {
        "schema": SCHEMA,
        "plots": [
            {
                "key": seat.key,
                "place": seat.place.value,
                "standing": seat.standing.value,
                **({"window": list(seat.window)} if seat.window is not None else {}),
            }
            for seat in arrangement.seats
        ],
        "chosen": {place.value: key for place, key in arrangement.chosen},
        "widths": list(arrangement.widths),
        "heights": list(arrangement.heights),
        "enlarged": arrangement.enlarged.value if arrangement.enlarged is not None else None,
    }


def from_raw(raw: object) -> Arrangement | None:
    """The arrangement that was written; None where that is not one of this format."""
    try:
        return _read(raw)
    except (KeyError, TypeError, ValueError):
        return None


def to_json(arrangement: Arrangement) -> str:
    """As text."""
    return json.dumps(to_raw(arrangement))


def from_json(text: str) -> Arrangement | None:
    """From text; None where it does not tell of an arrangement."""
    try:
        return from_raw(json.loads(text))
    except (ValueError, RecursionError):
        return None


def _read(raw: Any) -> Arrangement:
    if raw["schema"] != SCHEMA:
        raise ValueError("another format")
    seats = tuple(_seat(part) for part in raw["plots"])
    if len({seat.key for seat in seats}) < len(seats):
        raise ValueError("a plot stands twice")
    chosen = {Place(place): _text(key) for place, key in dict(raw["chosen"]).items()}
    return Arrangement(
        seats=seats,
        chosen=tuple(sorted(chosen.items())),
        widths=_pair(raw["widths"]),
        heights=_pair(raw["heights"]),
        enlarged=None if raw["enlarged"] is None else Place(raw["enlarged"]),
    )


def _seat(raw: Any) -> Seat:
    window = raw.get("window")
    if window is not None:
        x, y, width, height = (_number(part, -_MOST) for part in window)
        window = (x, y, max(width, 1), max(height, 1))
    return Seat(
        key=_text(raw["key"]), place=Place(raw["place"]), standing=Standing(raw["standing"]), window=window
    )


def _pair(raw: Any) -> tuple[int, int]:
    first, second = (_number(part, 1) for part in raw)
    return first, second


def _number(raw: object, least: int) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool) or not least <= raw <= _MOST:
        raise ValueError("not a number of pixels")
    return raw


def _text(raw: object) -> str:
    if not isinstance(raw, str):
        raise TypeError("not a name")
    return raw
