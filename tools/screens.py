"""Renders every screen and dialog to PNG, so that people can look at them: python tools/screens.py FOLDER.

Runs without a display and without an engine: the states are made of recorded runs, so a picture is the
same at every call. Each screen comes light and dark, at 1280 × 800; the busiest also at 3840 × 2160.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent.parent / "tests" / "views")]

import recorded_runs  # noqa: E402 - the tests' own recordings
from PySide6.QtCore import QSize  # noqa: E402
from PySide6.QtWidgets import QApplication, QWidget  # noqa: E402

from gradviz.control.engine_state import EngineState, EngineStatus, InspectionReply  # noqa: E402
from gradviz.control.run_entry import RunEntry  # noqa: E402
from gradviz.control.session_messages import AbandonedSession  # noqa: E402
from gradviz.data.load import describe  # noqa: E402
from gradviz.engine.catalogue import full_catalogue  # noqa: E402
from gradviz.nets.build import inspect_model  # noqa: E402
from gradviz.records.layer import Inspection  # noqa: E402
from gradviz.records.run import FinishReason, RunState, RunStatus  # noqa: E402
from gradviz.spec import tree  # noqa: E402
from gradviz.views.app import build_window  # noqa: E402
from gradviz.views.appearance import ThemeChoice, appearance  # noqa: E402
from gradviz.views.dialogs import unsaved_box  # noqa: E402
from gradviz.views.help_dialogs import AboutDialog, ShortcutsDialog  # noqa: E402
from gradviz.views.main_window import MainWindow  # noqa: E402
from gradviz.views.message_strip import Tone  # noqa: E402
from gradviz.views.recovery_dialog import RecoveryDialog  # noqa: E402

NORMAL, LARGE = QSize(1280, 800), QSize(3840, 2160)
CATALOGUE = full_catalogue()
Shot = Callable[[QWidget, str], None]


class SilentHost:
    """Makes the window believe in an engine that is in a chosen state."""

    def __new__(cls) -> object:
        from gradviz.control.engine_host import EngineHost  # noqa: PLC0415

        host = EngineHost()
        host.start = lambda: None  # type: ignore[method-assign]
        host.inspect = lambda _experiment: 0  # type: ignore[method-assign]
        return host


def main(folder: Path) -> int:
    """Write all pictures into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as state:
        os.environ["GRADVIZ_STATE"] = state
        application = QApplication(sys.argv[:1])
        build_window(application).deleteLater()
        for choice in (ThemeChoice.LIGHT, ThemeChoice.DARK):
            appearance().choose(choice)
            for name, prepare, size in screens(Path(state)):
                with window(application, size) as shown:
                    target = prepare(shown)
                    settle(application)
                    target.grab().save(str(folder / f"{name}-{choice.value}.png"))
                    if target is not shown:
                        target.close()
    return 0


def screens(state: Path) -> Iterator[tuple[str, Callable[[MainWindow], QWidget], QSize]]:
    """Name, preparation and size of every screen."""

    def run(name: str, **options: object) -> RunEntry:
        path = state / f"{name}.sqlite"
        if not path.exists():
            recorded_runs.record(path, run_id=name, **options)  # type: ignore[arg-type]
        return RunEntry(id=name, name="Run 1", source=path)

    def starting(shown: MainWindow) -> QWidget:
        shown.host.engine_changed.emit(EngineStatus())
        return shown

    def showing(entry: RunEntry, engine: EngineState = EngineState.READY) -> Callable[[MainWindow], QWidget]:
        def prepare(shown: MainWindow) -> QWidget:
            ready(shown, engine)
            show(shown, entry)
            return shown

        return prepare

    def scrubbed(shown: MainWindow) -> QWidget:
        ready(shown)
        show(shown, run("finished", steps=1000))
        shown.runs.clock.set_cursor(412)
        shown.wiring.selection.select_row(9)
        return shown

    def diverged(shown: MainWindow) -> QWidget:
        ready(shown)
        show(shown, run("diverged", steps=300, non_finite_from=240))
        shown.runs.run_ended.emit(
            RunStatus(
                state=RunState.FINISHED,
                steps=240,
                finish=FinishReason.DIVERGED,
                reason="The loss is not finite at step 240; first in Linear 4, forward. Lower the learning rate or the weights.",
            )
        )
        return shown

    def killed(shown: MainWindow) -> QWidget:
        ready(shown, EngineState.RESTARTING)
        show(shown, run("killed", steps=1000, done=480))
        shown.strip.say(
            Tone.ERROR,
            "The engine was killed at step 480. Everything measured is kept; it is starting again.",
        )
        return shown

    def problem(shown: MainWindow) -> QWidget:
        ready(shown)
        layers = shown.document.experiment.model.layers
        wrong = replace(tree.at(layers, (1, 0)), parameters={"out_features": -3})
        shown.document.replace_layer((1, 0), wrong)
        shown.left.builder.tree.setCurrentIndex(shown.layer_model.index_of((1, 0)))
        return shown

    def panel(number: int) -> Callable[[MainWindow], QWidget]:
        def prepare(shown: MainWindow) -> QWidget:
            ready(shown)
            shown.left.sections[number].set_open(is_open=True)
            return shown

        return prepare

    def editing(shown: MainWindow) -> QWidget:
        ready(shown)
        shown.left.builder.tree.setCurrentIndex(shown.layer_model.index_of((1, 0)))
        return shown

    def palette(shown: MainWindow) -> QWidget:
        ready(shown)
        shown.left.builder.open_palette()
        return shown.left.builder.palette_popup

    def log(shown: MainWindow) -> QWidget:
        from gradviz.control.engine_state import LogLine  # noqa: PLC0415

        ready(shown)
        shown.actions_by_key["view.log"].setChecked(True)
        for level, text in (
            ("info", "engine ready"),
            ("warning", "the disk is nearly full"),
            ("error", "killed"),
        ):
            shown.log.add(LogLine(level=level, text=text))
        return shown

    def about(shown: MainWindow) -> QWidget:
        dialog = AboutDialog({"torch": "2.13.0+cpu", "numpy": "2.3.4"}, shown)
        dialog.show()
        return dialog

    def shortcuts(shown: MainWindow) -> QWidget:
        dialog = ShortcutsDialog(shown.actions_by_key, shown)
        dialog.show()
        return dialog

    def recovery(shown: MainWindow) -> QWidget:
        kept = AbandonedSession(
            id="1",
            title="Vanishing: 20 sigmoid layers",
            path=None,
            changed=datetime(2026, 1, 5, 14, 3, tzinfo=UTC),
            runs=2,
            steps=1240,
        )
        saved = replace(
            kept, id="2", title="depth.gradviz", path=Path("/home/ada/depth.gradviz"), runs=1, steps=88
        )
        dialog = RecoveryDialog([kept, saved], shown)
        dialog.show()
        return dialog

    def unsaved(shown: MainWindow) -> QWidget:
        box = unsaved_box(shown, "Vanishing: 20 sigmoid layers", training=True)
        box.show()
        return box

    yield "starting", starting, NORMAL
    yield "empty", lambda shown: ready(shown), NORMAL
    yield "training", showing(run("training", steps=2000, done=1240), EngineState.TRAINING), NORMAL
    yield "finished", showing(run("finished", steps=1000)), NORMAL
    yield "finished-4k", showing(run("finished", steps=1000)), LARGE
    yield "scrubbed", scrubbed, NORMAL
    yield "one-step", showing(run("one-step", steps=1000, done=1), EngineState.PAUSED), NORMAL
    yield "clipped", showing(run("clipped", steps=400, clipped=True)), NORMAL
    yield "200-layers", showing(run("200-layers", layers=200, steps=600)), NORMAL
    yield "1000-layers-4k", showing(run("1000-layers", layers=1000, steps=300)), LARGE
    yield "diverged", diverged, NORMAL
    yield "killed", killed, NORMAL
    yield "problem", problem, NORMAL
    yield "editing", editing, NORMAL
    yield "data", panel(1), NORMAL
    yield "training-panel", panel(2), NORMAL
    yield "notes", panel(3), NORMAL
    yield "log", log, NORMAL
    yield "palette", palette, NORMAL
    yield "about", about, NORMAL
    yield "shortcuts", shortcuts, NORMAL
    yield "recovery", recovery, NORMAL
    yield "unsaved", unsaved, NORMAL


@contextmanager
def window(application: QApplication, size: QSize) -> Iterator[MainWindow]:
    """A window with a session and plots, closed without questions."""
    from gradviz.control.session_document import SessionDocument  # noqa: PLC0415

    shown = build_window(application)
    document = SessionDocument(parent=shown)
    document.open("example:vanishing")
    shown.open_session(document, SilentHost())  # type: ignore[arg-type]
    shown.load_plots()
    shown.resize(size)
    shown.show()
    settle(application)
    yield shown
    shown.files.may_close = lambda: True  # type: ignore[method-assign]
    shown.close()
    shown.deleteLater()
    settle(application)


def ready(shown: MainWindow, state: EngineState = EngineState.READY) -> QWidget:
    """An engine that is up, with its answer about the experiment."""
    status = EngineStatus(state=state, catalogue=CATALOGUE, devices=("cpu",), versions={"torch": "2.13.0"})
    shown.host._on_engine_changed(status)  # noqa: SLF001
    shown.host.inspected.emit(InspectionReply(id=0, inspection=inspection(shown)))
    return shown


def inspection(shown: MainWindow) -> Inspection:
    """What the engine would answer."""
    experiment = shown.document.experiment
    data = describe(experiment.data)
    return inspect_model(experiment.model, data.input_shape, data.classes)


def show(shown: MainWindow, entry: RunEntry) -> None:
    """Follow a recorded run."""
    shown.time_bar.show_runs([entry], entry.id)
    shown.runs.show_run(entry)
    shown.time_bar.show_runs([entry], entry.id)


def settle(application: QApplication) -> None:
    """Let timers and paints happen."""
    from time import monotonic  # noqa: PLC0415

    end = monotonic() + 0.4
    while monotonic() < end:
        application.processEvents()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python tools/screens.py FOLDER")
    sys.exit(main(Path(sys.argv[1])))
