"""The registry of learning-rate schedules: a factor on the learning rate as a function of the step.

They are torch's (`torch.optim.lr_scheduler`), but each is a pure function of the step where torch multiplies
its way along: a run that is resumed, and a picture of the whole schedule, need no history. Only `plateau`
has one, since it listens to validations. What is left out fits itself to the length of the run.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from math import cos, inf, pi
from typing import Any

from gradviz.spec.catalogue import Parameter
from gradviz.spec.registry import Registry, boolean, choice, integer, integers, number

Factor = Callable[[int], float]
"""The factor at a step, counted from 0."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """What a schedule does at a step: the factor on the learning rate, and a momentum if it moves that too.

    `plateau` is there where validations have a say.
    """

    factor: Factor
    momentum: Factor | None = None
    plateau: Plateau | None = None


schedules: Registry[Callable[..., Schedule]] = Registry("schedule")
"""Each takes the number of steps that it has and its own parameters."""

_MOST = 10**12
_ETA_MIN = number(
    "eta_min", "The lowest learning rate, as a share of the highest", default=0.0, minimum=0, maximum=1
)


def _gamma(default: float, when: str) -> Parameter:
    return number("gamma", f"Multiplies the learning rate {when}", default=default, above=0, maximum=1)


def _length(doc: str) -> Parameter:
    return integer("steps", f"{doc}; all of the run unless given", default=None, minimum=1, maximum=_MOST)


@schedules.register("constant", group="Schedule", doc="The same learning rate from beginning to end")
def constant(_steps: int) -> Schedule:
    """Always 1."""
    return Schedule(factor=lambda _step: 1.0)


@schedules.register(
    "step",
    group="Schedule",
    doc="Falls by a factor every so many steps",
    parameters=(
        integer(
            "step_size",
            "Steps between two falls; a third of the run unless given",
            default=None,
            minimum=1,
            maximum=_MOST,
        ),
        _gamma(0.1, "at each fall"),
    ),
)
def step_wise(steps: int, step_size: int | None, gamma: float) -> Schedule:
    """`StepLR`."""
    size = step_size or max(1, -(-steps // 3))
    return Schedule(factor=lambda step: gamma ** (step // size))


@schedules.register(
    "multi_step",
    group="Schedule",
    doc="Falls by a factor at given steps",
    parameters=(
        integers(
            "milestones",
            "The steps at which it falls; half and three quarters of the run unless given",
            default=None,
            minimum=1,
            maximum=_MOST,
        ),
        _gamma(0.1, "at each fall"),
    ),
)
def multi_step(steps: int, milestones: list[int] | None, gamma: float) -> Schedule:
    """`MultiStepLR`; in the order of the milestones, however they are given."""
    at = sorted(milestones) if milestones is not None else [max(1, steps // 2), max(1, steps * 3 // 4)]
    return Schedule(factor=lambda step: gamma ** bisect_right(at, step))


@schedules.register(
    "exponential",
    group="Schedule",
    doc="Falls by the same small factor at every step",
    parameters=(_gamma(0.999, "at every step"),),
)
def exponential(_steps: int, gamma: float) -> Schedule:
    """`ExponentialLR`."""
    return Schedule(factor=lambda step: gamma**step)


@schedules.register(
    "linear",
    group="Schedule",
    doc="Falls in a straight line",
    parameters=(
        number(
            "end_factor", "The last learning rate, as a share of the first", default=0.0, minimum=0, maximum=1
        ),
        _length("Steps that it takes to fall"),
    ),
)
def linear(run: int, end_factor: float, steps: int | None) -> Schedule:
    """`LinearLR` from 1 to `end_factor`, which stays."""
    length = steps or run
    return Schedule(factor=lambda step: 1 + (end_factor - 1) * min(step / length, 1))


@schedules.register(
    "cosine",
    group="Schedule",
    doc="Falls along half a cosine, gently at both ends (Loshchilov & Hutter, 2017)",
    parameters=(_ETA_MIN, _length("Steps that it takes to fall")),
)
def cosine(run: int, eta_min: float, steps: int | None) -> Schedule:
    """`CosineAnnealingLR` down to `eta_min`, which stays: torch's rises again after its steps."""
    length = steps or run
    return Schedule(factor=lambda step: _half_cosine(1.0, eta_min, min(step / length, 1)))


@schedules.register(
    "warm_restarts",
    group="Schedule",
    doc="Cosines that begin anew at the full learning rate (SGDR; Loshchilov & Hutter, 2017)",
    parameters=(
        integer(
            "first_cycle",
            "Steps of the first cosine; so that three fill the run unless given",
            default=None,
            minimum=1,
            maximum=_MOST,
        ),
        integer("multiply", "Each cosine is so many times as long as the one before", default=2, minimum=1),
        _ETA_MIN,
    ),
)
def warm_restarts(steps: int, first_cycle: int | None, multiply: int, eta_min: float) -> Schedule:
    """`CosineAnnealingWarmRestarts`."""
    first = first_cycle or max(1, -(-steps // (1 + multiply + multiply**2)))

    def factor(step: int) -> float:
        done, length = (step % first, first) if multiply == 1 else (step, first)
        while done >= length:
            done, length = done - length, length * multiply
        return _half_cosine(1.0, eta_min, done / length)

    return Schedule(factor=factor)


@schedules.register(
    "one_cycle",
    group="Schedule",
    doc="Rises to the full learning rate and falls far below where it began (Smith & Topin, 2018)",
    parameters=(
        number("pct_start", "Share of the run in which it rises", default=0.3, minimum=0, maximum=1),
        number("div_factor", "Begins at the full learning rate divided by this", default=25.0, minimum=1),
        number("final_div_factor", "Ends at the first learning rate divided by this", default=1e4, minimum=1),
        choice(
            "anneal_strategy", "Along cosines or straight lines", choices=("cos", "linear"), default="cos"
        ),
        boolean("cycle_momentum", "Momentum falls while the learning rate rises, and back", default=True),
        number("base_momentum", "The lowest momentum", default=0.85, minimum=0, below=1),
        number("max_momentum", "The highest momentum", default=0.95, minimum=0, below=1),
    ),
)
def one_cycle(
    steps: int, pct_start: float, div_factor: float, final_div_factor: float, **given: Any
) -> Schedule:
    """`OneCycleLR` with the experiment's learning rate as its highest; after its steps the end stays."""
    first, last = 1 / div_factor, 1 / div_factor / final_div_factor
    anneal = _half_cosine if given["anneal_strategy"] == "cos" else _straight
    peak, end = pct_start * steps - 1, steps - 1

    def between(step: int, start: float, middle: float, finish: float) -> float:
        if step <= peak:
            return anneal(start, middle, step / peak if peak else 1.0)
        return anneal(middle, finish, min(1.0, (step - peak) / (end - peak)) if end > peak else 1.0)

    high, low = given["max_momentum"], given["base_momentum"]
    return Schedule(
        factor=lambda step: between(step, first, 1.0, last),
        momentum=(lambda step: between(step, high, low, high)) if given["cycle_momentum"] else None,
    )


@schedules.register(
    "plateau",
    group="Schedule",
    doc="Falls by a factor when the validation loss has stopped getting better",
    parameters=(
        number("factor", "Multiplies the learning rate at each fall", default=0.1, above=0, below=1),
        integer("patience", "Validations without a better loss that it bears", default=10, minimum=0),
        number("threshold", "How much better a loss must be to count", default=1e-4, minimum=0),
        choice(
            "threshold_mode",
            "Whether the threshold is a share of the best loss or an amount",
            choices=("rel", "abs"),
            default="rel",
        ),
        integer("cooldown", "Validations after a fall that do not count", default=0, minimum=0),
        number(
            "min_factor",
            "The lowest learning rate, as a share of the first",
            default=0.0,
            minimum=0,
            maximum=1,
        ),
    ),
)
def plateau(_steps: int, **given: Any) -> Schedule:
    """`ReduceLROnPlateau` on the validation loss."""
    state = Plateau(**given)
    return Schedule(factor=lambda _step: state.reached, plateau=state)


class Plateau:
    """The history of validations, and the factor that it has come to."""

    def __init__(
        self,
        *,
        factor: float,
        patience: int,
        threshold: float,
        threshold_mode: str,
        cooldown: int,
        min_factor: float,
    ) -> None:
        self._factor, self._patience, self._cooldown = factor, patience, cooldown
        self._threshold, self._relative, self._lowest = threshold, threshold_mode == "rel", min_factor
        self.reached = 1.0
        self._best = inf
        self._bad = self._cooling = 0

    def observe(self, loss: float) -> None:
        """Take the loss of a validation; one that is not a number is no better than any."""
        better = self._best * (1 - self._threshold) if self._relative else self._best - self._threshold
        if loss < better:
            self._best, self._bad = loss, 0
        else:
            self._bad += 1
        if self._cooling > 0:
            self._cooling -= 1
            self._bad = 0
        if self._bad > self._patience:
            self.reached = max(self.reached * self._factor, self._lowest)
            self._cooling, self._bad = self._cooldown, 0

    def state(self) -> dict[str, float | None]:
        """All of it as plain numbers, with None for “no validation yet”."""
        best = None if self._best == inf else self._best
        return {"reached": self.reached, "best": best, "bad": self._bad, "cooling": self._cooling}

    def load(self, state: dict[str, float | None]) -> None:
        """Go on from a `state`. Raises ValueError where it is none."""
        try:
            reached, best, bad, cooling = (state[key] for key in ("reached", "best", "bad", "cooling"))
            self.reached, self._best = float(reached), inf if best is None else float(best)  # type: ignore[arg-type]
            self._bad, self._cooling = int(bad), int(cooling)  # type: ignore[arg-type]
        except (KeyError, TypeError) as error:
            raise ValueError(f"the state of a plateau lacks {error}") from None


def warmed_up(schedule: Schedule, warmup: int) -> Schedule:
    """The schedule after `warmup` steps in which the factor rises linearly, 1/warmup a step (Goyal, 2017).

    The schedule's own steps are counted from the end of the warm-up.
    """
    if not warmup:
        return schedule
    then, momentum = schedule.factor, schedule.momentum
    return Schedule(
        factor=lambda step: (step + 1) / warmup * then(0) if step < warmup else then(step - warmup),
        momentum=None if momentum is None else lambda step: momentum(max(0, step - warmup)),
        plateau=schedule.plateau,
    )


def _half_cosine(start: float, end: float, share: float) -> float:
    return end + (start - end) / 2 * (1 + cos(pi * share))


def _straight(start: float, end: float, share: float) -> float:
    return start + (end - start) * share
