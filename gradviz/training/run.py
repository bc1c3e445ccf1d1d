"""A whole run as one function of one experiment: data, network, store, training, exactly one finish.

Whatever goes wrong becomes a finish with a reason in the store, if there is a store by then; the
traceback goes to the run's log and never to a person.
"""

from __future__ import annotations

import logging
import traceback
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from torch import Tensor

from gradviz.data.batches import Batches
from gradviz.data.load import DataError, DataSet, load
from gradviz.data.order import batches_per_epoch
from gradviz.nets.build import BuildError, BuiltModel
from gradviz.nets.model import build
from gradviz.probes.recorder import recorded_series
from gradviz.records.errors import RecordsError
from gradviz.records.run import FinishReason, RunInfo, RunState, RunStatus
from gradviz.records.writer import RunWriter
from gradviz.spec.experiment import ExperimentSpec
from gradviz.spec.json_codec import to_raw
from gradviz.spec.problem import SpecError
from gradviz.training.check import check_training
from gradviz.training.control import RunControl
from gradviz.training.device import DeviceError, resolve_device
from gradviz.training.loss import build_objective
from gradviz.training.noted import noted_quantities
from gradviz.training.numerics import NumericsError
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
    on_status: OnStatus | None = None,
) -> RunStatus:
    """Train `experiment` into a new store at `store_path`; how it ended, which is also the store's last word.

    `paused` starts before the first step, `on_status` hears of every change. Nothing is raised for a bad
    experiment or a full disk: the finish is “failed” and its reason a sentence. An interrupt (Ctrl-C)
    counts as stopped.
    """
    if paused:
        control.pause()
    writer: RunWriter | None = None
    trainer: Trainer | None = None
    try:
        device = resolve_device(experiment.training.device)
        warm_up()  # before there is a store: whoever sees one expects steps
        data = load(experiment.data, experiment.data_seed)
        objective = build_objective(experiment.loss, data.info)
        first = _first_batch(experiment, data)
        built = build(experiment.model, objective.info, experiment.weights_seed, first)
        check_training(experiment, built.layers)
        info = _describe(experiment, run_id, built, data, accuracy=objective.has_accuracy, device=str(device))
        writer = RunWriter.create(store_path, info)
        trainer = Trainer(
            experiment,
            writer,
            control,
            built=built,
            data=data,
            objective=objective,
            device=device,
            on_status=on_status,
        )
        status = trainer.run()
    except KeyboardInterrupt:
        status = _finished(FinishReason.STOPPED, control, "Interrupted.")
    except (DataError, SpecError, BuildError, DeviceError, NumericsError, RecordsError) as error:
        status = _finished(FinishReason.FAILED, control, _sentence(str(error)))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a network or torch raises ends this run
        _log.debug("Run %s failed", run_id, exc_info=True)
        if writer is not None:
            writer.log("error", traceback.format_exc())
        status = _finished(FinishReason.FAILED, control, _why(error, control))
    if trainer is not None:
        trainer.recorder.flush()
    if writer is not None:
        missing = writer.finish(status)
        writer.close()
        if missing:
            status = replace(status, reason=f"{status.reason} {missing}".strip())
    if on_status is not None:
        on_status(status)
    return status


def _first_batch(experiment: ExperimentSpec, data: DataSet) -> Tensor:
    """The inputs of the first step, which an initializer may look at."""
    batches = Batches(data.train_x, data.train_y, experiment.data.batch_size, experiment.data_seed)
    return batches.take(0)[0]


def _describe(
    experiment: ExperimentSpec, run_id: str, built: BuiltModel, data: DataSet, *, accuracy: bool, device: str
) -> RunInfo:
    per_epoch = batches_per_epoch(len(data.train_y), experiment.data.batch_size)
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
        ),
        steps=count_steps(experiment, per_epoch),
        steps_per_epoch=-(-per_epoch // experiment.training.accumulate),
        device=device,
        versions=versions(),
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
