"""The session being edited: experiment, runs, notes and layout, with undo, drafts, saving and recovery.

The document on disk is read in place and never written before the user says save; what is edited
meanwhile lies in a draft in the state folder, so a crash loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from gradviz.control.lost_run import finish_lost_run
from gradviz.control.output_watch import OutputWatch
from gradviz.control.read_ahead import ReadAhead
from gradviz.control.run_entry import RunEntry, entry_of
from gradviz.control.saved_state import SavedState
from gradviz.control.session_messages import AbandonedSession, SaveProgress, SaveResult
from gradviz.control.session_opening import (
    OpenedSession,
    abandoned_sessions,
    begin,
    open_abandoned,
    open_document,
    open_live,
)
from gradviz.control.session_runs import SessionRuns
from gradviz.control.session_saver import SessionSaver
from gradviz.paths import resources
from gradviz.records import leftovers
from gradviz.records.errors import RecordsError
from gradviz.records.outputs import LiveOutput, live_store_for
from gradviz.records.run_choice import RUN_NAMES
from gradviz.records.session import RunSource, Session
from gradviz.records.workspace import sessions_folder
from gradviz.spec.examples import load_experiment
from gradviz.spec.experiment import ExperimentSpec
from gradviz.spec.json_codec import to_raw

EXAMPLE = "example:"


class SessionDocument(SessionRuns):
    """One open session. Lives in the window's thread.

    A run belongs to the session from `new_run` on. While one is training the session cannot be left:
    stop it first.
    """

    notes_changed = Signal(object)
    """The new notes (str)."""
    path_changed = Signal()
    dirty_changed = Signal(bool)
    saving = Signal()
    """A save begins: the last moment to `set_layout`."""
    save_progressed = Signal(object)
    """A SaveProgress."""
    save_finished = Signal(object)
    """A SaveResult; exactly one for each `save`."""
    session_closing = Signal()
    """The session's runs are about to go: let go of their readers."""
    reopened = Signal()
    """Another session was opened: everything may have changed."""
    draft_failed = Signal(object)
    """A sentence (str): the draft cannot be written (disk full); editing goes on without that net."""

    def __init__(self, experiment: ExperimentSpec | None = None, parent: QObject | None = None) -> None:
        experiment = experiment or ExperimentSpec()
        super().__init__(experiment, parent)
        opened = begin(experiment)
        self._session = opened.session
        self._saved = opened.saved
        self._notes = ""
        self._layout: dict[str, Any] = {}
        self._was_dirty = False
        self._draft_trouble = ""
        self._saver: SessionSaver | None = None
        self._saving: SavedState | None = None
        self._given_up: list[RunEntry] = []
        self._ahead = ReadAhead(self)
        self._watch = OutputWatch(self)
        self._watch.ended.connect(self._on_output_ended)
        self.experiment_changed.connect(self._keep_draft)

    # state

    @property
    def notes(self) -> str:
        """The user's notes."""
        return self._notes

    @property
    def layout(self) -> Mapping[str, Any]:
        """The window's layout as saved (JSON values); changing it does not make the session dirty."""
        return self._layout

    @property
    def path(self) -> Path | None:
        """The session file; None while untitled."""
        return self._session.path

    @property
    def title(self) -> str:
        """The file's name, or the experiment's while untitled."""
        path = self._session.path or (self._watch.live.target if self._watch.live else None)
        return path.name if path else self.experiment.name

    @property
    def damage(self) -> tuple[str, ...]:
        """Sentences on what could not be read when the session was opened."""
        return self._session.damage

    @property
    def is_dirty(self) -> bool:
        """Whether experiment, notes or runs differ from what was saved, or from how it was begun."""
        return self._saved.differs(self.experiment, self._notes, self._own_runs())

    @property
    def is_saving(self) -> bool:
        """Whether a save is going on."""
        return self._saver is not None

    @property
    def is_training(self) -> bool:
        """Whether one of the session's own runs has not come to its end."""
        return any(not run.is_finished for run in self._own_runs())

    # notes, layout

    def set_notes(self, notes: str) -> None:
        """Change the notes."""
        if notes != self._notes:
            self._notes = notes
            self.notes_changed.emit(notes)
            self._keep_draft()

    def set_layout(self, layout: Mapping[str, Any]) -> None:
        """Remember the window's layout."""
        self._layout = dict(layout)
        self._keep_draft()

    # files

    def new(self, experiment: ExperimentSpec | None = None) -> None:
        """Leave this session (saved or not) and start an untitled one."""
        self._refuse_while_busy()
        self._change_to(begin(experiment or ExperimentSpec()))

    def open(self, source: str | Path) -> None:
        """Open a session file, an experiment file (.toml) or “example:NAME” in place of this session.

        A file that a run in another process is about to write is followed live. Raises RecordsError or
        SpecError with sentences for people; the present session then stays.
        """
        self._refuse_while_busy()
        text = str(source)
        if text.startswith(EXAMPLE) or text.endswith(".toml"):
            self._change_to(begin(load_experiment(text, self.catalogue, resources() / "examples")))
            return
        path = Path(source).absolute()
        live = live_store_for(path)
        self._change_to(open_document(path) if live is None else open_live(live))

    @staticmethod
    def abandoned_sessions() -> tuple[AbandonedSession, ...]:
        """What crashed windows left in the state folder, newest first."""
        return abandoned_sessions()

    def recover(self, session_id: str) -> None:
        """Take up an abandoned session in place of this one; raises RecordsError if that fails."""
        self._refuse_while_busy()
        self._change_to(open_abandoned(session_id))

    @staticmethod
    def discard(session_id: str) -> None:
        """Delete an abandoned session; raises RecordsError if that fails."""
        leftovers.discard(sessions_folder() / session_id)

    def save(self, path: Path | None = None, *, force: bool = False) -> None:
        """Save in a worker, to `path` or where it was; `save_finished` tells the end. Training may go on.

        `force` overwrites what another program saved meanwhile. Raises RecordsError while another save
        is going on, and for an untitled session without a path.
        """
        target = path or self._session.path
        if self._saver is not None:
            raise RecordsError(self.tr("The session is being saved already."))
        if target is None:
            raise RecordsError(self.tr("The session has no file yet: choose one."))
        self.saving.emit()
        self._saving = SavedState.of(self.experiment, self._notes, self._own_runs())
        self._saver = SessionSaver(self._current(), target.absolute(), force=force, parent=self)
        self._saver.progressed.connect(self._on_save_progressed)
        self._saver.finished.connect(self._on_save_finished)
        self._saver.start()

    def cancel_save(self) -> None:
        """Give up the save that is going on; the file stays as it was."""
        if self._saver is not None:
            self._saver.cancel()

    def read_ahead(self, run: RunEntry) -> None:
        """Have the document's file read, first where that run lies: they lie one behind the other."""
        if run.in_document and run in self._runs:
            self._ahead.begin(run.source, self._runs.index(run) / len(self._runs))

    def close(self, *, keep: bool = False) -> None:
        """Wait for a save's end and give up the draft: for an end that the user chose.

        `keep` leaves the draft for the next start to offer. End the engine before.
        """
        if self._saver is not None:
            self._saver.wait()
            self._on_save_finished()
        self._leave(keep=keep)

    # from one session to another

    def _refuse_while_busy(self) -> None:
        if self._saver is not None:
            raise RecordsError(self.tr("The session is being saved; wait for that, or cancel it."))
        if self.is_training:
            raise RecordsError(self.tr("A run is training; stop it first."))

    def _leave(self, *, keep: bool = False) -> None:
        self._watch.stop()
        self._ahead.stop()
        self.session_closing.emit()
        if self._workspace is not None:
            self._workspace.close(keep=keep)
            self._workspace = None

    def _change_to(self, opened: OpenedSession) -> None:
        self._leave()
        self._workspace = opened.workspace
        self._session = opened.session
        self._saved = opened.saved
        self._runs = opened.runs
        self._notes = opened.session.notes
        self._layout = {key: value for key, value in opened.session.layout.items() if key != RUN_NAMES}
        if opened.follows is not None:
            self._watch.start(opened.follows)
        self._replace_experiment(opened.experiment)
        self.runs_changed.emit()
        self.notes_changed.emit(self._notes)
        self.path_changed.emit()
        self._tell_dirty()
        self.reopened.emit()

    @Slot(object)
    def _on_output_ended(self, live: LiveOutput) -> None:
        """The other process has saved its run, or died: from here on the run is this session's own."""
        run, dirty, there = self.run(live.run), self.is_dirty, live.target.exists()
        self._watch.stop()
        if there and not dirty:
            with suppress(ValueError):  # unreadable: then the run's entry says why
                self._change_to(open_document(live.target))
                return
        if run is None:
            return
        if there:
            now = entry_of(RunSource(id=live.run, path=live.target), run.name, live.target)
        else:
            cause = self.tr("The process that trained it ended")
            now = replace(run, status=finish_lost_run(live.store, cause, ""))
        self._set_runs(now if other is run else other for other in self._runs)

    def _own_runs(self) -> tuple[RunEntry, ...]:
        """The runs that this session has to save: not the one that another process will."""
        live = self._watch.live
        return tuple(run for run in self._runs if live is None or run.id != live.run)

    # the draft and what is saved

    def _current(self) -> Session:
        there = (*self._runs, *self._superseded.values())
        runs = tuple(RunSource(id=run.id, path=run.source) for run in there if run.source.exists())
        names = {run.id: run.name for run in self._runs}
        return replace(
            self._session,
            experiment=to_raw(self.experiment),
            notes=self._notes,
            layout={**self._layout, RUN_NAMES: names},
            runs=runs,
        )

    @Slot()
    def _keep_draft(self) -> None:
        """Write the draft after every edit. Trouble is told once, until it is over."""
        dirty = self.is_dirty
        try:
            if dirty or self._workspace is not None:
                self._own_workspace().write_draft(self._current(), changed=dirty)
            self._draft_trouble = ""
        except RecordsError as error:
            if str(error) != self._draft_trouble:
                self._draft_trouble = str(error)
                self.draft_failed.emit(self._draft_trouble)
        self._tell_dirty()

    def _tell_dirty(self) -> None:
        dirty = self.is_dirty
        if dirty != self._was_dirty:
            self._was_dirty = dirty
            self.dirty_changed.emit(dirty)

    @Slot(object)
    def _on_save_progressed(self, progress: SaveProgress) -> None:
        self.save_progressed.emit(progress)

    @Slot()
    def _on_save_finished(self) -> None:
        saver, state = self._saver, self._saving
        if saver is None or state is None:
            return
        saver.wait()
        self._saver = self._saving = None
        if saver.saved is not None:
            self._take_saved(saver.saved, state)
        given_up, self._given_up = self._given_up, []
        for run in given_up:
            self._remove_store(run)
        result: SaveResult = saver.result
        saver.deleteLater()
        self.save_finished.emit(result)

    def _remove_store(self, run: RunEntry) -> None:
        """At once, or when the save ends that is going to read it."""
        if self._saver is not None:
            self._given_up.append(run)
        else:
            super()._remove_store(run)

    def _take_saved(self, saved: Session, state: SavedState) -> None:
        self._session = replace(self._session, path=saved.path, change=saved.change, created=saved.created)
        self._saved = state
        self._watch.stop()
        if saved.path is not None:
            self._runs = tuple(
                replace(run, source=saved.path) if run.in_document else run for run in self._runs
            )
        self.path_changed.emit()
        self.runs_changed.emit()
        self._keep_draft()
