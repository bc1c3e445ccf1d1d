"""The program with a window, from its first line to its exit status."""

from __future__ import annotations

import gc
import signal
import sys

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from gradviz.control.settings import Settings
from gradviz.views.appearance import Appearance
from gradviz.views.display import missing_display
from gradviz.views.garbage import GarbageCollection
from gradviz.views.icons import icon
from gradviz.views.main_window import MainWindow, remembered_theme

FIRST_EXAMPLE = "example:vanishing"
_SIGNALS_MS = 500
_PAINT_MS = 20

__all__ = ["Opening", "build_window", "missing_display", "run_window"]


def run_window(path: str | None, engine: str = "process") -> int:
    """Open the window, on a session or experiment file if one is given; returns the exit status.

    Ask `missing_display` first: without a display Qt would abort the program.
    """
    gc.disable()  # until all is there: to look through what only grows takes 20 ms of the start
    application = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(application, QApplication):
        raise TypeError("a QCoreApplication cannot show a window")
    window = build_window(application)
    Opening(window, path, engine)
    for number in (signal.SIGTERM, signal.SIGINT):
        # A handler runs between any two lines, in the middle of a paint too.
        signal.signal(number, lambda *_: QTimer.singleShot(0, window, window.end_at_once))
    wake = QTimer(window)  # Python sees a signal only when it runs
    wake.start(_SIGNALS_MS)
    window.show()
    status = application.exec()
    window.deleteLater()
    application.sendPostedEvents(None, 0)
    return status


def build_window(application: QApplication) -> MainWindow:
    """The window's frame: no session in it yet, nothing shown, no engine started."""
    application.setApplicationName("gradviz")
    application.setApplicationDisplayName("gradviz")
    application.setDesktopFileName("gradviz")
    settings = Settings()
    if application.findChild(Appearance) is None:
        Appearance(application, remembered_theme(settings))
    application.setWindowIcon(icon("layers", "accent"))
    window = MainWindow(settings)
    settings.setParent(window)
    return window


class Opening(QObject):
    """What follows the first paint, one step after the other: session, plots, engine, file."""

    def __init__(self, window: MainWindow, path: str | None = None, engine: str = "process") -> None:
        super().__init__(window)
        self._window = window
        self._path = path
        self._engine = engine
        window.painted.connect(self._soon_session)

    def _soon_session(self) -> None:
        QTimer.singleShot(0, self, self.open_session)

    def open_session(self) -> None:
        """Put the first example into the window."""
        from gradviz.control.engine_host import EngineHost  # noqa: PLC0415 - after the first paint
        from gradviz.control.session_document import SessionDocument  # noqa: PLC0415

        window = self._window
        document = SessionDocument(parent=window)
        document.open(FIRST_EXAMPLE)
        host = EngineHost(window, engine=self._engine)
        window.open_session(document, host)
        QTimer.singleShot(0, self, self.load_plots)

    def load_plots(self) -> None:
        """Import the plots, and let them be painted before the engine shares the processor."""
        self._window.load_plots()
        QTimer.singleShot(_PAINT_MS, self, self.start_engine)

    def start_engine(self) -> None:
        """Start the engine; open the file that was asked for; offer what a crash left."""
        gc.freeze()  # what is there now stays; looking through it would make a frame late
        GarbageCollection(self._window)
        self._window.host.start()
        if self._path is not None:
            self._window.files.open_source(self._path)
        self._window.files.offer_recovery()
