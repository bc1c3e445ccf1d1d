"""Whether and how a run of the session goes on: from which step, with which experiment, or why it cannot."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QCoreApplication

from gradviz.control.run_entry import RunEntry
from gradviz.records.checkpoint import CheckpointKind
from gradviz.records.errors import RecordsError
from gradviz.records.run import RunInfo
from gradviz.spec.experiment import ExperimentSpec, MeasureSpec
from gradviz.spec.json_codec import from_raw
from gradviz.spec.problem import SpecError


@dataclass(frozen=True, kw_only=True, slots=True)
class GoingOn:
    """A run goes on after `step` steps of `experiment`; or `reason` is a sentence that says why not."""

    step: int = 0
    experiment: ExperimentSpec | None = None
    reason: str = ""


def going_on(entry: RunEntry, edited: ExperimentSpec) -> GoingOn:
    """How a finished run goes on.

    It does so with its own experiment. Where the edited one differs from that only in how long and where it
    trains and what is kept, those count: so a run that is complete can be made longer.
    """
    try:
        with entry.open() as reader:
            info, step = reader.info, reader.checkpoints().get(CheckpointKind.LAST)
        own = from_raw(info.experiment)
    except (RecordsError, SpecError) as error:
        return GoingOn(reason=str(error))
    if step is None:
        return GoingOn(reason=_tr("The run has no checkpoint to go on from."))
    experiment = edited if _core(edited) == _core(own) else own
    if step >= _steps(experiment, own, info):
        return GoingOn(reason=_tr("The run has done all its steps: enter more under “train for” to go on."))
    return GoingOn(step=step, experiment=experiment)


def checkpoint_words(experiment: ExperimentSpec) -> str:
    """How often a checkpoint is made, for people."""
    every = experiment.training.checkpoint_every
    if every is None:
        often = _tr("about every 10 seconds, in at most 2 % of the time")
    elif every == 1:
        often = _tr("after every step")
    else:
        often = _tr("every {0} steps").format(f"{every:,}")
    return _tr("A checkpoint is kept {0}, at a pause and at the end; a run goes on from its last.").format(
        often
    )


def _core(experiment: ExperimentSpec) -> ExperimentSpec:
    """The experiment without what may differ in a run that goes on."""
    training = replace(
        experiment.training,
        steps=1,
        epochs=None,
        device="auto",
        patience=None,
        keep_best=False,
        checkpoint_every=None,
    )
    return replace(experiment, name="", training=training, measure=MeasureSpec())


def _steps(experiment: ExperimentSpec, own: ExperimentSpec, info: RunInfo) -> int:
    """How many it asks for. Steps of an epoch are rounded up: of the same epochs the run knows better."""
    training = experiment.training
    if training.steps is not None:
        return training.steps
    if (own.training.steps, own.training.epochs) == (None, training.epochs):
        return info.steps
    return (training.epochs or 0) * info.steps_per_epoch


def _tr(text: str) -> str:
    return QCoreApplication.translate("going_on", text)
