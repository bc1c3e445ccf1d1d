"""How soon gradviz is there: process start to first painted window and to complete plots.

Against a process that opens one empty pyqtgraph plot, taking turns. The window is meant to paint before
it imports pyqtgraph (0.4 s that cannot be split), so it should be there before the empty plot is, and
complete soon after, although it also starts an engine.

A process is watched from inside, by an event filter in the application class: painted is the end of the
first paint event of a top-level window; complete is the first paint of the last plot that came.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import blocks

QUIET_S = 1.0
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
    watch = _watch()
    if program == "gradviz":
        sys.path.insert(0, str(Path(__file__).parent.parent))
        from gradviz.__main__ import main as gradviz

        gradviz([])
    else:
        import pyqtgraph

        pyqtgraph.mkQApp()
        window = pyqtgraph.PlotWidget()
        window.show()
        pyqtgraph.exec()
    print(json.dumps(watch))


def _watch() -> dict[str, float]:
    """Replace QApplication by one that notes when windows and plots were first painted."""
    from PySide6 import QtCore, QtWidgets

    moments: dict[str, float] = {}
    seen: set[int] = set()

    class Watched(QtWidgets.QApplication):
        def notify(self, receiver: QtCore.QObject, event: QtCore.QEvent) -> bool:
            handled = super().notify(receiver, event)
            if event.type() == QtCore.QEvent.Type.Paint and isinstance(receiver, QtWidgets.QWidget):
                self._painted(receiver)
            return handled

        def _painted(self, widget: QtWidgets.QWidget) -> None:
            moments.setdefault("painted", time.time())
            if isinstance(widget.parent(), QtWidgets.QGraphicsView) and id(widget) not in seen:
                seen.add(id(widget))
                if "complete" not in moments:
                    self._look = QtCore.QTimer(interval=100, timeout=self._end_if_quiet)
                    self._look.start()
                moments["complete"] = time.time()

        def _end_if_quiet(self) -> None:
            if time.time() - moments["complete"] >= QUIET_S:
                self._look.stop()
                self.closeAllWindows()
                self.quit()

    QtWidgets.QApplication = Watched
    return moments


if __name__ == "__main__":
    main()
