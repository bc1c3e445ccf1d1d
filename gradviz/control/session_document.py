"""The session being edited: experiment, runs, notes and layout, with undo, drafts, saving and recovery.

The document on disk is read in place and never written before the user says save; what is edited
meanwhile lies in a draft in the state folder, so a crash loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from gradviz.control.engine_state import EngineStatus, RunChange, TrainRequest
from gradviz.control.run_entry import RunEntry
from gradviz.spec.catalogue import Catalogue, Value
from gradviz.spec.experiment import ExperimentSpec, LayerSpec
from gradviz.spec.experiment import Path as LayerPath
from gradviz.spec.problem import Problem


@dataclass(frozen=True, kw_only=True, slots=True)
class AbandonedSession:
    """A session that a crashed window left: what to ask the user about at the next start."""

    id: str
    title: str
    path: Path | None
    changed: str
    runs: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SaveProgress:
    """How far a save is: `done` of `total` (bytes or pages; total 0: not known)."""

    done: int
    total: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SaveResult:
    """How a save ended: `error` is a sentence, empty when it went well or was cancelled."""

    path: Path
    cancelled: bool = False
    error: str = ""

    @property
    def saved(self) -> bool:
        """Whether the session is in the file now."""
        return not self.cancelled and not self.error


class SessionDocument(QObject):
    """One open session. Lives in the window's thread."""

    experiment_changed = Signal(object)
    """The new ExperimentSpec."""
    problems_changed = Signal(object)
    """tuple[Problem, ...]: what the checks against the catalogue found."""
    runs_changed = Signal()
    notes_changed = Signal(object)
    """The new notes (str)."""
    path_changed = Signal()
    dirty_changed = Signal(bool)
    save_progressed = Signal(object)
    """A SaveProgress."""
    save_finished = Signal(object)
    """A SaveResult; exactly one for each `save`."""
    reopened = Signal()
    """Another session was opened: everything may have changed."""
    draft_failed = Signal(object)
    """A sentence (str): the draft cannot be written (disk full); editing goes on without that net."""

    def __init__(self, experiment: ExperimentSpec | None = None, parent: QObject | None = None) -> None: ...

    # state

    @property
    def experiment(self) -> ExperimentSpec:
        """What the next run is a function of."""
        raise NotImplementedError

    @property
    def undo_stack(self) -> QUndoStack:
        """The edits of the experiment."""
        raise NotImplementedError

    @property
    def catalogue(self) -> Catalogue | None:
        """What an experiment may name; None until the engine was ready."""
        raise NotImplementedError

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What the experiment's checks found; empty while there is no catalogue."""
        raise NotImplementedError

    @property
    def runs(self) -> tuple[RunEntry, ...]:
        """The session's runs, oldest first."""
        raise NotImplementedError

    @property
    def notes(self) -> str:
        """The user's notes."""
        raise NotImplementedError

    @property
    def layout(self) -> Mapping[str, Any]:
        """The window's layout as saved (JSON values); changing it does not make the session dirty."""
        raise NotImplementedError

    @property
    def path(self) -> Path | None:
        """The session file; None while untitled."""
        raise NotImplementedError

    @property
    def title(self) -> str:
        """The file's name, or the experiment's while untitled."""
        raise NotImplementedError

    @property
    def is_dirty(self) -> bool:
        """Whether experiment, notes or runs differ from what was saved."""
        raise NotImplementedError

    @property
    def is_saving(self) -> bool:
        """Whether a save is going on."""
        raise NotImplementedError

    def run(self, run_id: str) -> RunEntry | None:
        """The run of that id, or None."""
        raise NotImplementedError

    # edits of the experiment; all can be undone

    def edit(self, experiment: ExperimentSpec, text: str, *, merge: str = "") -> None:
        """Make `experiment` current; consecutive edits with the same `merge`, if not empty, are one undo."""

    def set_parameter(self, path: LayerPath, name: str, value: Value) -> None:
        """Set one parameter of a layer; consecutive changes of the same one are one undo."""

    def reset_parameter(self, path: LayerPath, name: str) -> None:
        """Let one parameter of a layer have its default again."""

    def rename_layer(self, path: LayerPath, name: str | None) -> None:
        """Give a layer a name, or take it away."""

    def replace_layer(self, path: LayerPath, layer: LayerSpec, text: str = "") -> None:
        """Put another layer in the place of one."""

    def add_layer(self, path: LayerPath, layer: LayerSpec) -> None:
        """Insert a layer so that it will stand at `path`."""

    def remove_layers(self, *paths: LayerPath) -> None:
        """Remove layers with all they hold."""

    def move_layer(self, source: LayerPath, target: LayerPath) -> LayerPath:
        """Move a layer to stand before what is at `target` now; returns its new place."""
        raise NotImplementedError

    def duplicate_layer(self, path: LayerPath) -> LayerPath:
        """Put a copy behind a layer; returns the copy's place."""
        raise NotImplementedError

    # runs, notes, layout

    def new_run(self, *, paused: bool = False) -> TrainRequest:
        """Add a run of the current experiment to the session; hand the request to `EngineHost.train`."""
        raise NotImplementedError

    def remove_run(self, run_id: str) -> None:
        """Take a finished run out of the session."""

    def rename_run(self, run_id: str, name: str) -> None:
        """Give a run another name."""

    def set_notes(self, notes: str) -> None:
        """Change the notes."""

    def set_layout(self, layout: Mapping[str, Any]) -> None:
        """Remember the window's layout."""

    # slots for the engine

    def on_engine_changed(self, status: EngineStatus) -> None:
        """Take the catalogue when it comes; check the experiment then."""

    def on_run_changed(self, change: RunChange) -> None:
        """Take a run's new status."""

    # files

    def new(self, experiment: ExperimentSpec | None = None) -> None:
        """Leave this session (saved or not) and start an untitled one."""

    def open(self, source: str | Path) -> None:
        """Open a session file, an experiment file (.toml) or “example:NAME” in place of this session.

        Raises RecordsError or SpecError with sentences for people; the present session then stays.
        """

    @staticmethod
    def abandoned_sessions() -> tuple[AbandonedSession, ...]:
        """What crashed windows left in the state folder, newest first."""
        raise NotImplementedError

    def recover(self, session_id: str) -> None:
        """Take up an abandoned session in place of this one; raises RecordsError if that fails."""

    @staticmethod
    def discard(session_id: str) -> None:
        """Delete an abandoned session."""

    def save(self, path: Path | None = None) -> None:
        """Save in a worker, to `path` or where it was; `save_finished` tells the end. Training may go on."""

    def cancel_save(self) -> None:
        """Give up the save that is going on; the file stays as it was."""

    def close(self) -> None:
        """Wait for a save's end and give up the draft: for an end that the user chose."""
