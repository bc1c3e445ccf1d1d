"""What the file actions do: new, open, save, close, recover; nothing unsaved goes without a question."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QFileDialog, QProgressDialog, QWidget

from gradviz.control.engine_host import EngineHost
from gradviz.control.session_document import SessionDocument
from gradviz.control.session_messages import AbandonedSession, SaveProgress, SaveResult
from gradviz.control.settings import Settings
from gradviz.records.errors import RecordsError
from gradviz.spec.problem import SpecError
from gradviz.views.chosen_file import ask_where
from gradviz.views.dialogs import Answer, ask_unsaved, confirm_overwrite, show_error
from gradviz.views.recovery_dialog import RecoveryDialog

SUFFIX = ".gradviz"
_SHOW_PROGRESS_MS = 600
_STOP_WAIT_MS = 10_000
_PROGRESS_STEPS = 1000


class FileConductor(QObject):
    """Stands between the file menu and the document."""

    def __init__(
        self, document: SessionDocument, host: EngineHost, settings: Settings, window: QWidget
    ) -> None:
        super().__init__(window)
        self._document = document
        self._host = host
        self._settings = settings
        self._window = window
        self._progress: QProgressDialog | None = None
        self._show_progress = QTimer(self)
        self._show_progress.setSingleShot(True)
        self._show_progress.setInterval(_SHOW_PROGRESS_MS)
        self._show_progress.timeout.connect(self._open_progress)
        self._result: SaveResult | None = None
        document.save_progressed.connect(self._on_progress)
        document.save_finished.connect(self._on_saved)

    def new(self) -> None:
        """Start an untitled session."""
        self._leave_for(self._document.new)

    def new_from_example(self, name: str) -> None:
        """Start with a bundled experiment."""
        self._leave_for(lambda: self.open_source(f"example:{name}"))

    def open(self) -> None:
        """Ask for a file and open it."""
        name, _ = QFileDialog.getOpenFileName(
            self._window,
            self.tr("Open"),
            str(self._folder()),
            self.tr("Sessions and experiments (*.gradviz *.toml);;All files (*)"),
        )
        if name:
            self.open_path(Path(name))

    def open_path(self, path: Path) -> None:
        """Open a file in place of this session."""
        self._leave_for(lambda: self.open_source(str(path)))

    def open_source(self, source: str) -> bool:
        """Open a file or example without a question; whether that went well."""
        try:
            self._document.open(source)
        except (RecordsError, SpecError) as error:
            path = Path(source)
            if not path.exists():
                self._settings.remove_recent(path)
            show_error(self._window, self.tr("Cannot open"), str(error))
            return False
        if not source.startswith("example:"):
            self._settings.add_recent(Path(source))
        return True

    def save(self) -> None:
        """Save where it was, or ask where."""
        if self._document.path is None:
            self.save_as()
        else:
            self._begin_save(None)

    def save_as(self) -> None:
        """Ask for a file and save there."""
        path = self._ask_path()
        if path is not None:
            self._begin_save(path)

    def may_close(self) -> bool:
        """Whether the session may be left: saved, discarded, or nothing to lose."""
        self._wait_for_save()
        if not self._document.is_dirty:
            return True
        answer = ask_unsaved(self._window, self._document.title, training=self._host.status.is_training)
        if answer is Answer.SAVE:
            self._wait_for_run()  # what it measures until it has stopped is saved, too
            return self._save_and_wait()
        return answer is Answer.DISCARD

    def offer_recovery(self) -> None:
        """Show what crashed windows left, if anything."""
        sessions = self._document.abandoned_sessions()
        if not sessions:
            return
        dialog = RecoveryDialog(sessions, self._window)
        dialog.recover_wanted.connect(self._on_recover)
        dialog.discard_wanted.connect(self._on_discard)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _leave_for(self, go: Callable[[], object]) -> None:
        if self.may_close():
            self._wait_for_run()
            go()

    def _ask_path(self) -> Path | None:
        name = (
            "".join(c if c.isalnum() or c in " -_." else "-" for c in self._document.title).strip()
            or "session"
        )
        proposed = self._document.path or self._folder() / f"{name.removesuffix(SUFFIX)}{SUFFIX}"
        kinds = {SUFFIX: self.tr("gradviz sessions (*.gradviz)")}
        return ask_where(self._window, self.tr("Save session"), str(proposed), kinds)

    def _begin_save(self, path: Path | None, *, force: bool = False) -> None:
        if self._document.is_saving:
            return
        self._result = None
        try:
            self._document.save(path, force=force)
        except RecordsError as error:
            show_error(self._window, self.tr("Cannot save"), str(error))
            return
        self._show_progress.start()

    def _save_and_wait(self) -> bool:
        self.save()
        self._wait_for_save()
        return self._result is not None and self._result.saved

    def _wait_for_save(self) -> None:
        if self._document.is_saving:
            loop = QEventLoop(self)
            self._document.save_finished.connect(loop.quit)
            loop.exec()
            loop.deleteLater()

    def _wait_for_run(self) -> None:
        """Stop the run that is training and wait for its last commit."""
        if not self._document.is_training:
            return
        loop = QEventLoop(self)

        def look() -> None:
            if not self._document.is_training:
                loop.quit()

        self._document.runs_changed.connect(look)
        self._host.stop()
        if self._document.is_training:
            QTimer.singleShot(_STOP_WAIT_MS, loop, loop.quit)
            loop.exec()
        self._document.runs_changed.disconnect(look)
        loop.deleteLater()

    def _open_progress(self) -> None:
        if not self._document.is_saving:
            return
        dialog = QProgressDialog(self.tr("Saving the session…"), self.tr("Cancel"), 0, 0, self._window)
        dialog.setWindowTitle(self.tr("Save"))
        dialog.setAutoClose(False)
        dialog.setAutoReset(False)
        dialog.canceled.connect(self._document.cancel_save)
        dialog.open()
        self._progress = dialog

    def _on_progress(self, progress: SaveProgress) -> None:
        if self._progress is not None:
            self._progress.setRange(0, _PROGRESS_STEPS)
            self._progress.setValue(round(_PROGRESS_STEPS * progress.share))

    def _on_saved(self, result: SaveResult) -> None:
        self._show_progress.stop()
        self._result = result
        if self._progress is not None:
            self._progress.close()
            self._progress.deleteLater()
            self._progress = None
        if result.changed_on_disk and confirm_overwrite(self._window, result.path.name):
            self._begin_save(result.path, force=True)
        elif result.changed_on_disk:
            self.save_as()
        elif result.error:
            show_error(self._window, self.tr("Cannot save"), result.error)
        elif result.saved:
            self._settings.add_recent(result.path)

    def _on_recover(self, session: AbandonedSession) -> None:
        try:
            self._document.recover(session.id)
        except RecordsError as error:
            show_error(self._window, self.tr("Cannot recover"), str(error))

    def _on_discard(self, session: AbandonedSession) -> None:
        try:
            self._document.discard(session.id)
        except RecordsError as error:
            show_error(self._window, self.tr("Cannot discard"), str(error))

    def _folder(self) -> Path:
        recent = self._settings.recent_files
        return recent[0].parent if recent and recent[0].parent.is_dir() else Path.home()
