"""The training loop, on one screen, and what it does at the boundary between two steps."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite

import torch

from gradviz.data.batches import Batches
from gradviz.data.load import DataSet
from gradviz.data.seeds import Purpose, torch_seed
from gradviz.nets.build import BuiltModel
from gradviz.probes.recorder import Recorder
from gradviz.records.run import FinishReason, RunState, RunStatus
from gradviz.records.writer import RunWriter
from gradviz.spec.experiment import ExperimentSpec
from gradviz.training.clipping import build_clip
from gradviz.training.control import RunControl
from gradviz.training.loss import cross_entropy, in_rows
from gradviz.training.nonfinite import Direction, Origin, find_in_backward, find_in_forward
from gradviz.training.optimizers import build_optimizer
from gradviz.training.regularization import Penalty
from gradviz.training.replay import Dice, Moment
from gradviz.training.validation import validate

OnStatus = Callable[[RunStatus], None]


def count_steps(experiment: ExperimentSpec, per_epoch: int) -> int:
    """How many steps an experiment takes."""
    training = experiment.training
    return training.steps if training.steps is not None else (training.epochs or 0) * per_epoch


class Trainer:
    """Trains one network once.

        STARTING ──► RUNNING ◄──► PAUSED
                        └────┬──────┘
                             ▼ completed, stopped, diverged
                         FINISHED

    `run` says how it ended; making that final in the store, and whatever fails on the way, is its
    caller's (see `run.py`).
    """

    def __init__(
        self,
        experiment: ExperimentSpec,
        writer: RunWriter,
        control: RunControl,
        *,
        built: BuiltModel,
        data: DataSet,
        device: torch.device,
        on_status: OnStatus | None = None,
    ) -> None:
        self.writer = writer
        self.control = control
        self.layers = built.layers
        self.device = device
        self.seed = experiment.seed
        self.model = built.model.to(device)
        self.parameters = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer = build_optimizer(experiment.optimizer, self.parameters)
        self.penalty = Penalty(experiment.regularization, self.parameters)
        self.clip = build_clip(experiment.clip) if experiment.clip else None
        self.batches = Batches(
            data.train_x.to(device), data.train_y.to(device), experiment.data.batch_size, experiment.seed
        )
        self.val_x, self.val_y = data.val_x.to(device), data.val_y.to(device)
        self.steps = control.steps_asked = count_steps(experiment, self.batches.per_epoch)
        self.recorder = Recorder(self.model, self.layers, writer, budget=experiment.measure.budget)
        self._on_status = on_status
        self._origin: Origin | None = None

    def run(self) -> RunStatus:
        """Train until the end, a stop or a loss that is not finite."""
        torch.manual_seed(torch_seed(self.seed, Purpose.TRAINING))
        self.model.train()
        self._record_lr(0)
        self._say(RunState.RUNNING)
        model, optimizer, recorder, dice = self.model, self.optimizer, self.recorder, Dice(self.device)
        for step in range(self.steps):
            if not self._boundary(step):
                recorder.at_rest(gradients=self.clip is None)
                return self._end(FinishReason.STOPPED)
            single = self.control.take_step()
            recorder.focus = self.control.focus
            recorder.on_train_batch_start(step, everything=single or step in (0, self.steps - 1))
            x, y = self.batches.take(step)
            moment = Moment(step=step, x=x, y=y, random=dice.before_step())

            for parameter in self.parameters:
                parameter.grad = None  # optimizer.zero_grad() takes 30 µs more to do the same
            output, targets = in_rows(model(x), y)
            loss = cross_entropy(output, targets)
            loss.backward()  # type: ignore[no-untyped-call]
            self.penalty.add_gradient()
            recorder.on_after_backward(loss, output, targets)
            if self.clip is not None:
                self.clip([p.grad for p in self.parameters if p.grad is not None])
                recorder.on_after_clip()
            reading = recorder.on_before_optimizer_step()  # waits for the device
            if not isfinite(reading.loss):
                return self._diverged(moment)
            if not reading.finite:
                self._remember_origin(moment)
            optimizer.step()
            del output, loss  # or the next graph is built beside this one: 3 % of a small network's step
            recorder.on_train_batch_end()

            self.control.steps_done = step + 1
            if (step + 1) % self.batches.per_epoch == 0 or step + 1 == self.steps:
                self._validate(step)
        recorder.at_rest(gradients=self.clip is None)
        return self._end(FinishReason.COMPLETED)

    def _boundary(self, step: int) -> bool:
        """Between two steps: take commands, wait while paused; whether to go on."""
        control = self.control
        control.ask()
        if self._waits():
            self.recorder.at_rest(gradients=self.clip is None)
            self._say(RunState.PAUSED)
            while self._waits():
                control.wait()
                self._follow_lr(step)
            self._say(RunState.RUNNING)
        self._follow_lr(step)
        return not control.stopped

    def _waits(self) -> bool:
        return self.control.paused and not self.control.stopped

    def _follow_lr(self, step: int) -> None:
        lr = self.control.take_lr()
        if lr is None:
            return
        before = self.optimizer.param_groups[0]["lr"]
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        self.writer.event(step, "learning_rate", None, before=before, lr=lr)
        self._record_lr(step)

    def _record_lr(self, step: int) -> None:
        self.writer.sample("learning_rate", step, self.optimizer.param_groups[0]["lr"])

    def _validate(self, step: int) -> None:
        score = validate(self.model, self.val_x, self.val_y)
        self.writer.sample("val_loss", step, score.loss)
        self.writer.sample("val_accuracy", step, score.accuracy)
        self.writer.sample("epoch_accuracy", step, self.recorder.take_accuracy())

    def _remember_origin(self, moment: Moment) -> None:
        """A gradient is not finite though the loss is: note the first such step, before its update."""
        if self._origin is None:
            self._origin = find_in_backward(self.model, self.layers, moment)
            if self._origin is not None:
                self._record_origin(self._origin)

    def _diverged(self, moment: Moment) -> RunStatus:
        origin = find_in_forward(self.model, self.layers, moment)
        if origin.direction is Direction.UPDATE and self._origin is not None:
            origin = self._origin
        else:
            self._record_origin(origin)
        self.recorder.at_rest()
        self.control.steps_done = moment.step + 1
        return self._end(FinishReason.DIVERGED, origin.sentence(moment.step) + ".")

    def _record_origin(self, origin: Origin) -> None:
        self.writer.event(origin.step, "nonfinite", origin.layer, direction=origin.direction.value)

    def _say(self, state: RunState) -> None:
        status = RunStatus(state=state, steps=self.control.steps_done)
        self.writer.set_status(status)
        if self._on_status is not None:
            self._on_status(status)

    def _end(self, finish: FinishReason, reason: str = "") -> RunStatus:
        return RunStatus(state=RunState.FINISHED, steps=self.control.steps_done, finish=finish, reason=reason)
