"""When the dearer measurements are made: a budget that is earned by training and spent on measuring.

The budget is a share of the bare step time. What every step measures is paid from it first; the rest,
though at least a twentieth of the budget, is saved up for the scheduled measurements, which take turns. Where
that is all there is, a short run would be measured at its ends alone: the first seconds of training have a
fifth of a second more.
Several are made at once: a histogram takes 200 µs when it comes alone between two training steps, whose
work has driven its code out of the caches, and 30 as the fifth in a row. Training pays for it again in
its own caches, about as much as the clock saw; that is charged, too. An item also waits until the run
has grown by 0.4 % since its last turn, or a long run's store would fill with histograms that look alike.

What somebody looks at has turns of its own, for half of what is earned: the histograms of one LSTM, five
times a second, took all of it, and update ratios stood still for 1,000 steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

EVERYTHING = 1.0
"""The budget that asks for everything at every step, whatever it costs."""
LEAST = 0.05
"""Share of the budget that scheduled measuring has in any case."""
EARLY, WITHIN = 0.2, 2.0
"""Seconds that scheduled measuring has in any case, most of them within the first so many of training."""
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

    An item that stands several times among `items` has its turn as often.
    """

    def __init__(self, items: Sequence[Item], budget: float) -> None:
        self.items = list(items)
        self.budget = budget
        self._next = 0
        self._credit = self._price = self._trained = 0.0
        self._own_credit = self._own_price = 0.0
        self._asked = False

    def due(self, step: int, *, everything: bool = False) -> list[Item]:
        """The items to measure at this step, in their turn."""
        self._asked = everything
        if everything:
            return list(dict.fromkeys(self.items))
        if not self.budget or not self.items or self._credit < self._price:
            return []
        chosen: list[Item] = []
        cost = 0.0
        while len(chosen) < len(self.items):
            item = self.items[self._next]
            cost += AFTERMATH * item.cost
            if item in chosen or self._waits(item, step) or (len(chosen) >= TOGETHER and cost > self._credit):
                break
            chosen.append(item)
            self._next = (self._next + 1) % len(self.items)
        return chosen

    def turn(self, item: Item, step: int) -> bool:
        """Whether somebody who looks at the item can have a turn of it now."""
        return bool(self.budget) and self._own_credit >= 0 and not self._waits(item, step)

    def account(
        self, bare: float, always: float, scheduled: float, *, looked_at: float | None = None
    ) -> None:
        """After a step: its bare time, the cost of what every step measures and of what was scheduled (s).

        `looked_at` is what of the latter somebody looks at, None where nobody does.
        """
        shares = 1 if looked_at is None else 2
        least = shares * LEAST * self.budget * bare + self._early(bare)
        allowance = max(self.budget * bare - always, least) / shares
        if looked_at is not None:
            allowance += self._account_own(allowance, 0.0 if self._asked else looked_at)
        if scheduled:
            count = min(TOGETHER, len(self.items))
            in_a_row = [self.items[(self._next + i) % len(self.items)].cost for i in range(count)]
            self._price = AFTERMATH * sum(in_a_row)
        charged = 0.0 if self._asked else scheduled - (looked_at or 0.0)  # what was asked for is no debt
        # neither debts nor savings grow beyond what a row of items costs, so that no stall echoes for long
        credit = self._credit + allowance - AFTERMATH * charged
        self._credit = min(max(credit, -self._price), 2 * self._price)

    def _account_own(self, allowance: float, cost: float) -> float:
        """Earn and pay the turns of what is looked at; returns what they leave for the others."""
        if cost:
            self._own_price = AFTERMATH * cost
        credit = max(self._own_credit + allowance - AFTERMATH * cost, -self._own_price)
        self._own_credit = min(credit, self._own_price)
        return credit - self._own_credit

    def _early(self, bare: float) -> float:
        """Of `EARLY`, what falls to a step that begins when training has taken so long."""
        begin, self._trained = self._trained, self._trained + bare
        if not self.budget or begin > 8 * WITHIN:
            return 0.0
        return EARLY * (exp(-begin / WITHIN) - exp(-self._trained / WITHIN))

    @staticmethod
    def _waits(item: Item, step: int) -> bool:
        return item.last >= 0 and step - item.last < max(1, step // GROWTH)
