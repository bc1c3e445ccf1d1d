"""The start, in processes of their own: what is imported when, and that it ends as it should."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

IMPORTS = """
import sys
from PySide6.QtWidgets import QApplication
application = QApplication([])
from gradviz.views.app import Opening, build_window
window = build_window(application)
heavy = ("torch", "pyqtgraph", "numpy", "sqlite3")
window.painted.connect(lambda: print("painted", [m for m in heavy if m in sys.modules]))
window.show()
application.processEvents()
opening = Opening(window)
opening.open_session()
window.host.start = lambda: None
opening.load_plots()
application.processEvents()
print("complete", [m for m in heavy if m in sys.modules])
window.close()
"""

WHOLE = """
import gc
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
import gradviz.views.main_window as m
loaded = m.MainWindow.load_plots
def end(window):
    print(gc.isenabled(), gc.get_freeze_count() > 10_000)
    window.close()
def load(window):
    loaded(window)
    QTimer.singleShot(200, window, lambda: end(window))
m.MainWindow.load_plots = load
from gradviz.views.app import run_window
status = run_window(None)
sys.exit(status)
"""


KILLED = """
import os, signal, sys
from PySide6.QtCore import QTimer
import gradviz.views.main_window as m
loaded = m.MainWindow.load_plots
def load(window):
    loaded(window)
    window.document.set_notes("not saved")
    QTimer.singleShot(200, window, lambda: os.kill(os.getpid(), signal.SIGTERM))
m.MainWindow.load_plots = load
from gradviz.views.app import run_window
status = run_window(None)
from gradviz.control.session_document import SessionDocument
print(status, [left.title for left in SessionDocument.abandoned_sessions()])
"""


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    import os

    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_nothing_heavy_is_imported_before_the_first_paint_and_torch_never() -> None:
    done = python(IMPORTS)
    assert done.stdout.splitlines() == ["painted []", "complete ['pyqtgraph', 'numpy', 'sqlite3']"], (
        done.stderr
    )


def test_a_signal_ends_it_without_a_question_and_loses_nothing() -> None:
    done = python(KILLED)
    assert done.stdout.splitlines() == ["0 ['Vanishing: 20 sigmoid layers']"], done.stderr


def test_the_program_opens_and_closes() -> None:
    done = python(WHOLE)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    # garbage is collected by the window alone, and not what came with the start
    assert done.stdout.splitlines() == ["False True"]
