"""Going on with a run: which one, whether the experiment is still the same, and how its store begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from gradviz.nets.build import BuiltModel
from gradviz.records.continuing import Continuation, continuation
from gradviz.records.parts import PART_NORM
from gradviz.records.reader import RunReader
from gradviz.records.run import RunInfo
from gradviz.records.session import RunSource
from gradviz.records.writer import RunWriter
from gradviz.spec.experiment import ExperimentSpec, StartSpec
from gradviz.spec.json_codec import from_raw, to_raw
from gradviz.spec.source_marks import changed_since
from gradviz.training.checkpoints import unpack
from gradviz.training.state import NetworkState
from gradviz.training.state_codec import StateError
from gradviz.training.trainer import Trainer
from gradviz.training.transfer import Transfer, start_from

_MAY_DIFFER = frozenset(
    {
        "name",
        "training.steps",
        "training.epochs",
        "training.device",
        "training.patience",
        "training.keep_best",
        "training.checkpoint_every",
        "measure.budget",
    }
)
_SHOWN = 4


class Fresh:
    """A run that begins with its first step, perhaps with weights that another one has learned."""

    def __init__(self, start: StartSpec | None) -> None:
        self._start = start
        self._transfer: Transfer | None = None

    def store(self, path: Path, info: RunInfo, built: BuiltModel) -> RunWriter:
        """Its store, empty; the network gets its weights. Raises RecordsError or SpecError."""
        if self._start is not None:
            self._transfer = start_from(self._start, built)
        return RunWriter.create(path, info)

    def put_back(self, trainer: Trainer) -> None:
        """Nothing; it is said where the weights came from."""
        if self._transfer is not None:
            trainer.writer.event(0, "started_from", **self._transfer.detail())
            trainer.writer.log("info", self._transfer.sentence())


class Resumed:
    """A run that goes on from the last checkpoint of an earlier one."""

    def __init__(self, source: RunSource, experiment: ExperimentSpec) -> None:
        """Look at the earlier one. Raises RecordsError, and StateError where it is of another experiment.

        The experiment may differ in how long and where it trains, and in what is kept of it.
        """
        with RunReader(source.path, source.id) as reader:
            self._earlier, self._recorded = reader.info, reader.last_step + 1
        found = tuple(differing(to_raw(from_raw(self._earlier.experiment)), to_raw(experiment)))
        if found:
            rest = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
            raise StateError(
                f"The run is of another experiment and cannot go on with this one: "
                f"{'; '.join(found[:_SHOWN])}{rest}. Train a new run, which may start from its weights."
            )
        if changed := changed_since(self._earlier.versions, experiment.model.source):
            raise StateError(
                f"{changed}, and the run cannot go on with another network. Put the file back, or train "
                "a new run, which may start from its weights."
            )
        self._source = source
        self._beginning: Continuation | None = None

    def store(self, path: Path, info: RunInfo, built: BuiltModel) -> RunWriter:
        """Its store, which begins with all rows up to the checkpoint. Raises RecordsError or StateError."""
        if not self._earlier.parts:  # of a time before there were any: one run has the same rows throughout
            series = tuple(each for each in info.series if each.quantity != PART_NORM)
            info = replace(info, parts=(), series=series)
        beginning = continuation(self._source.path, self._source.id, info)
        step = beginning.checkpoint.step
        if step >= info.steps:
            raise StateError(
                f"The run has done its {step:,} steps; to go on, ask for more of them, as with {_more(info)}."
            )
        NetworkState(built.model).check(unpack(beginning.checkpoint)["network"])
        self._beginning = beginning
        return RunWriter.go_on(path, beginning)

    def put_back(self, trainer: Trainer) -> None:
        """Everything as it was. Raises StateError where something does not fit."""
        if self._beginning is None:
            raise RuntimeError("there is no store yet")
        checkpoint, info = self._beginning.checkpoint, self._beginning.info
        trainer.go_on_from(checkpoint)
        trainer.writer.event(checkpoint.step, "resumed", recorded=self._recorded)
        trainer.writer.log("info", told(self._earlier, self._recorded, info, checkpoint.step))


def _more(info: RunInfo) -> str:
    """How a command line asks for twice as long."""
    epochs = info.experiment.get("training", {}).get("epochs")
    return f"--set training.epochs={2 * epochs}" if epochs else f"--set training.steps={2 * info.steps}"


def told(earlier: RunInfo, recorded: int, info: RunInfo, step: int) -> str:
    """The line for the log: from where it goes on, and what may make the last digits differ."""
    text = f"Goes on after step {step:,}."
    if recorded > step:
        text += f" {recorded - step:,} steps that were recorded after that checkpoint are done again."
    changed = [
        f"{name} {earlier.versions[name]} → {version}"
        for name, version in info.versions.items()
        if earlier.versions.get(name, version) != version
    ]
    if earlier.device != info.device:
        changed.append(f"{earlier.device} → {info.device}")
    if changed:
        text += f" The last digits may differ from those of a run without a stop: {', '.join(changed)}."
    return text


def differing(there: Any, here: Any, place: str = "") -> Iterator[str]:
    """Where two experiments in raw form differ, in words."""
    if place in _MAY_DIFFER or there == here:
        return
    if isinstance(there, Mapping | None) and isinstance(here, Mapping | None):
        there, here = there or {}, here or {}
        for key in dict.fromkeys((*there, *here)):
            yield from differing(there.get(key), here.get(key), f"{place}.{key}" if place else str(key))
    elif isinstance(there, list) and isinstance(here, list) and len(there) == len(here):
        for at, (a, b) in enumerate(zip(there, here, strict=True)):
            yield from differing(a, b, f"{place}[{at}]")
    elif isinstance(there, list) and isinstance(here, list):
        yield f"{place} has {len(there)} entries there and {len(here)} here"
    elif isinstance(there, list | Mapping) or isinstance(here, list | Mapping):
        yield f"{place} is another one"
    else:
        yield f"{place} is {_shown(there)} there and {_shown(here)} here"


def _shown(value: object) -> str:
    return "not set" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
