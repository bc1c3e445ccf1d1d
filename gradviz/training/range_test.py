"""The learning-rate range test: one short run in which the learning rate grows from tiny to far too large.

The loss first stands still, then falls, then explodes (Smith, 2015, 2017): where it falls fastest and where
it is lowest say which rates this network can take. It is a run like any other, of a fresh copy with the
experiment's seeds, clipping, penalties, groups and precision; only its schedule is another one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from gradviz.records.reader import RunReader
from gradviz.records.run import FinishReason, RunStatus
from gradviz.spec.experiment import ExperimentSpec, MeasureSpec, ScheduleSpec
from gradviz.spec.problem import Problem, SpecError
from gradviz.training.boundary import OnStatus
from gradviz.training.control import RunControl
from gradviz.training.range_curve import Curve, End, read_curve
from gradviz.training.run import train

LOW, HIGH, STEPS = 1e-7, 10.0, 200
FEWEST, MOST = 20, 10_000
_MEMORY = 0.9
"""Of the running mean that tells when the loss has exploded."""
_NEVER = 10**12


class RangeTestError(ValueError):
    """The test cannot be made, or came to nothing; the message is a sentence for people."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RangeTest:
    """What to test: rates from `low` to `high` in so many steps, in equal ratios. Raises RangeTestError."""

    low: float = LOW
    high: float = HIGH
    steps: int = STEPS

    def __post_init__(self) -> None:
        if not (isfinite(self.low) and isfinite(self.high) and 0 < self.low < self.high):
            raise RangeTestError(
                f"the range must rise from a rate above 0, not go from {self.low:g} to {self.high:g}"
            )
        if not FEWEST <= self.steps <= MOST:
            raise RangeTestError(f"the test takes {FEWEST} to {MOST:,} steps, not {self.steps:,}")

    @property
    def ratio(self) -> float:
        """What the rate is multiplied by at every step."""
        return float((self.high / self.low) ** (1 / (self.steps - 1)))


def run_range_test(
    experiment: ExperimentSpec,
    test: RangeTest,
    *,
    control: RunControl | None = None,
    seconds: float | None = None,
    on_status: OnStatus | None = None,
) -> Curve:
    """Make the test, and say what it shows.

    It ends when the loss explodes, after so many `seconds`, or when `control` is told to stop; its poll is
    called at every step, `on_status` hears of a download. Raises RangeTestError where training fails and
    SpecError where the test makes no sense.
    """
    if experiment.optimizer.name == "Rprop":
        message = "has no learning rate that could be tested: Rprop takes it as its first step only"
        raise SpecError([Problem(keys=("optimizer", "name"), message=message)])
    control = control or RunControl()
    watch = control.poll = _Watch(control, test, seconds, control.poll)
    with TemporaryDirectory(prefix="gradviz-range-", ignore_cleanup_errors=True) as folder:
        store = Path(folder) / "run.db"
        status = train(_growing(experiment, test), store, control, run_id="range-test", on_status=on_status)
        if status.finish is FinishReason.FAILED:
            raise RangeTestError(status.reason)
        losses = _losses(store, status)
    rates = [test.low * test.ratio**step for step in range(len(losses))]
    exploded = watch.exploded or status.finish is FinishReason.DIVERGED
    ended = End.EXPLODED if exploded else End.RANGE if len(rates) == test.steps else End.STOPPED
    return read_curve(rates, losses, ended)


def _growing(experiment: ExperimentSpec, test: RangeTest) -> ExperimentSpec:
    """The experiment with a growing learning rate, without what only a real run needs."""
    training = replace(
        experiment.training,
        steps=test.steps + 1,  # the last is not made, and so the validation after it neither
        epochs=None,
        patience=None,
        keep_best=False,
        checkpoint_every=_NEVER,
    )
    return replace(
        experiment,
        optimizer=replace(experiment.optimizer, lr=test.low),
        schedule=ScheduleSpec(name="exponential", parameters={"gamma": test.ratio}),
        training=training,
        measure=MeasureSpec(budget=0.0),
    )


def _losses(store: Path, status: RunStatus) -> list[float]:
    """The losses of all steps that are finite: where one is not, the test had come to its end."""
    if not store.exists() or not status.steps:
        raise RangeTestError("the test was stopped before its first step")
    with RunReader(store) as reader:
        losses = reader.series("train_loss", 0, status.steps - 1, status.steps).mean[0].tolist()
    ends = next((step for step, loss in enumerate(losses) if not isfinite(loss)), len(losses))
    return [float(loss) for loss in losses[:ends]]


class _Watch:
    """Looks at the loss between two steps, and stops the run when there is nothing more to learn."""

    def __init__(
        self,
        control: RunControl,
        test: RangeTest,
        seconds: float | None,
        then: Callable[[bool], None] | None,
    ) -> None:
        self._control, self._steps, self._seconds, self._then = control, test.steps, seconds, then
        self._begun: float | None = None
        self._seen = 0
        self._mean = self._first = self._best = 0.0

    def __call__(self, waiting: bool) -> None:
        if self._then is not None:
            self._then(waiting)
        if self._control.paused:
            self._control.resume()  # a test is short, and whoever asked for it waits
        now = monotonic()
        self._begun = now if self._begun is None else self._begun
        out_of_time = self._seconds is not None and now - self._begun > self._seconds
        done = self._control.steps_done
        if done > self._seen:
            self._seen = done
            self._take(self._control.loss)
        if out_of_time or done >= self._steps or self.exploded:
            self._control.stop()

    def _take(self, loss: float) -> None:
        self._mean = _MEMORY * self._mean + (1 - _MEMORY) * loss
        mean = self._mean / (1 - _MEMORY**self._seen)
        self._first = self._first or mean
        self._best = mean if self._seen == 1 else min(self._best, mean)

    @property
    def exploded(self) -> bool:
        """Whether the loss is far above the lowest that it was."""
        if not self._seen:
            return False
        mean = self._mean / (1 - _MEMORY**self._seen)
        return mean > 4 * max(abs(self._best), 0.1 * abs(self._first))
