"""A whole run as one function of one experiment: data, network, store, training, exactly one finish.

Whatever goes wrong becomes a finish with a reason in the store, if there is a store by then; the
traceback goes to the run's log and never to a person.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from torch import Tensor

from gradviz.data.augmentation import augmentation_of
from gradviz.data.batches import Batches
from gradviz.data.load import DataError, DataSet, load
from gradviz.data.order import batches_per_epoch
from gradviz.data.progress import LoadingStopped, Progress
from gradviz.nets.build import BuildError, BuiltModel
from gradviz.nets.model import build
from gradviz.probes.parts import layer_parts
from gradviz.probes.recorded_series import recorded_series
from gradviz.records.errors import RecordsError
from gradviz.records.run import FinishReason, RunInfo, RunState, RunStatus
from gradviz.records.session import RunSource
from gradviz.records.writer import RunWriter
from gradviz.spec.experiment import ExperimentSpec
from gradviz.spec.json_codec import to_raw
from gradviz.spec.problem import SpecError
from gradviz.spec.source_marks import source_marks
from gradviz.training.allocator import keep_freed_memory
from gradviz.training.check import check_training
from gradviz.training.control import RunControl
from gradviz.training.device import DeviceError, resolve_device
from gradviz.training.doubts import check_batches, doubts
from gradviz.training.loss import build_objective
from gradviz.training.noted import noted_quantities
from gradviz.training.numerics import NumericsError
from gradviz.training.resuming import Fresh, Resumed
from gradviz.training.state_codec import StateError
from gradviz.training.trainer import OnStatus, Trainer, count_steps
from gradviz.training.versions import versions
from gradviz.training.warm_up import warm_up

_log = logging.getLogger(__name__)


def train(
    experiment: ExperimentSpec,
    store_path: str | Path,
    control: RunControl,
    *,
    run_id: str,
    paused: bool = False,
    resume: RunSource | None = None,
    on_status: OnStatus | None = None,
    prepare: Callable[[Trainer], None] | None = None,
) -> RunStatus:
    """Train `experiment` into a new store at `store_path`; how it ended, which is also the store's last word.

    `paused` starts before the first step, `on_status` hears of every change. `resume` is a run of the same
    experiment that goes on from its last checkpoint, under another id; its own store is left as it is.
    Nothing is raised for a bad experiment or a full disk: the finish is “failed” and its reason a sentence.
    `prepare` gets the trainer when all is as it will be before its first step.
    Without a first step there is no store. An interrupt (Ctrl-C) counts as stopped.
    """
    if paused:
        control.pause()
    run = _Run(control, on_status, prepare)
    try:
        status = run.train(experiment, Path(store_path), run_id, resume)
    except (KeyboardInterrupt, LoadingStopped) as stop:
        status = _finished(FinishReason.STOPPED, control, str(stop) or "Interrupted.")
    except (DataError, SpecError, BuildError, DeviceError, NumericsError, RecordsError) as error:
        status = _finished(FinishReason.FAILED, control, _sentence(str(error)))
    except StateError as error:
        run.discard()
        status = _finished(FinishReason.FAILED, control, _sentence(str(error)))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a network or torch raises ends this run
        _log.debug("Run %s failed", run_id, exc_info=True)
        run.log(traceback.format_exc())
        status = _finished(FinishReason.FAILED, control, _why(error, control))
    status = run.finish(status)
    if on_status is not None:
        on_status(status)
    return status


class _Run:
    """What of a run has to be ended, whatever happens."""

    def __init__(
        self,
        control: RunControl,
        on_status: OnStatus | None,
        prepare: Callable[[Trainer], None] | None,
    ) -> None:
        self._control, self._on_status, self._prepare = control, on_status, prepare
        self._writer: RunWriter | None = None
        self._trainer: Trainer | None = None

    def train(
        self, experiment: ExperimentSpec, store_path: Path, run_id: str, resume: RunSource | None
    ) -> RunStatus:
        device = resolve_device(experiment.training.device)
        beginning = Resumed(resume, experiment) if resume else Fresh(experiment.start)
        keep_freed_memory()
        warm_up()  # before there is a store: whoever sees one expects steps
        data = load(experiment.data, experiment.data_seed, _watch_loading(self._control, self._on_status))
        augmentation_of(experiment.augmentation, data.info, experiment.data_seed)  # before there is a store
        objective = build_objective(experiment.loss, data.info)
        first = _first_batch(experiment, data)
        built = build(experiment.model, objective.info, experiment.weights_seed, first)
        check_training(replace(experiment, start=None) if resume else experiment, built.layers)
        samples, per_step = len(data.train_y), experiment.data.batch_size
        steps = count_steps(experiment, batches_per_epoch(samples, per_step))
        check_batches(experiment, built.layers, steps=steps, samples=samples)
        info = _describe(experiment, run_id, built, data, accuracy=objective.has_accuracy, device=str(device))
        info = replace(info, continues=resume.id) if resume else info
        self._writer = beginning.store(store_path, info, built)
        for sentence in doubts(experiment, steps, samples):
            self._writer.log("warning", sentence)
        self._trainer = Trainer(
            experiment,
            self._writer,
            self._control,
            built=built,
            data=data,
            objective=objective,
            device=device,
            on_status=self._on_status,
        )
        beginning.put_back(self._trainer)
        if self._prepare is not None:
            self._prepare(self._trainer)
        return self._trainer.run()

    def log(self, text: str) -> None:
        if self._writer is not None:
            self._writer.log("error", text)

    def discard(self) -> None:
        """Leave no store behind: the run never began."""
        if self._writer is not None:
            self._writer.discard()
        self._writer = self._trainer = None

    def finish(self, status: RunStatus) -> RunStatus:
        """Write the last word, and say in it what could not be written."""
        if self._trainer is not None:
            self._trainer.recorder.flush()
        if self._writer is not None:
            missing = self._writer.finish(status)
            self._writer.close()
            if missing:
                return replace(status, reason=f"{status.reason} {missing}".strip())
        return status


def _watch_loading(control: RunControl, on_status: OnStatus | None) -> Progress:
    """Tells how far the data are as a status, and stops the loading when the run is told to stop."""

    def tell(sentence: str) -> None:
        control.ask()
        if control.stopped:
            raise LoadingStopped("Stopped before the data were there.")
        if on_status is not None:
            on_status(RunStatus(state=RunState.STARTING, reason=sentence))

    return tell


def _first_batch(experiment: ExperimentSpec, data: DataSet) -> Tensor:
    """The inputs of the first step, not augmented, which an initializer may look at."""
    batches = Batches(data.train_x, data.train_y, experiment.data.batch_size, experiment.data_seed)
    return batches.take(0)[0]


def _describe(
    experiment: ExperimentSpec, run_id: str, built: BuiltModel, data: DataSet, *, accuracy: bool, device: str
) -> RunInfo:
    per_epoch = batches_per_epoch(len(data.train_y), experiment.data.batch_size)
    parts = layer_parts(built.model, built.layers)
    return RunInfo(
        id=run_id,
        name=experiment.name,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        experiment=to_raw(experiment),
        layers=built.layers,
        series=recorded_series(
            built.layers,
            clipping=experiment.clip is not None,
            accuracy=accuracy,
            noted=noted_quantities(experiment),
            parts=parts,
        ),
        steps=count_steps(experiment, per_epoch),
        steps_per_epoch=-(-per_epoch // experiment.training.accumulate),
        device=device,
        versions={**versions(), **source_marks(experiment.model.source)},
        parts=parts,
    )


def _finished(finish: FinishReason, control: RunControl, reason: str) -> RunStatus:
    return RunStatus(state=RunState.FINISHED, steps=control.steps_done, finish=finish, reason=reason)


def _why(error: Exception | SystemExit, control: RunControl) -> str:
    said = str(error).strip().splitlines()
    what = f"{type(error).__name__}: {said[0]}" if said else type(error).__name__
    where = f"at step {control.steps_done}" if control.steps_done else "before the first step was done"
    return f"Training failed {where}: {_sentence(what)}"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
