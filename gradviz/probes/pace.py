"""How fast training goes and what measuring costs, told about four times a second.

The norms of every step are always taken; where they alone cost more than the budget, that is said once.
"""

from __future__ import annotations

from gradviz.records.writer import RunWriter

SECONDS = 0.25
SETTLED = 4
"""Times that something was told before the norms' cost is judged: the first steps of a run are slow."""


class Pace:
    """Adds up steps and writes “steps_per_second” and “measuring_cost”.

    The cost is the time spent on measuring over the bare time of the steps. Only the steps themselves
    count: neither pauses nor validation make a run look slow.
    """

    def __init__(self, writer: RunWriter, budget: float = 1.0) -> None:
        self._writer = writer
        self._budget = budget
        self._told = 0
        self._warned = False
        self._steps = 0
        self._total = self._cost = self._always = 0.0

    def step(self, step: int, total: float, cost: float, always: float = 0.0) -> None:
        """A step took `total` seconds, `cost` of them for measuring; `always` is what every step measures."""
        self._steps += 1
        self._total += total
        self._cost += cost
        self._always += always
        if self._total >= SECONDS:
            self.flush(step)

    def flush(self, step: int) -> None:
        """Write what has been added up, if that is enough to tell something, or all there will be."""
        enough = self._total > (SECONDS / 2 if self._told else 0.0)
        if not self._steps or not enough:
            return
        self._told += 1
        self._writer.sample("steps_per_second", step, self._steps / self._total)
        bare = max(self._total - self._cost, 1e-9)
        self._writer.sample("measuring_cost", step, self._cost / bare)
        if self._told >= SETTLED and not self._warned and 0 < self._budget < self._always / bare:
            self._warned = True
            self._writer.log(
                "info",
                f"The norms of every layer at every step alone cost {self._always / bare:.1%} of a step, "
                f"more than the budget for measuring of {self._budget:.1%}; all else is measured seldom.",
            )
        self._steps = 0
        self._total = self._cost = self._always = 0.0
