"""How soon gradviz is there: process start to first painted window and to complete plots.

Against a process that opens one empty pyqtgraph plot, taking turns. The window is meant to paint before
it imports pyqtgraph (0.4 s that cannot be split), so it should be there before the empty plot is, and
complete soon after, although it also starts an engine.

Byte code is kept from one start to the next, as it is wherever a program is used twice; the first starts
are thrown away. A process is watched from inside: painted is when the event loop comes back from the
window's first paint; complete is when it does from the first paint of the last plot.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import blocks

QUIET_S = 0.6
"""No new plot for so long: all are there."""
PROGRAMS = ("pyqtgraph", "gradviz")


def main() -> None:
    """Compare, or be one of the processes that are compared."""
    if sys.argv[1:2] == ["--be"]:
        _be(sys.argv[2])
        return
    options = blocks.arguments(__doc__.partition("\n")[0]).parse_args()
    comparison = blocks.compare(
        lambda _: _launch("pyqtgraph")["complete"],
        {
            "gradviz: window painted": lambda _: _launch("gradviz")["painted"],
            "gradviz: plots complete": lambda _: _launch("gradviz")["complete"],
        },
        name="empty pyqtgraph window",
        rounds=options.rounds,
        seconds=options.seconds,
        limit=options.limit,
    )
    text = blocks.show("Start-up, from process start", comparison, unit="ms")
    blocks.report({"startup": blocks.raw(comparison)}, as_json=options.json, texts=[text])


def _launch(program: str) -> dict[str, float]:
    """Start one process and return when it had painted and when it was complete (seconds after its start)."""
    with tempfile.TemporaryDirectory() as state:
        environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ, "GRADVIZ_STATE": state}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # nobody compiles a program at each of its starts
        start = time.time()
        done = subprocess.run(
            [sys.executable, __file__, "--be", program],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    times = json.loads(done.stdout.splitlines()[-1])
    return {name: moment - start for name, moment in times.items()}


def _be(program: str) -> None:
    """Be `program`, watched; prints the moments (seconds since the epoch) as the last line."""
    moments: dict[str, float] = {}
    if program == "gradviz":
        _be_gradviz(moments)
    else:
        _be_pyqtgraph(moments)
    print(json.dumps(moments))


def _be_pyqtgraph(moments: dict[str, float]) -> None:
    import pyqtgraph

    pyqtgraph.mkQApp()
    window = pyqtgraph.PlotWidget()
    keep = _watch_plots(window, moments)
    window.show()
    pyqtgraph.exec()
    del keep


def _be_gradviz(moments: dict[str, float]) -> None:
    sys.path.insert(0, str(Path(__file__).parent.parent))
    from gradviz.views import app

    build, kept = app.build_window, []

    def build_watched(*args: Any, **options: Any) -> Any:
        from PySide6.QtCore import QTimer

        window = build(*args, **options)
        window.painted.connect(lambda: QTimer.singleShot(0, lambda: _note(moments, "painted")))
        window.plots_loaded.connect(lambda: kept.append(_watch_plots(window, moments)))
        return window

    app.build_window = build_watched
    from gradviz.__main__ import main as gradviz

    gradviz([])


def _watch_plots(window: Any, moments: dict[str, float]) -> Any:
    """Note the moment when the last plot in `window` was first painted, and close it when no more come."""
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication, QGraphicsView

    class Watcher(QObject):
        def eventFilter(self, viewport: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                viewport.removeEventFilter(self)
                QTimer.singleShot(0, lambda: _note(moments, "complete"))
            return False

    def end_if_quiet() -> None:
        if time.time() - moments.get("complete", time.time()) >= QUIET_S:
            look.stop()
            QApplication.closeAllWindows()
            QApplication.quit()

    watcher = Watcher()
    views = window.findChildren(QGraphicsView)
    for view in [*views, window] if isinstance(window, QGraphicsView) else views:
        view.viewport().installEventFilter(watcher)
    look = QTimer(interval=100, timeout=end_if_quiet)
    look.start()
    return watcher, look


def _note(moments: dict[str, float], name: str) -> None:
    moments[name] = time.time()


if __name__ == "__main__":
    main()
