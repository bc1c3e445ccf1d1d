"""How fast training goes and what measuring costs, told about four times a second.

The cost is that of the last seconds: a pass that is watched takes as much at once as the budget has saved in
some of them. The norms of every step are always taken; where they alone cost more than the budget, that is
said once.
"""

from __future__ import annotations

from collections import deque
from statistics import median

from gradviz.records.writer import RunWriter

SECONDS = 0.25
MOMENTS = 30
"""How many times as long the cost is looked at."""
SETTLED = 4
"""Times that something was told before the norms' cost is judged: the first steps of a run are slow."""


class Pace:
    """Adds up steps and writes “steps_per_second” and “measuring_cost”.

    The cost is the time spent on measuring over the bare time of the steps. Only the steps themselves
    count: neither pauses nor validation make a run look slow. What was measured because everything was asked
    for is no cost of the budget.
    """

    def __init__(self, writer: RunWriter, budget: float = 1.0) -> None:
        self._writer = writer
        self._budget = budget
        self._warned = False
        self._steps = 0
        self._total = self._bare = self._cost = self._always = 0.0
        self._told: deque[tuple[float, float]] = deque(maxlen=MOMENTS)
        """Bare time and cost of what was told."""
        self._shares: deque[float] = deque(maxlen=SETTLED)

    def step(self, step: int, total: float, cost: float, always: float = 0.0, *, asked: bool = False) -> None:
        """A step took `total` seconds, `cost` of them for measuring; `always` is what every step measures.

        `asked` says that everything was measured in it because somebody wanted that.
        """
        self._steps += 1
        self._total += total
        self._bare += total - cost
        self._cost += always if asked else cost
        self._always += always
        if self._total >= SECONDS:
            self.flush(step)

    def flush(self, step: int) -> None:
        """Write what has been added up, if that is enough to tell something, or all there will be."""
        enough = self._total > (SECONDS / 2 if self._told else 0.0)
        if not self._steps or not enough:
            return
        self._told.append((self._bare, self._cost))
        self._writer.sample("steps_per_second", step, self._steps / self._total)
        bare, cost = (sum(part) for part in zip(*self._told, strict=True))
        self._writer.sample("measuring_cost", step, cost / max(bare, 1e-9))
        self._shares.append(self._always / max(self._bare, 1e-9))
        if len(self._shares) == SETTLED and not self._warned:
            self._judge(median(self._shares))
        self._steps = 0
        self._total = self._bare = self._cost = self._always = 0.0

    def _judge(self, share: float) -> None:
        if 0 < self._budget < share:
            self._warned = True
            self._writer.log(
                "info",
                f"The norms of every layer at every step alone cost {share:.1%} of a step, "
                f"more than the budget for measuring of {self._budget:.1%}; all else is measured seldom.",
            )
