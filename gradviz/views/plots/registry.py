"""Which plots there are: each a decorated function that makes it, with its name, its place and what it needs.

Nothing of a plot is imported or made before it is first shown: the six that stand behind tabs would cost
40 ms of the program's start.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from gradviz.views.plots.arrangement import Arrangement, Place, Seat

if TYPE_CHECKING:
    from gradviz.views.plots.plot_view import PlotView

Recorded = frozenset[str]
"""Names of what the shown run has: its quantities, and a few more that `recording` adds."""

Make = Callable[[Hashable, QWidget], "PlotView"]
"""Makes a plot from its variant, with a parent."""


def _always(_recorded: Recorded) -> Hashable | None:
    return ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """A plot that can be had.

    `variant` says what of it a run with those recordings has, None for nothing: then it is not offered. The
    plot is made anew where its variant changes.
    """

    key: str
    place: Place
    name: str
    """Short, as it stands on a tab."""
    tip: str
    make: Make
    variant: Callable[[Recorded], Hashable | None] = _always


_OFFERS: dict[str, Offer] = {}


def plot(
    key: str,
    place: Place,
    name: object,
    tip: object,
    variant: Callable[[Recorded], Hashable | None] = _always,
) -> Callable[[Make], Make]:
    """Register the decorated function as what makes this plot; the order of registration is that of the tabs.

    `name` and `tip` are what `QT_TRANSLATE_NOOP("Plots", …)` gives.
    """

    def register(make: Make) -> Make:
        _OFFERS[key] = Offer(
            key=key, place=place, name=_words(name), tip=_words(tip), make=make, variant=variant
        )
        return make

    return register


def offers() -> dict[str, Offer]:
    """All of them, by key, in the order of their tabs."""
    from gradviz.views.plots import offered  # noqa: F401, PLC0415 - it registers them, and needs this

    return _OFFERS


def default_arrangement() -> Arrangement:
    """Every plot in its place, the first of each in front."""
    return Arrangement(seats=tuple(Seat(key=offer.key, place=offer.place) for offer in offers().values()))


def _words(text: object) -> str:
    return QCoreApplication.translate("Plots", str(text))
