"""Between two steps: commands are taken, a paused run waits, and who follows along hears of it."""

from __future__ import annotations

from collections.abc import Callable

from gradviz.probes.recorder import Recorder
from gradviz.records.run import RunState, RunStatus
from gradviz.records.writer import RunWriter
from gradviz.training.control import RunControl
from gradviz.training.learning_rate import LearningRate

OnStatus = Callable[[RunStatus], None]


class Boundary:
    """Where commands land. `gradients`: whether the last step's are as the backward pass left them."""

    def __init__(
        self,
        control: RunControl,
        writer: RunWriter,
        recorder: Recorder,
        rate: LearningRate,
        *,
        gradients: bool,
        on_status: OnStatus | None = None,
    ) -> None:
        self._control, self._writer, self._recorder = control, writer, recorder
        self._rate = rate
        self._gradients = gradients
        self._on_status = on_status
        self.resting: list[Callable[[bool], None]] = []
        """Called when a step's last word is recorded: at a pause with False, at any end with True."""

    def begin(self, step: int) -> None:
        """Before the first step."""
        self._record_lr(step)
        self.say(RunState.RUNNING)

    def cross(self, step: int) -> bool:
        """Before `step`: take commands, wait while paused; whether to go on."""
        control = self._control
        control.ask()
        if self._waits():
            self.at_rest(ends=False)
            self.say(RunState.PAUSED)
            while self._waits():
                control.wait()
                self._follow_lr(step)
            self.say(RunState.RUNNING)
        self._follow_lr(step)
        return not control.stopped

    def at_rest(self, *, ends: bool = True) -> None:
        """Measure what can be measured between two steps, for a pause or, where it `ends`, for an end."""
        self._recorder.at_rest(gradients=self._gradients)
        for act in self.resting:
            act(ends)

    def say(self, state: RunState) -> None:
        """Tell the store and whoever listens how the run stands."""
        status = RunStatus(state=state, steps=self._control.steps_done)
        self._writer.set_status(status)
        if self._on_status is not None:
            self._on_status(status)

    def _waits(self) -> bool:
        return self._control.paused and not self._control.stopped

    def _follow_lr(self, step: int) -> None:
        lr = self._control.take_lr()
        if lr is None:
            return
        before = self._rate.base
        self._rate.change(lr)
        self._writer.event(step, "learning_rate", None, before=before, lr=lr)
        self._record_lr(step)

    def _record_lr(self, step: int) -> None:
        if not self._rate.scheduled:  # then it is recorded at every step
            self._writer.sample("learning_rate", step, self._rate.now)
