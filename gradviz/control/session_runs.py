"""The runs of a session: begun, gone on with, renamed, removed, and each with its newest status."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import count
from uuid import uuid4

from PySide6.QtCore import QObject, Signal, Slot

from gradviz.control.engine_state import RunChange, TrainRequest
from gradviz.control.experiment_edits import ExperimentEdits
from gradviz.control.going_on import GoingOn, going_on
from gradviz.control.run_entry import RunEntry
from gradviz.control.session_opening import numbered
from gradviz.records.errors import RecordsError
from gradviz.records.run import RunState
from gradviz.records.session import RunSource
from gradviz.records.store_file import remove_store
from gradviz.records.workspace import Workspace
from gradviz.spec.experiment import ExperimentSpec


class SessionRuns(ExperimentEdits):
    """The part of a session document that keeps its runs; each change is written into the draft."""

    runs_changed = Signal()
    run_replaced = Signal(object, object)
    """The id (str) of a run, and the RunEntry that stands in its place from now on."""
    run_given_up = Signal(object)
    """The id (str) of a run that ended before its first step: it is not in the session any more."""

    def __init__(self, experiment: ExperimentSpec, parent: QObject | None = None) -> None:
        super().__init__(experiment, parent)
        self._workspace: Workspace | None = None
        self._runs: tuple[RunEntry, ...] = ()
        self._superseded: dict[str, RunEntry] = {}

    @property
    def runs(self) -> tuple[RunEntry, ...]:
        """The session's runs, oldest first."""
        return self._runs

    def run(self, run_id: str) -> RunEntry | None:
        """The run of that id, or None."""
        return next((run for run in self._runs if run.id == run_id), None)

    def is_taking_over(self, run_id: str) -> bool:
        """Whether a run is to go on with an older one and has recorded nothing yet."""
        return run_id in self._superseded

    def new_run(self, *, paused: bool = False) -> TrainRequest:
        """Add a run of the current experiment to the session; hand the request to `EngineHost.train`.

        Raises RecordsError where the state folder cannot be written.
        """
        run_id = uuid4().hex
        store = self._own_workspace().store_path(run_id)
        taken = {run.name for run in self._runs}
        name = next(name for number in count(len(taken) + 1) if (name := numbered(number)) not in taken)
        self._set_runs((*self._runs, RunEntry(id=run_id, name=name, source=store)))
        return TrainRequest(run_id=run_id, store=store, experiment=self.experiment, paused=paused)

    def continue_run(self, run_id: str, *, paused: bool = False) -> TrainRequest:
        """Have a run go on from its last checkpoint, as a run that takes its place and name.

        The old one stays until the new one has recorded something. Raises RecordsError where it cannot.
        """
        old = self.run(run_id)
        how = going_on(old, self.experiment) if old is not None else GoingOn(reason=self.tr("It is gone."))
        if old is None or how.experiment is None:
            raise RecordsError(how.reason)
        new_id = uuid4().hex
        store = self._own_workspace().store_path(new_id)
        self._superseded[new_id] = old
        self._replace_run(old, RunEntry(id=new_id, name=old.name, source=store))
        resume = RunSource(id=old.id, path=old.source)
        return TrainRequest(
            run_id=new_id, store=store, experiment=how.experiment, paused=paused, resume=resume
        )

    def remove_run(self, run_id: str) -> None:
        """Take a finished run out of the session; for one that never was saved there is no way back."""
        run = self.run(run_id)
        if run is None or not run.is_finished:
            return
        self._set_runs(other for other in self._runs if other is not run)
        self._remove_store(run)

    def rename_run(self, run_id: str, name: str) -> None:
        """Give a run another name."""
        self._set_runs(replace(run, name=name) if run.id == run_id else run for run in self._runs)

    @Slot(object)
    def on_run_changed(self, change: RunChange) -> None:
        """Take a run's new status from the engine; one that ended before its first step has left nothing."""
        is_over = change.status.state is RunState.FINISHED
        if is_over and not self.is_taking_over(change.run_id) and not change.store.exists():
            self._give_up(change.run_id)
        elif self.run(change.run_id) is not None:
            self._set_runs(
                replace(run, status=change.status) if run.id == change.run_id else run for run in self._runs
            )
        self._settle(change)

    def _give_up(self, run_id: str) -> None:
        if self.run(run_id) is not None:
            self._set_runs(run for run in self._runs if run.id != run_id)
            self.run_given_up.emit(run_id)

    def _replace_run(self, old: RunEntry, new: RunEntry) -> None:
        self._set_runs(new if run.id == old.id else run for run in self._runs)
        self.run_replaced.emit(old.id, new)

    def _settle(self, change: RunChange) -> None:
        """Give a run up once the one that goes on with it has begun, or take it back if that never did."""
        if change.run_id not in self._superseded or change.status.state is RunState.STARTING:
            return
        old, new = self._superseded.pop(change.run_id), self.run(change.run_id)
        if change.store.exists():
            self._remove_store(old)
        elif new is not None:
            self._replace_run(new, old)

    def _remove_store(self, run: RunEntry) -> None:
        if self._workspace is not None and run.source.is_relative_to(self._workspace.folder):
            remove_store(run.source)  # where somebody reads it still, it goes with the folder

    def _set_runs(self, runs: Iterable[RunEntry]) -> None:
        self._runs = tuple(runs)
        self.runs_changed.emit()
        self._keep_draft()

    def _own_workspace(self) -> Workspace:
        if self._workspace is None:
            self._workspace = Workspace.create()
        return self._workspace

    @Slot()
    def _keep_draft(self) -> None:
        """Write the draft after every edit."""
        raise NotImplementedError
