"""When the dearer measurements are made: a budget that is earned by training and spent on measuring.

The budget is a share of the bare step time. What every step measures is paid from it first; the rest,
though at least a twentieth of the budget, is saved up for the scheduled measurements, which take turns.
Several are made at once: a histogram takes 200 µs when it comes alone between two training steps, whose
work has driven its code out of the caches, and 30 as the fifth in a row. Training pays for it again in
its own caches, about as much as the clock saw; that is charged, too. An item also waits until the run
has grown by 0.4 % since its last turn, or a long run's store would fill with histograms that look alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

EVERYTHING = 1.0
"""The budget that asks for everything at every step, whatever it costs."""
LEAST = 0.05
"""Share of the budget that scheduled measuring has in any case."""
GROWTH = 250
"""An item waits for (steps done) / GROWTH steps."""
TOGETHER = 8
"""Items that are measured in a row."""
AFTERMATH = 2
"""True cost of a scheduled measurement over what the clock says."""
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

    An item that stands several times among `items` has its turn as often. `aftermath` is the true cost of
    a measurement over what the clock says.
    """

    def __init__(self, items: Sequence[Item], budget: float, *, aftermath: float = AFTERMATH) -> None:
        self.items = list(items)
        self.budget = budget
        self._aftermath = aftermath
        self._next = 0
        self._credit = self._price = 0.0

    def due(self, step: int, *, everything: bool = False) -> list[Item]:
        """The items to measure at this step, in their turn."""
        if everything:
            return list(dict.fromkeys(self.items))
        if not self.budget or not self.items or self._credit < self._price:
            return []
        chosen: list[Item] = []
        cost = 0.0
        while len(chosen) < len(self.items):
            item = self.items[self._next]
            cost += self._aftermath * item.cost
            if item in chosen or self._waits(item, step) or (len(chosen) >= TOGETHER and cost > self._credit):
                break
            chosen.append(item)
            self._next = (self._next + 1) % len(self.items)
        return chosen

    def turn(self, item: Item, step: int) -> bool:
        """Whether the run has grown enough since the item's last turn for another one, in turn or not."""
        return bool(self.budget) and not self._waits(item, step)

    def account(self, bare: float, always: float, scheduled: float) -> None:
        """After a step: its bare time, the cost of what every step measures and of what was scheduled (s)."""
        allowance = max(self.budget * bare - always, LEAST * self.budget * bare)
        if scheduled:
            count = min(TOGETHER, len(self.items))
            in_a_row = [self.items[(self._next + i) % len(self.items)].cost for i in range(count)]
            self._price = self._aftermath * sum(in_a_row)
        # neither debts nor savings grow beyond what a row of items costs, so that no stall echoes for long
        credit = self._credit + allowance - self._aftermath * scheduled
        self._credit = min(max(credit, -self._price), 2 * self._price)

    @staticmethod
    def _waits(item: Item, step: int) -> bool:
        return item.last >= 0 and step - item.last < max(1, step // GROWTH)
