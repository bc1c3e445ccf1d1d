"""What crosses between the window and the engine's controller: frozen data, one class a message.

Only `Signal(object)` with these crosses threads: `Signal(dict)` is copied with its keys sorted, which
loses the order of the layers, and `Signal(int)` is 32 bits wide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path as FilePath
from typing import Any

from gradviz.records.layer import Inspection
from gradviz.records.run import RunStatus
from gradviz.records.session import RunSource
from gradviz.spec.catalogue import Catalogue
from gradviz.spec.experiment import ExperimentSpec, LayerSpec, Path
from gradviz.spec.table import TablePreview


class EngineState(StrEnum):
    """Where the engine stands.

    STARTING → READY ⇄ TRAINING ⇄ PAUSED; a crash leads from any of them to RESTARTING and on to READY,
    or to FAILED when it does not come up again.
    """

    STARTING = "starting"
    READY = "ready"
    TRAINING = "training"
    PAUSED = "paused"
    RESTARTING = "restarting"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class EngineStatus:
    """How the engine stands, with a sentence for people, and what it offers once it is up.

    `catalogue` is None until the first engine was ready; it is kept while a new one starts. `pid` is the
    process of the newest engine that was ready, this one with the engine in a thread, 0 before.
    """

    state: EngineState = EngineState.STARTING
    text: str = ""
    catalogue: Catalogue | None = None
    devices: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    pid: int = 0

    @property
    def is_up(self) -> bool:
        """Whether it answers now."""
        return self.state in {EngineState.READY, EngineState.TRAINING, EngineState.PAUSED}

    @property
    def is_training(self) -> bool:
        """Whether a run is going on, paused or not."""
        return self.state in {EngineState.TRAINING, EngineState.PAUSED}


@dataclass(frozen=True, kw_only=True, slots=True)
class InspectRequest:
    """The question which shapes and sizes an experiment's network has; `id` grows with every question."""

    id: int
    experiment: ExperimentSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class InspectionReply:
    """The answer: an inspection (which may hold problems), or the sentence why there is none.

    `where` is the place in the experiment that `error` is about, as in "data" or "model.layers[1]".
    """

    id: int
    inspection: Inspection | None = None
    error: str = ""
    where: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class EngineQuestion:
    """Something else to ask; what about is one of the engine’s questions, as "template" or "replay"."""

    id: int
    question: str
    details: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class EngineAnswer:
    """The answer as raw tables, or the sentence why there is none and the place it is about."""

    id: int
    answer: Mapping[str, Any] | None = None
    error: str = ""
    where: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class TemplateMade:
    """The experiment of a template with its sizes, or the sentence why there is none."""

    id: int
    experiment: ExperimentSpec | None = None
    layers: int = 0
    parameters: int = 0
    multiply_adds: int = 0
    error: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Expanded:
    """The layers that the composed block at `path` stands for, or the sentence why they are not known."""

    id: int
    path: Path
    layers: tuple[LayerSpec, ...] = ()
    error: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Exported:
    """A script that was written at `path`, or the sentence why it was not."""

    id: int
    path: FilePath
    error: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class TablePreviewed:
    """What a table holds, or the sentence why it cannot be read."""

    id: int
    preview: TablePreview | None = None
    error: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class StepReplayed:
    """What was seen in a step that was done again, or in `error` the sentence why that cannot be."""

    id: int
    sentence: str = ""
    error: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RangeTested:
    """What a learning-rate range test showed, or in `error` the sentence why there was none.

    `rates`, `losses` and `smoothed` are of one length, the rates rising in equal ratios. `steepest` is the
    rate where the loss falls fastest, `lowest` where it is lowest, `proposal` the one to take; all three are
    None where it never falls. `sentence` says why, for people.
    """

    id: int
    rates: tuple[float, ...] = ()
    losses: tuple[float, ...] = ()
    smoothed: tuple[float, ...] = ()
    steepest: float | None = None
    lowest: float | None = None
    proposal: float | None = None
    sentence: str = ""
    error: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainRequest:
    """A run to train: where its store is written and what it is a function of.

    `resume` is the run that it goes on from.
    """

    run_id: str
    store: FilePath
    experiment: ExperimentSpec
    paused: bool = False
    resume: RunSource | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RunChange:
    """A run's new status. Exactly one of them for a run is finished."""

    run_id: str
    store: FilePath
    status: RunStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class LogLine:
    """One line from the engine; `level` is debug, info, warning or error."""

    level: str
    text: str
