"""When the dearer measurements are made: a budget that is earned by training and spent on measuring.

The budget is a share of the bare step time. What every step measures is paid from it first; the rest,
though at least a fifth of the budget, is saved up for the scheduled measurements, which take turns.
An item also waits until the run has grown by 0.4 % since its last turn, so that a long run's store
does not fill with histograms that all look alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LEAST = 0.2
"""Share of the budget that scheduled measuring has in any case."""
GROWTH = 250
"""An item waits for (steps done) / GROWTH steps."""
_SMOOTH = 0.3


@dataclass(slots=True, eq=False)
class Item:
    """Something that is measured when its turn comes; `layer` is -1 for all layers at once.

    `cost` is its expected cost in seconds, learnt from what it cost before; `last` the step of its last turn.
    """

    quantity: str
    layer: int = -1
    cost: float = 0.0
    last: int = -1

    def paid(self, step: int, seconds: float) -> None:
        """Learn what it cost this time."""
        self.cost = seconds if self.last < 0 else self.cost + _SMOOTH * (seconds - self.cost)
        self.last = step


class Schedule:
    """Chooses the items of a step; all of them where the caller wants everything.

    An item that stands several times among `items` has its turn as often.
    """

    def __init__(self, items: Sequence[Item], budget: float) -> None:
        self.items = list(items)
        self.budget = budget
        self._next = 0
        self._credit = self._dearest = 0.0

    def due(self, step: int, *, everything: bool = False) -> list[Item]:
        """The items to measure at this step, in their turn."""
        if everything:
            return list(dict.fromkeys(self.items))
        chosen: list[Item] = []
        credit = self._credit
        while len(chosen) < len(self.items):
            item = self.items[self._next]
            waits = item.last >= 0 and step - item.last < max(1, step // GROWTH)
            if waits or item.cost > credit or item in chosen or not self.budget:
                break
            credit -= item.cost
            chosen.append(item)
            self._next = (self._next + 1) % len(self.items)
        return chosen

    def account(self, bare: float, always: float, scheduled: float) -> None:
        """After a step: its bare time, the cost of what every step measures and of what was scheduled (s)."""
        if scheduled:
            self._dearest = max(item.cost for item in self.items)
        allowance = max(self.budget * bare - always, LEAST * self.budget * bare)
        # neither debts nor savings grow beyond what a dear item costs, so that no stall echoes for long
        self._credit = min(max(self._credit + allowance - scheduled, -self._dearest), 2 * self._dearest)
