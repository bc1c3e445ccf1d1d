"""The program with a window, from its first line to its exit status."""

from __future__ import annotations

import signal
import sys

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from gradviz.control.engine_host import EngineHost
from gradviz.control.session_document import SessionDocument
from gradviz.control.settings import Settings
from gradviz.views.appearance import Appearance
from gradviz.views.display import missing_display
from gradviz.views.icons import icon
from gradviz.views.main_window import MainWindow, remembered_theme

FIRST_EXAMPLE = "example:vanishing"

__all__ = ["build_window", "missing_display", "run_window"]


def run_window(path: str | None, engine: str = "process") -> int:
    """Open the window, on a session or experiment file if one is given; returns the exit status.

    Ask `missing_display` first: without a display Qt would abort the program.
    """
    application = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(application, QApplication):
        raise TypeError("a QCoreApplication cannot show a window")
    window = build_window(application, engine=engine)
    signal.signal(signal.SIGTERM, lambda *_: window.close())
    wake = QTimer(window)  # Python sees a signal only when it runs
    wake.start(500)
    window.painted.connect(lambda: QTimer.singleShot(0, window, lambda: _after_first_paint(window, path)))
    window.show()
    status = application.exec()
    window.deleteLater()
    application.processEvents()
    return status


def build_window(application: QApplication, engine: str = "process") -> MainWindow:
    """The window on the first example, not shown and with no engine started yet."""
    application.setApplicationName("gradviz")
    application.setApplicationDisplayName("gradviz")
    application.setDesktopFileName("gradviz")
    settings = Settings()
    if application.findChild(Appearance) is None:
        Appearance(application, remembered_theme(settings))
    application.setWindowIcon(icon("layers", "accent"))
    document = SessionDocument()
    document.open(FIRST_EXAMPLE)
    host = EngineHost(engine=engine)
    window = MainWindow(document, host, settings)
    for part in (settings, document, host):
        part.setParent(window)
    return window


def _after_first_paint(window: MainWindow, path: str | None) -> None:
    window.host.start()
    window.load_plots()
    if path is not None:
        window.files.open_source(path)
    window.files.offer_recovery()
