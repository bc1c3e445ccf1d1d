"""Saves a session in a thread of its own, so that the window stays alive during a large copy."""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal

from gradviz.control.session_messages import SaveProgress, SaveResult
from gradviz.records.errors import ChangedOnDiskError, RecordsError, SaveCancelledError
from gradviz.records.session import Session, save_session


class SessionSaver(QThread):
    """One save. When the thread is finished, `result` and, if it went well, `saved` are there."""

    progressed = Signal(object)
    """A SaveProgress."""

    def __init__(self, session: Session, path: Path, *, force: bool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("session saver")
        self._session = session
        self._path = path
        self._force = force
        self._cancelled = threading.Event()
        self.saved: Session | None = None
        self.result = SaveResult(path=path, error="The save did not come to its end.")

    def cancel(self) -> None:
        """Give up at the next chance; from any thread."""
        self._cancelled.set()

    def run(self) -> None:
        """In the thread: save."""
        try:
            self.saved = save_session(
                self._session,
                self._path,
                progress=self._progress,
                cancelled=self._cancelled.is_set,
                force=self._force,
            )
            self.result = SaveResult(path=self._path)
        except SaveCancelledError:
            self.result = SaveResult(path=self._path, cancelled=True)
        except ChangedOnDiskError as error:
            self.result = SaveResult(path=self._path, error=str(error), changed_on_disk=True)
        except RecordsError as error:
            self.result = SaveResult(path=self._path, error=str(error))
        except Exception as error:  # noqa: BLE001 - nobody else hears of it, and every save has a result
            self.result = SaveResult(path=self._path, error=f"“{self._path}” could not be saved: {error!r}")

    def _progress(self, share: float) -> None:
        self.progressed.emit(SaveProgress(share=share))
