"""A step of a recorded run done again, from the nearest checkpoint, to learn what went wrong in it.

Everything that a step depends on comes from seeds or lies in the checkpoint, so it is the same step: that is
checked by its loss. The run itself and its store are left as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import isfinite, sqrt
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from gradviz.records.checkpoint import CheckpointKind
from gradviz.records.happenings import Event
from gradviz.records.reader import RunReader
from gradviz.records.run import FinishReason
from gradviz.records.session import RunSource
from gradviz.spec.experiment import ExperimentSpec, MeasureSpec
from gradviz.spec.json_codec import from_raw
from gradviz.spec.source_marks import changed_since
from gradviz.training.boundary import OnStatus
from gradviz.training.control import RunControl
from gradviz.training.operations import Finding, Gain, Operations
from gradviz.training.replay import Moment, RandomState, again
from gradviz.training.run import train
from gradviz.training.trainer import Trainer

_NEVER = 10**12
_TELLING = ("nonfinite", "spike")


class ReplayError(ValueError):
    """The step cannot be done again; the message is a sentence for people."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Replayed:
    """What was seen in `step`, done again after `start` steps that a checkpoint had.

    `recorded_loss` is what the run had then (None where that is not kept), `same` whether the two are equal.
    `update` names a layer whose weights were not finite before the step. `gradient_norm` is that of the loss,
    None where it is not finite; `anomaly` what torch's anomaly detection said.
    """

    step: int
    start: int
    loss: float
    recorded_loss: float | None
    same: bool
    update: str | None = None
    forward: Finding | None = None
    backward: Finding | None = None
    anomaly: str = ""
    gradient_norm: float | None = None
    gain: Gain | None = None

    @property
    def sentence(self) -> str:
        """What happened, for people."""
        start = f"Step {self.step:,}"
        if self.update is not None:
            return (
                f"{start}: the weights of {self.update} were not finite before it began; replay step "
                f"{self.step - 1:,}, whose update left them so."
            )
        for way, found in (("forward", self.forward), ("backward", self.backward)):
            if found is not None:
                where = found.layer or "the loss"
                what = f"by {found.operation} " if found.operation else ""
                return f"{start}: the first {found.value} was made {what}in the {way} pass of {where}."
        text = f"{start}: every value was finite"
        if self.gain is None or self.gradient_norm is None:
            return f"{text}."
        return (
            f"{text}; the gradient’s norm was {self.gradient_norm:.3g}. What enlarged it most was "
            f"{self.gain.operation} in {self.gain.layer or 'the loss'}, {self.gain.factor:.3g} times."
        )


def telling_step(events: Sequence[Event]) -> int | None:
    """The step that one would ask about: the first that is not finite, else the largest spike."""
    for kind in _TELLING:
        found = [event for event in events if event.kind == kind]
        if found:
            return max(found, key=lambda event: float(event.detail.get("factor", 0))).step
    return None


def replay_step(
    source: RunSource,
    step: int,
    *,
    control: RunControl | None = None,
    on_status: OnStatus | None = None,
) -> Replayed:
    """Do `step` of the run again. Raises ReplayError, and RecordsError where its store cannot be read.

    `control` can stop it, and knows how far it is; `on_status` hears of a download.
    """
    with RunReader(source.path, source.id) as reader:
        info, last = reader.info, reader.last_step
        checkpoint = reader.checkpoints().get(CheckpointKind.LAST)
        exact = reader.is_exact("train_loss", step)
        recorded = float(reader.at("train_loss", step)[1][0]) if exact else None
    if not 0 <= step <= last:
        raise ReplayError(f"Step {step:,} was not recorded: the run has the steps 0 to {last:,}.")
    experiment = _bare(from_raw(info.experiment))
    if changed := changed_since(info.versions, experiment.model.source):
        raise ReplayError(f"{changed}: with another network it would be another step.")
    control = control or RunControl()
    start = checkpoint if checkpoint is not None and checkpoint <= step else 0
    seen: list[Replayed] = []
    with TemporaryDirectory(prefix="gradviz-replay-", ignore_cleanup_errors=True) as folder:
        status = train(
            experiment,
            Path(folder) / "run.db",
            control,
            run_id="replay",
            resume=source if start else None,
            on_status=on_status,
            prepare=partial(_prepare, step=step, start=start, recorded=recorded, seen=seen),
        )
    if not seen:
        if status.finish is FinishReason.STOPPED:
            raise ReplayError(f"Stopped before step {step:,} was reached.")
        raise ReplayError(status.reason or f"The run ended before step {step:,}.")
    return seen[0]


def _bare(experiment: ExperimentSpec) -> ExperimentSpec:
    """The experiment without what leaves no trace in its steps."""
    training = replace(experiment.training, keep_best=False, checkpoint_every=_NEVER)
    return replace(experiment, training=training, measure=MeasureSpec(budget=0.0))


def _prepare(
    trainer: Trainer, *, step: int, start: int, recorded: float | None, seen: list[Replayed]
) -> None:
    def look(now: int) -> None:
        if now == step:
            seen.append(_look(trainer, step, start, recorded))
            trainer.control.stop()

    trainer.before_step.append(look)


def _look(trainer: Trainer, step: int, start: int, recorded: float | None) -> Replayed:
    """Do the passes of a step and put everything back."""
    layers = trainer.writer.info.layers
    update = next(
        (
            layer.name
            for layer in layers
            for parameter in trainer.model.get_submodule(layer.module).parameters()
            if not bool(torch.isfinite(parameter).all())
        ),
        None,
    )
    operations = Operations(trainer.model, layers)
    passes, batches = trainer.passes, trainer.batches
    numbers = range(step * passes.accumulate, (step + 1) * passes.accumulate)
    samples = sum(batches.size(number) for number in numbers)
    x, y = batches.take(numbers[0])
    random = RandomState.take(x.device)
    losses = []
    with again(trainer.model, Moment(step=step, x=x, y=y, random=random)):
        for number in numbers:
            x, y = batches.take(number)
            with operations.watching():
                loss = trainer.objective(trainer.computation.plain(x), y)[0]
                loss = loss * (len(y) / samples) if len(numbers) > 1 else loss
                operations.end_of_loss(loss)
            losses.append(loss.item())
            scaler = passes.loss_scale
            operations.run_backward(loss if scaler is None else scaler.scale(loss))
            if operations.backward is not None:
                break
        norm = _norm(trainer) / (1.0 if passes.loss_scale is None else passes.loss_scale.value)
    loss_value = sum(losses)
    return Replayed(
        step=step,
        start=start,
        loss=loss_value,
        recorded_loss=recorded,
        same=recorded is not None and _same(loss_value, recorded),
        update=update,
        forward=operations.forward,
        backward=operations.backward,
        anomaly=operations.anomaly,
        gradient_norm=norm if isfinite(norm) else None,
        gain=operations.gain,
    )


def _norm(trainer: Trainer) -> float:
    gradients = [p.grad.double() for p in trainer.parameters if p.grad is not None]
    return sqrt(sum(float((gradient**2).sum()) for gradient in gradients))


def _same(loss: float, recorded: float) -> bool:
    return bool(np.array_equal(np.float32(loss), np.float32(recorded), equal_nan=True))
