"""How fast training goes and what measuring costs, told about four times a second."""

from __future__ import annotations

from gradviz.records.writer import RunWriter

SECONDS = 0.25


class Pace:
    """Adds up steps and writes “steps_per_second” and “measuring_cost”.

    The cost is the time spent on measuring over the bare time of the steps. Only the steps themselves
    count: neither pauses nor validation make a run look slow.
    """

    def __init__(self, writer: RunWriter) -> None:
        self._writer = writer
        self._told = False
        self._steps = 0
        self._total = self._cost = 0.0

    def step(self, step: int, total: float, cost: float) -> None:
        """A step took `total` seconds, `cost` of them for measuring."""
        self._steps += 1
        self._total += total
        self._cost += cost
        if self._total >= SECONDS:
            self.flush(step)

    def flush(self, step: int) -> None:
        """Write what has been added up, if that is enough to tell something, or all there will be."""
        enough = self._total > (SECONDS / 2 if self._told else 0.0)
        if not self._steps or not enough:
            return
        self._told = True
        self._writer.sample("steps_per_second", step, self._steps / self._total)
        self._writer.sample("measuring_cost", step, self._cost / max(self._total - self._cost, 1e-9))
        self._steps = 0
        self._total = self._cost = 0.0
