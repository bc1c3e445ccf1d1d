"""The stage of the screens: a window without an engine, recorded runs, and how they are put on it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import recorded_runs  # the tests' own recordings
from fake_host import FakeHost  # and engine
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from gradviz.control.engine_state import EngineState, InspectionReply
from gradviz.control.run_entry import RunEntry
from gradviz.control.session_document import SessionDocument
from gradviz.control.settings import Settings
from gradviz.data.load import DataError
from gradviz.engine.catalogue import full_catalogue
from gradviz.nets.model import inspect
from gradviz.records.layer import Inspection
from gradviz.spec.json_codec import from_raw, to_raw
from gradviz.spec.problem import SpecError
from gradviz.training.loss import describe_experiment
from gradviz.views.app import build_window
from gradviz.views.arrangement_conductor import CURRENT
from gradviz.views.main_window import MainWindow
from gradviz.views.message_strip import Tone

NORMAL = QSize(1280, 800)
SMALL = QSize(960, 620)
LARGE = QSize(3840, 2160) / float(os.environ.get("QT_SCALE_FACTOR", "1"))
CATALOGUE = full_catalogue()
Prepare = Callable[[MainWindow], QWidget]


def run(state: Path, name: str, **options: object) -> RunEntry:
    """A recorded run."""
    path = state / f"{name}.sqlite"
    if not path.exists():
        recorded_runs.record(path, run_id=name, **options)  # type: ignore[arg-type]
    return RunEntry(id=name, name="Run 1", source=path)


def showing(entry: RunEntry, engine: EngineState = EngineState.READY) -> Prepare:
    """A run on the screen."""

    def prepare(shown: MainWindow) -> QWidget:
        ready(shown, engine)
        show(shown, entry)
        return shown

    return prepare


def scrubbed(entry: RunEntry) -> Prepare:
    """A run looked back at, with a layer selected."""

    def prepare(shown: MainWindow) -> QWidget:
        ready(shown)
        show(shown, entry)
        settle()
        shown.runs.clock.set_cursor(412)
        shown.wiring.selection.select_row(9)
        return shown

    return prepare


def saying(entry: RunEntry, tone: Tone, text: str, engine: EngineState = EngineState.READY) -> Prepare:
    """A run and a message."""

    def prepare(shown: MainWindow) -> QWidget:
        ready(shown, engine)
        show(shown, entry)
        shown.strip.say(tone, text)
        return shown

    return prepare


def ready(shown: MainWindow, state: EngineState = EngineState.READY) -> QWidget:
    """An engine that is up, with its answer about the experiment."""
    host = shown.host
    if isinstance(host, FakeHost):
        host.be(state)
    try:
        from_raw(to_raw(shown.document.experiment), CATALOGUE)
        reply = InspectionReply(id=0, inspection=inspection(shown))
    except SpecError as error:
        problem = error.problems[0]
        reply = InspectionReply(id=0, error=problem.message, where=problem.where)
    except DataError as error:
        reply = InspectionReply(id=0, error=str(error), where="data")
    shown.host.inspected.emit(reply)
    return shown


def inspection(shown: MainWindow) -> Inspection:
    """What the engine would answer."""
    experiment = shown.document.experiment
    return inspect(experiment.model, describe_experiment(experiment))


def show(shown: MainWindow, entry: RunEntry) -> None:
    """Follow a recorded run."""
    shown.time_bar.show_runs([entry], entry.id)
    shown.runs.show_run(entry)
    shown.time_bar.show_runs([entry], entry.id)


def opened(dialog: QDialog) -> QWidget:
    """A dialog, shown."""
    dialog.show()
    return dialog


@contextmanager
def window(application: QApplication, size: QSize) -> Iterator[MainWindow]:
    """A window with a session and plots, as they stand at the first start, closed without questions."""
    Settings().set_text(CURRENT, "")
    shown = build_window(application)
    document = SessionDocument(parent=shown)
    document.open("example:vanishing")
    shown.open_session(document, FakeHost(CATALOGUE))
    shown.load_plots()
    shown.resize(size)
    shown.show()
    settle()
    yield shown
    shown.files.may_close = lambda: True  # type: ignore[method-assign]
    shown.close()
    shown.deleteLater()
    settle()


def settle() -> None:
    """Let timers and paints happen."""
    end = monotonic() + 0.4
    while monotonic() < end:
        QApplication.processEvents()
