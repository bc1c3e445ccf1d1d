"""The training loop, on one screen."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import isfinite

import torch

from gradviz.data.augmentation import augmentation_of
from gradviz.data.batches import Batches
from gradviz.data.load import DataSet
from gradviz.data.seeds import Purpose, torch_seed
from gradviz.nets.build import BuiltModel
from gradviz.probes.recorder import Recorder
from gradviz.records.checkpoint import Checkpoint
from gradviz.records.run import FinishReason, RunState, RunStatus
from gradviz.records.writer import RunWriter
from gradviz.spec.experiment import ExperimentSpec
from gradviz.training.boundary import Boundary, OnStatus
from gradviz.training.checkpoints import Checkpoints
from gradviz.training.clipping import build_clip, last_linear
from gradviz.training.computation import Computation
from gradviz.training.control import RunControl
from gradviz.training.divergence import Divergence
from gradviz.training.early_stopping import EarlyStopping
from gradviz.training.evaluation import Evaluation
from gradviz.training.freezing import Frozen
from gradviz.training.learning_rate import LearningRate
from gradviz.training.loss import Objective
from gradviz.training.loss_scale import LossScale
from gradviz.training.max_norm import MaxNorm
from gradviz.training.optimizers import build_optimizer
from gradviz.training.parameter_groups import build_groups
from gradviz.training.passes import Passes
from gradviz.training.regularization import PENALTY_RATIO, Penalty
from gradviz.training.residual_blocks import joins, residual_blocks
from gradviz.training.sampling import TextSampler
from gradviz.training.state import Chance, OptimizerState, Stateful
from gradviz.training.through_time import ThroughTime

__all__ = ["OnStatus", "Trainer", "count_steps"]

OnStep = Callable[[int], None]
"""Is called with a step, counted from 0."""


def count_steps(experiment: ExperimentSpec, per_epoch: int) -> int:
    """How many optimizer steps an experiment takes where an epoch has `per_epoch` batches."""
    training = experiment.training
    if training.steps is not None:
        return training.steps
    return -(-(training.epochs or 0) * per_epoch // training.accumulate)


class Trainer:
    """Trains one network once.

        STARTING ──► RUNNING ◄──► PAUSED
                        └────┬──────┘
                             ▼ completed, stopped, diverged
                         FINISHED

    `run` says how it ended; making that final in the store, and whatever fails on the way, is its
    caller's (see `run.py`). What else happens in a step hangs in lists, empty where nothing was asked for:
    `before_step` (learning rates, freezing), `after_update` (limits on weights), `after_step` (checkpoints),
    and `evaluation.listeners`.
    """

    def __init__(
        self,
        experiment: ExperimentSpec,
        writer: RunWriter,
        control: RunControl,
        *,
        built: BuiltModel,
        data: DataSet,
        objective: Objective,
        device: torch.device,
        on_status: OnStatus | None = None,
    ) -> None:
        self.writer = writer
        self.control = control
        self.seed = experiment.dropout_seed
        self.model = built.model.to(device)
        self.objective = objective
        parameters = [p for p in self.model.parameters() if p.requires_grad]
        self.parameters = parameters
        groups = build_groups(self.model, built.layers, experiment.optimizer)
        self.optimizer = build_optimizer(experiment.optimizer, groups)
        self.frozen = Frozen(self.model, built.layers, experiment.optimizer.groups)
        self.penalty = Penalty(experiment.regularization, self.model, built.layers)
        untouched = experiment.clip is None and not self.penalty
        self.clip = (
            build_clip(experiment.clip, parameters, last_linear(self.model, built.layers))
            if experiment.clip
            else None
        )
        self.batches = Batches(
            data.train_x.to(device),
            data.train_y.to(device),
            experiment.data.batch_size,
            experiment.data_seed,
            augmentation_of(experiment.augmentation, data.info, experiment.data_seed),
        )
        self.first_step = 0
        self.steps = control.steps_asked = count_steps(experiment, self.batches.per_epoch)
        self.rate = LearningRate(experiment.schedule, self.optimizer, experiment.optimizer.lr, self.steps)
        self.recorder = Recorder(
            self.model,
            built.layers,
            writer,
            budget=experiment.measure.budget,
            task=objective.info.task,
            penalised=bool(self.penalty),
            blocks=residual_blocks(self.model, built.layers),
            joins=joins(self.model, built.layers),
        )
        training = experiment.training
        self.computation = Computation(training, self.model, device, writer)
        plain = self.computation.plain
        self.passes = Passes(
            self.computation.forward,
            self.batches,
            objective,
            parameters,
            device,
            accumulate=training.accumulate,
            on_partial=self.recorder.on_after_partial_backward,
            watching=None if training.compile else self.recorder.watching,
        )
        self.loss_scale: LossScale | None = None
        if training.precision == "float16":
            self.loss_scale = self.passes.loss_scale = LossScale(
                device, self.optimizer, self.recorder, writer
            )
        self.through_time = ThroughTime(self.model, built.layers, objective, self.recorder, writer)
        self.divergence = Divergence(self.model, built.layers, objective, plain, writer)
        self.evaluation = Evaluation(
            self.model,
            (data.val_x.to(device), data.val_y.to(device)),
            objective,
            self.recorder,
            writer,
            forward=plain,
        )
        self.stopping = EarlyStopping(training.patience, writer) if training.patience else None
        if self.stopping is not None:
            self.evaluation.listeners.append(self.stopping)
        self.boundary = Boundary(
            control, writer, self.recorder, self.rate, gradients=untouched, on_status=on_status
        )
        self.before_step: list[OnStep] = []
        self.after_update: list[OnStep] = []
        if experiment.regularization.max_norm is not None:
            self.after_update.append(MaxNorm(experiment.regularization, self.model, built.layers))
        self.after_step: list[OnStep] = []
        if self.frozen.layers or self.frozen.fixed:
            self.before_step.append(partial(self.frozen.record, writer=writer))
        if self.rate.scheduled:
            self.before_step.append(partial(self.rate.record, recorder=self.recorder))
            self.evaluation.listeners.append(partial(self.rate.hear, writer=writer))
        if objective.info.is_language_model and data.tokens:
            self.evaluation.listeners.append(
                TextSampler(self.model, plain, data, writer, seed=experiment.seed, ends=self._is_last)
            )
        self.checkpoints = self._checkpoints(experiment, device)

    def run(self) -> RunStatus:
        """Train until the end, a stop or a loss that is not finite. Raises NumericsError."""
        if not self.first_step:
            torch.manual_seed(torch_seed(self.seed, Purpose.TRAINING))
        self.model.train()
        with self.computation.running(self.passes, self.first_step):
            self.boundary.begin(self.first_step)
            return self._loop()

    def _loop(self) -> RunStatus:
        control, recorder, stopping = self.control, self.recorder, self.stopping
        for step in range(self.first_step, self.steps):
            if not self.boundary.cross(step):
                self.boundary.at_rest()
                return self._end(FinishReason.STOPPED)
            for act in self.before_step:
                act(step)
            single = control.take_step()
            recorder.focus, recorder.commit_seconds = control.focus, control.commit_seconds
            recorder.on_train_batch_start(
                step, everything=single or step in (self.first_step, self.steps - 1)
            )
            broken = self._step(step)
            control.steps_done = step + 1
            if broken:
                recorder.at_rest()
                self.checkpoints.write_best()
                return self._end(FinishReason.DIVERGED, broken)
            recorder.on_train_batch_end()
            if self.passes.ends_epoch(step) or step + 1 == self.steps:
                self.evaluation.at(step)
            for act in self.after_step:
                act(step)
            if self._is_last(step):
                break
        self.boundary.at_rest()
        return self._end(FinishReason.COMPLETED, stopping.reason if stopping is not None else "")

    def _step(self, step: int) -> str:
        """From a batch to an update; a sentence where training cannot go on."""
        recorder, scaler = self.recorder, self.loss_scale
        if self.computation.compiles and recorder.watches:
            scale = self.passes.rehearsal_scale(step)
            with recorder.watching(lambda: scale, apart=True):  # nobody can look into what is compiled
                self.passes.rehearse(self.model, step, self.computation.plain)
        loss, output, targets, moments = self.passes.run(step)
        overflowed = scaler is not None and scaler.unscale()
        recorder.on_after_backward(loss, output, targets)  # of the loss alone: a penalty would hide its end
        self.through_time(step, moments)
        recorder.note(PENALTY_RATIO, self.penalty.add_gradient(), seconds=self.penalty.seconds)
        if self.clip is not None:
            recorder.on_after_clip(None if overflowed else self.clip())
        reading = recorder.on_before_optimizer_step()  # waits for the device
        self.control.loss = reading.loss
        if not isfinite(reading.loss):
            return self.divergence.explain(moments)
        if not overflowed:
            if not reading.finite:
                self.divergence.remember(moments)
            self.optimizer.step()
            for act in self.after_update:
                act(step)
        if scaler is not None and not scaler.update(step, skipped=overflowed):
            return self.divergence.explain_gradient(moments, scaler.value)
        return ""

    def go_on_from(self, checkpoint: Checkpoint) -> None:
        """Before `run`: put everything back as it was then. Raises StateError if it is another run's."""
        self.checkpoints.restore(checkpoint)
        self.frozen.at(checkpoint.step - 1)
        self.first_step = self.control.steps_done = checkpoint.step

    def _checkpoints(self, experiment: ExperimentSpec, device: torch.device) -> Checkpoints:
        """Of everything held here that has a state."""
        parts: dict[str, Stateful] = {"chance": Chance(device)}
        for name, part in vars(self).items():
            if isinstance(part, torch.optim.Optimizer):
                parts[name] = OptimizerState(part)
            elif isinstance(part, Stateful) and not isinstance(part, torch.nn.Module):
                parts[name] = part
        made = Checkpoints(experiment.training, self.model, parts, self.recorder, self.writer)
        if experiment.training.keep_best:
            self.evaluation.listeners.append(made.on_score)
        self.after_step.append(made.after_step)
        self.boundary.resting.append(made.at_rest)
        return made

    def _is_last(self, step: int) -> bool:
        """Whether training ends after `step`, whose validation was heard of by `stopping`."""
        return step + 1 == self.steps or (self.stopping is not None and bool(self.stopping.reason))

    def _end(self, finish: FinishReason, reason: str = "") -> RunStatus:
        return RunStatus(state=RunState.FINISHED, steps=self.control.steps_done, finish=finish, reason=reason)
