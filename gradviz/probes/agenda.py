"""What is due in a step: by the schedule, because somebody looks at it, or because everything was asked for.

Second passes have a schedule and a share of the budget of their own. One is as dear as a training step:
between histograms it would never be earned.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

from gradviz.probes.passing import HISTOGRAM
from gradviz.probes.schedule import EVERYTHING, Item, Schedule
from gradviz.probes.turns import turns

FOCUS_SECONDS = 0.2
"""How often the histograms of the layer in focus are taken, out of turn."""
SEEN = 0.8
"""How much of the budget may be spent by the clock.

Runs of 5 % by their own account were 1.055 to 1.065 times as long as bare ones: what a probe leaves behind in
the caches no clock sees.
"""
REPLAY_SHARE = 0.4
"""How much of the budget second passes have, where there are any."""


class Agenda:
    """Of a network with `layers` layers; `measured` are the indices of those that have parameters.

    With a budget of 1 everything is due at every step.
    """

    def __init__(self, measured: Sequence[int], layers: int, budget: float) -> None:
        self.focus: int | None = None
        """The measured layer that somebody is looking at."""
        self.due: list[Item] = []
        self.replays: list[Item] = []
        """What is due in this step, in its own pass and in a second one."""
        self._measured = measured
        self._everything = budget >= EVERYTHING
        self._schedule = Schedule(turns(len(measured), layers), SEEN * budget)
        self._replays = Schedule([], 0.0)
        self._focused = 0.0
        self._out_of_turn: list[Item] = []

    @property
    def items(self) -> list[Item]:
        """Everything that is measured on the schedule, each once."""
        return list(dict.fromkeys(self._schedule.items))

    def begin(self, step: int, *, everything: bool) -> None:
        """Find out what is due."""
        everything = everything or self._everything
        self.due = self._schedule.due(step, everything=everything)
        self.replays = self._replays.due(step, everything=everything)
        self._out_of_turn = []
        if self.focus is not None:
            now = perf_counter()
            if now - self._focused >= FOCUS_SECONDS:
                self._focused = now
                self._add_focused(self.focus, step)

    def expect_replays(self, quantity: str) -> None:
        """Have second passes for this quantity."""
        budget = self._schedule.budget + self._replays.budget
        items = [*self._replays.items, Item(quantity=quantity)]
        self._replays = Schedule(items, budget * REPLAY_SHARE)
        self._schedule.budget = budget - self._replays.budget

    def account(self, bare: float, always: float, scheduled: float, replayed: float) -> None:
        """After a step: its bare time, and the cost of what every step and what this step measured (s)."""
        share = REPLAY_SHARE if self._replays.items else 0.0
        own = min(sum(item.cost for item in self._out_of_turn), scheduled)
        self._schedule.account(
            bare, always * (1 - share), scheduled, looked_at=None if self.focus is None else own
        )
        self._replays.account(bare, always * share, replayed)

    def _add_focused(self, layer: int, step: int) -> None:
        """Let the histograms of one layer have a turn now: what is looked at must not stand still."""
        if not 0 <= layer < len(self._measured):
            return
        for item in self._schedule.items:
            at = self._measured[layer] if item.quantity == HISTOGRAM else layer
            if item.layer == at and item not in self.due and self._schedule.turn(item, step):
                self._out_of_turn.append(item)
        self.due += self._out_of_turn
