"""The registry of learning-rate schedules: a factor on the learning rate as a function of the step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradviz.spec.registry import Registry

Factor = Callable[[int], float]
"""The factor at a step, counted from 0."""

schedules: Registry[Callable[..., Factor]] = Registry("schedule")
"""Each takes the number of steps of the run and its own parameters."""


@schedules.register("constant", group="Schedule", doc="The same learning rate from beginning to end")
def constant(_steps: int, **_given: Any) -> Factor:
    """Always 1."""
    return lambda _step: 1.0
