"""The window's side of the house never loads torch: not when imported, not when the window is open."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
IMPORT_ALL = """
import importlib, pkgutil, sys
for package in ("gradviz.control", "gradviz.views"):
    module = importlib.import_module(package)
    for found in pkgutil.walk_packages(module.__path__, package + "."):
        importlib.import_module(found.name)
print("torch" in sys.modules)
"""
OPEN_WINDOW = """
import sys
from PySide6.QtCore import QDeadlineTimer
from PySide6.QtWidgets import QApplication
from gradviz.views.app import Opening, build_window

application = QApplication([])
window = build_window(application)
Opening(window)
window.show()
deadline = QDeadlineTimer(60_000)
while not (window.plots and window.host.status.is_up) and not deadline.hasExpired():
    application.processEvents()
print(window.host.status.is_up, "pyqtgraph" in sys.modules, "torch" in sys.modules)
window.close()
"""


def last_line_of(program):
    """What a fresh interpreter that runs `program` prints last."""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


def test_control_and_views_load_no_torch():
    assert last_line_of(IMPORT_ALL) == "False"


def test_open_window_with_plots_and_a_ready_engine_has_no_torch():
    assert last_line_of(OPEN_WINDOW) == "True True False"
