"""The stretches of a quantity that were asked for last, while nothing new is recorded.

Whoever scrubs through an ended run asks for the same stretch again and again. Handed out as the same object
it is not read and joined again, and a picture sees at once that it has drawn it already.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from gradviz.records.series import Series

KEPT = 2
"""Of each quantity: what is in sight, and the steps up to the cursor."""


class RecentSeries:
    """Series by whose they are and which stretch."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], OrderedDict[tuple[int, ...], Series]] = {}

    def take(self, whose: tuple[str, ...], stretch: tuple[int, ...], read: Callable[[], Series]) -> Series:
        """What was handed out before for this stretch, or else what `read` gives."""
        known = self._known.setdefault(whose, OrderedDict())
        series = known.pop(stretch, None) or read()
        known[stretch] = series
        if len(known) > KEPT:
            known.popitem(last=False)
        return series

    def forget(self) -> None:
        """There is something new: none of it holds any more."""
        self._known.clear()
