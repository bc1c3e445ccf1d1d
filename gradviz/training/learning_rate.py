"""The learning rate of a run: base, schedule, warm-up and each group's factor, put into the optimizer.

    a group's rate = base · schedule(step) · the group's lr_factor

Only the base can be changed while a run trains, so the change keeps to the schedule and to the groups.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

import torch

from gradviz.probes.recorder import Recorder
from gradviz.records.writer import RunWriter
from gradviz.spec.experiment import OptimizerSpec, ScheduleSpec
from gradviz.spec.problem import Problem, SpecError
from gradviz.training.schedules import Schedule, schedules, warmed_up
from gradviz.training.validation import Score


def build_schedule(spec: ScheduleSpec, steps: int) -> Schedule:
    """The schedule that `spec` names, for a run of so many steps, with its warm-up."""
    given = schedules.entry(spec.name).complete(spec.parameters)
    schedule = schedules[spec.name](max(1, steps - spec.warmup), **given)
    return warmed_up(schedule, spec.warmup)


def is_scheduled(spec: ScheduleSpec) -> bool:
    """Whether the learning rate moves by itself; then it is recorded at every step."""
    return spec.name != "constant" or spec.warmup > 0


def check_schedule(spec: ScheduleSpec, optimizer: OptimizerSpec) -> None:
    """Raise SpecError for a schedule that would change nothing, or whose milestones are in no order."""
    if optimizer.name == "Rprop" and is_scheduled(spec):
        key = "name" if spec.name != "constant" else "warmup"
        message = "changes nothing: Rprop takes the learning rate as its first step only"
        raise SpecError([Problem(keys=("schedule", key), message=message)])
    milestones = spec.parameters.get("milestones")
    if isinstance(milestones, list | tuple) and list(milestones) != sorted(milestones):
        message = f"must rise, as in {sorted(milestones)}; these are {list(milestones)}"
        raise SpecError([Problem(keys=("schedule", "milestones"), message=message)])


class LearningRate:
    """Moves the rates of one optimizer; its groups have an `lr_factor` each."""

    def __init__(self, spec: ScheduleSpec, optimizer: torch.optim.Optimizer, base: float, steps: int) -> None:
        self.scheduled = is_scheduled(spec)
        self.base = base
        self._schedule = build_schedule(spec, steps)
        self._optimizer = optimizer
        self._factor = 1.0
        self.at(0)

    @property
    def now(self) -> float:
        """The rate of a group whose factor is 1."""
        return self.base * self._factor

    def at(self, step: int) -> None:
        """Before a step: put in what belongs to it."""
        if not self.scheduled:
            return
        self._factor = self._schedule.factor(step)
        self._put()
        if self._schedule.momentum is not None:
            self._put_momentum(self._schedule.momentum(step))

    def change(self, base: float) -> None:
        """Use another base rate from now on."""
        self.base = base
        self._put()

    def observe(self, loss: float) -> float | None:
        """Take a validation's loss; the new rate where the schedule answers it with a fall."""
        if self._schedule.plateau is None:
            return None
        before = self._schedule.plateau.reached
        self._schedule.plateau.observe(loss)
        after = self._schedule.plateau.reached
        return None if after == before else self.base * after

    def record(self, step: int, recorder: Recorder) -> None:
        """Before a step: put in what belongs to it, and have it recorded."""
        self.at(step)
        recorder.note("learning_rate", self.now)

    def hear(self, step: int, score: Score, writer: RunWriter) -> None:
        """After a validation: write down where the schedule answers it with a fall."""
        before = self.now
        after = self.observe(score.loss)
        if after is not None:
            writer.event(step, "learning_rate", None, before=before, lr=after, by="plateau")

    def state_dict(self) -> dict[str, Any]:
        """What is not a function of the experiment and the step, as plain numbers, and the factor now."""
        plateau = self._schedule.plateau
        state = None if plateau is None else plateau.state()
        return {"base": self.base, "factor": self._factor, "plateau": state}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a `state_dict`. Raises ValueError where it is none."""
        plateau = state.get("plateau")
        for name in ("base", "factor"):
            value = state.get(name)
            if not isinstance(value, int | float) or not isfinite(value) or value < 0:
                raise ValueError(f"the state of the learning rate lacks its {name}")
        self.base, self._factor = float(state["base"]), float(state["factor"])
        if self._schedule.plateau is not None:
            if not isinstance(plateau, dict):
                raise ValueError("the state of the learning rate lacks its plateau")
            self._schedule.plateau.load(plateau)
        self._put()

    def _put(self) -> None:
        rate = self.now
        for group in self._optimizer.param_groups:
            group["lr"] = rate * group["lr_factor"]

    def _put_momentum(self, momentum: float) -> None:
        for group in self._optimizer.param_groups:
            if "betas" in group:
                group["betas"] = (momentum, *group["betas"][1:])
            elif group.get("momentum"):
                group["momentum"] = momentum
