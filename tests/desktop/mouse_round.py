"""The main job with a real mouse: train, pause, step, scrub, edit, undo, train again, save, close, reopen.

Run by test_mouse_round.py under Xvfb with a window manager. Every click and key goes through the X server
(xdotool), as a person's would; widgets are only asked where they are and what they show. The script is a
generator that yields what it waits for, driven by a timer, so that it goes on inside modal dialogs.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QRect, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QToolButton, QWidget, QWidgetItem
from shiboken6 import getAllValidWrappers

from gradviz.control.engine_state import EngineState
from gradviz.records.run import FinishReason
from gradviz.views.app import Opening, build_window
from gradviz.views.main_window import MainWindow

Condition = Callable[[], object]
Script = Iterator[tuple[Condition, str]]

PATIENCE = 60.0
SIGMOID = (1, 1)


class Driver(QObject):
    """Goes on with a script whenever what it waits for has come."""

    def __init__(self, script: Script) -> None:
        super().__init__()
        self.script = script
        self.failure = ""
        self._next()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)
        self._timer.start(20)

    def _next(self) -> None:
        self.condition, self.what = next(self.script)
        self.deadline = time.monotonic() + PATIENCE

    def _tick(self) -> None:
        try:
            if self.condition():
                self._next()
            elif time.monotonic() > self.deadline:
                raise AssertionError(f"waited in vain for {self.what}")  # noqa: TRY301
        except StopIteration:
            self._end()
        except Exception:  # noqa: BLE001 - told at the end
            self.failure = traceback.format_exc()
            picture("failure")
            self._end()

    def _end(self) -> None:
        self._timer.stop()
        while (modal := QApplication.activeModalWidget()) is not None:
            modal.close()
            modal.hide()
        QApplication.exit(1 if self.failure else 0)


FOLDER = Path(sys.argv[1])
numbers = itertools.count(1)


def picture(name: str) -> None:
    QApplication.primaryScreen().grabWindow(0).save(str(FOLDER / f"{next(numbers):02}-{name}.png"))


def pause(seconds: float = 0.25) -> Script:
    until = time.monotonic() + seconds
    yield lambda: time.monotonic() > until, "some time to pass"


def xdotool(*arguments: object) -> Script:
    process = subprocess.Popen(["xdotool", *(str(a) for a in arguments)])
    yield lambda: process.poll() is not None, "xdotool"
    assert process.returncode == 0
    yield from pause()


def click_at(point: QPoint) -> Script:
    yield from xdotool("mousemove", point.x(), point.y())
    yield from xdotool("click", 1)


def click(widget: QWidget, where: QRect | None = None) -> Script:
    yield widget.isEnabled, f"{widget} to be enabled"
    assert widget.isVisible(), widget
    yield from click_at(widget.mapToGlobal((where or widget.rect()).center()))


def keys(*names: str) -> Script:
    yield from xdotool("key", *names)


def modal(kind: type[QWidget]) -> Script:
    yield lambda: isinstance(QApplication.activeModalWidget(), kind), f"a {kind.__name__}"
    yield from pause(0.5)


def answer(role: QMessageBox.ButtonRole) -> Script:
    yield from modal(QMessageBox)
    box = QApplication.activeModalWidget()
    assert isinstance(box, QMessageBox)
    picture("question")
    yield from click(next(b for b in box.buttons() if box.buttonRole(b) is role))
    yield lambda: QApplication.activeModalWidget() is not box, "the question to go"


def button(window: MainWindow, key: str) -> QToolButton:
    action = window.actions_by_key[key]
    return next(b for b in window.toolbar.findChildren(QToolButton) if b.defaultAction() is action)


def is_ready(window: MainWindow) -> Condition:
    return lambda: window.host.status.state is EngineState.READY


def steps(window: MainWindow) -> int:
    snapshot = window.runs.clock.snapshot
    return snapshot.last_step + 1 if snapshot else 0


def opened(window: MainWindow) -> Script:
    Opening(window)
    window.show()
    yield lambda: window.plots is not None, "the plots"
    yield is_ready(window), "the engine"
    yield window.toolbar.train.isEnabled, "the model to be inspected"
    yield from pause(0.5)


def train_pause_step(window: MainWindow) -> Script:
    yield from click(window.toolbar.train)
    yield lambda: steps(window) > 30, "some steps"
    picture("training")
    yield from click(button(window, "run.pause"))
    yield lambda: window.host.status.state is EngineState.PAUSED, "the pause"
    yield from pause(0.5)
    before = steps(window)
    yield from click(button(window, "run.step"))
    yield lambda: steps(window) == before + 1, "one step"
    yield from pause(0.5)
    assert steps(window) == before + 1, "a single step made more than one"
    picture("paused")


def scrub(window: MainWindow) -> Script:
    track = window.time_bar.track
    begin = track.mapToGlobal(QPoint(track.width() * 2 // 3, track.height() // 2))
    end = track.mapToGlobal(QPoint(track.width() // 100, track.height() // 2))
    yield from xdotool("mousemove", begin.x(), begin.y(), "mousedown", 1)
    yield from xdotool("mousemove", end.x(), end.y())
    yield from xdotool("mouseup", 1)
    yield lambda: not window.runs.clock.snapshot.live, "the cursor to leave the newest step"
    assert window.runs.clock.snapshot.cursor < steps(window) - 1
    picture("scrubbed")
    yield from click(window.time_bar.live)
    yield lambda: window.runs.clock.snapshot.live, "the newest step"


def select_in_the_map(window: MainWindow) -> Script:
    """A click on a row of the flow map selects that layer in the tree, the profile and the histograms."""
    canvas = window.plots.flow.canvas
    box = canvas.boxes[0].sceneBoundingRect()
    third = canvas.mapFromScene(box.left() + 5, box.bottom() - box.height() * 2.5 / 21)
    yield from click_at(canvas.viewport().mapToGlobal(third))
    yield lambda: window.wiring.selection.row == 2, "the third layer"
    assert window.left.builder.selected == (1, 0)
    assert window.runs.clock.snapshot.layer == 2
    picture("selected")


def edit_and_undo(window: MainWindow) -> Script:
    before = window.document.experiment
    view, model = window.left.builder.tree, window.layer_model
    yield from click(view.viewport(), view.visualRect(model.index_of(SIGMOID)))
    assert window.left.builder.selected == SIGMOID
    yield from keys("Delete")
    yield lambda: window.document.experiment != before, "the layer to go"
    yield from pause()
    picture("edited")
    yield from keys("ctrl+z")
    yield lambda: window.document.experiment == before, "the edit to be undone"


def save_as(window: MainWindow, path: Path) -> Script:
    yield from keys("ctrl+s")
    yield from modal(QFileDialog)
    yield from keys("ctrl+a")
    yield from xdotool("type", "--delay", 5, path)
    picture("saving")
    yield from keys("Return")
    yield lambda: path.exists() and not window.document.is_saving, "the file"
    yield lambda: not window.document.is_dirty, "the session to count as saved"


def reopen(window: MainWindow, path: Path) -> Script:
    yield from keys("ctrl+o")
    yield from modal(QFileDialog)
    yield from keys("ctrl+a")
    yield from xdotool("type", "--delay", 5, path)
    yield from keys("Return")
    yield lambda: window.document.path == path, "the session to be opened"
    yield lambda: steps(window) > 0, "its run to be shown"


def whole_round(windows: list[MainWindow], application: QApplication) -> Script:
    path = FOLDER / "round.gradviz"
    window = build_window(application)
    windows.append(window)
    yield from opened(window)
    picture("first-start")
    yield from train_pause_step(window)
    yield from scrub(window)
    yield from select_in_the_map(window)
    yield from click(button(window, "run.pause"))
    yield is_ready(window), "the first run's end"
    yield from edit_and_undo(window)
    yield from click(window.toolbar.train)
    yield lambda: len(window.document.runs) == 2 and window.host.status.is_training, "a second run"
    yield is_ready(window), "the second run's end"
    assert [run.status.finish for run in window.document.runs] == [FinishReason.COMPLETED] * 2
    yield from pause(0.5)
    picture("two-runs")
    experiment, runs = window.document.experiment, [run.id for run in window.document.runs]

    yield from keys("alt+F4")
    yield from answer(QMessageBox.ButtonRole.RejectRole)
    assert window.isVisible(), "Cancel must keep the window"
    yield from save_as(window, path)
    yield from keys("alt+F4")
    yield lambda: not window.isVisible(), "the window to close without a question"

    again = build_window(application)
    windows.append(again)
    yield from opened(again)
    assert not again.document.runs
    yield from reopen(again, path)
    yield from pause(0.7)
    picture("reopened")
    assert again.document.experiment == experiment
    assert [run.id for run in again.document.runs] == runs
    for run in again.document.runs:
        with run.open() as reader:
            assert reader.last_step == 999
            assert reader.damage == ()
    assert not again.document.is_dirty
    yield from keys("alt+F4")
    yield lambda: not again.isVisible(), "the second window to close"


def play(script: Callable[[list[MainWindow], QApplication], Script]) -> int:
    """Go through a script in a process of its own; what failed stands on standard error."""
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    windows: list[MainWindow] = []
    driver = Driver(script(windows, application))
    status = application.exec()
    kept = [thing for thing in getAllValidWrappers() if isinstance(thing, QWidgetItem)]
    if kept:
        driver.failure += f"{len(kept)} items of layouts are kept: use gradviz.views.laid_out\n"
        status = 1
    for window in windows:
        window.end_session()
    sys.stderr.write(driver.failure)
    return status


if __name__ == "__main__":
    sys.exit(play(whole_round))
