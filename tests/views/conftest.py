"""Windows without an engine, on recorded runs; the theme is the light one for every test."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

sys.path.insert(0, str(Path(__file__).parent))

from fake_host import FakeHost, inspection_of_vanishing
from recorded_runs import record

from gradviz.control.compared_run import ComparedRun, read_compared
from gradviz.control.engine_state import EngineState, RunChange
from gradviz.control.run_entry import RunEntry
from gradviz.control.session_document import SessionDocument
from gradviz.records.reader import RunReader
from gradviz.records.run import FinishReason
from gradviz.records.series import nearest_level
from gradviz.records.snapshot import Snapshot, take_snapshot
from gradviz.spec.catalogue import Catalogue, Entry
from gradviz.spec.registry import boolean, choice, integer, integers, number, path, text, texts
from gradviz.views.app import build_window
from gradviz.views.appearance import ThemeChoice, appearance
from gradviz.views.main_window import MainWindow

CATALOGUE = Catalogue(
    layers=(
        Entry(name="Sigmoid", group="Activations", doc="1/(1 + e⁻ˣ)"),
        Entry(name="ReLU", group="Activations", doc="max(0, x)"),
        Entry(
            name="Linear",
            group="Layers",
            doc="y = Wx + b",
            parameters=(
                integer("out_features", "Number of outputs", minimum=1, choices=("classes",)),
                boolean("bias", "Add a bias", default=True),
            ),
        ),
        Entry(
            name="Conv2d",
            group="Layers",
            doc="Convolution",
            parameters=(
                integer("out_channels", "Filters", minimum=1),
                integers("kernel_size", "Height and width", or_one=True, length=2, minimum=1),
            ),
        ),
        Entry(name="Flatten", group="Shape", doc="To one dimension"),
        Entry(
            name="Repeat",
            group="Blocks",
            doc="The body, several times",
            parameters=(integer("times", "How often", minimum=1, maximum=10_000),),
            body=True,
        ),
        Entry(
            name="Residual",
            group="Blocks",
            doc="x + body(x)",
            parameters=(choice("shortcut", "What is added", choices=("auto", "identity"), default="auto"),),
            body=True,
        ),
        Entry(
            name="Bottleneck",
            group="Blocks",
            doc="Narrow, wide, narrow",
            parameters=(integer("out_channels", "Filters", minimum=1),),
            composed=True,
        ),
    ),
    initializers=(
        Entry(name="default", group="", doc="As torch"),
        Entry(name="normal", group="", doc="Gauss", parameters=(number("std", "Width", default=0.02),)),
        Entry(
            name="xavier_uniform", group="", doc="Glorot", parameters=(number("gain", "Factor", default=1.0),)
        ),
    ),
    data_sets=(
        Entry(name="digits", group="Images", doc="8 × 8 digits"),
        Entry(
            name="moons",
            group="Tables",
            doc="Two moons",
            parameters=(
                integer("samples", "How many", default=1000, minimum=10),
                number("noise", "Spread", default=0.1, minimum=0),
            ),
        ),
        Entry(
            name="image_folder",
            group="Images",
            doc="A folder for every class",
            parameters=(
                path("Where the pictures are"),
                integers("classes", "Which classes", default=[], minimum=0),
            ),
        ),
        Entry(
            name="table",
            group="Tables",
            doc="A table from a file",
            parameters=(
                path("The file"),
                text("target", "What is to be learnt", default=""),
                texts("columns", "Which columns"),
                text("date", "Which column is the date", default=""),
                text("sheet", "Which part of the file", default=""),
                choice("missing", "What about gaps", choices=("error", "mean", "drop"), default="error"),
            ),
        ),
    ),
    losses=(
        Entry(name="auto", group="Loss", doc="By the data"),
        Entry(
            name="cross_entropy",
            group="Loss",
            doc="Surprise",
            parameters=(number("label_smoothing", "Doubt", default=0.0, minimum=0, below=1),),
        ),
    ),
    schedules=(
        Entry(name="constant", group="Schedule", doc="Always the same"),
        Entry(
            name="step",
            group="Schedule",
            doc="Falls in steps",
            parameters=(
                integer("every", "Steps between two falls", minimum=1),
                number("factor", "What is left", default=0.1, above=0, below=1),
            ),
        ),
    ),
    optimizers=(
        Entry(
            name="SGD",
            group="",
            doc="Plain",
            parameters=(number("momentum", "Inertia", default=0.0, minimum=0),),
        ),
        Entry(name="Adam", group="", doc="Adaptive"),
    ),
    clips=(
        Entry(name="global_norm", group="", doc="All together"),
        Entry(
            name="value",
            group="",
            doc="Each entry",
            parameters=(
                number("threshold", "Largest entry", default=1.0, above=0),
                choice("side", "Which", choices=("both", "upper"), default="both"),
            ),
        ),
    ),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The platform without a display says what it cannot do whenever a window is opened."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support"))


@pytest.fixture
def catalogue() -> Catalogue:
    return CATALOGUE


@pytest.fixture(autouse=True, scope="session")
def _empty_clipboard(qapp: QApplication) -> Iterator[None]:
    """Take what a test put on the clipboard off it.

    Without a display Qt deletes it when the process has ended and Python is gone: what Python made of it
    crashes then, and a session that passed ends with a segmentation fault.
    """
    yield
    qapp.clipboard().clear()


@pytest.fixture
def qtbot(qtbot: QtBot) -> Iterator[QtBot]:
    """pytest-qt's, which keeps what it is given until the test is over.

    A plot that Python frees at a test's last line, while events for its parts are on the way, now and then
    takes the process with it.
    """
    kept: list[QWidget] = []
    add = qtbot.addWidget

    def add_and_keep(widget: QWidget, **options: Any) -> None:
        kept.append(widget)
        add(widget, **options)

    qtbot.addWidget = add_and_keep  # type: ignore[method-assign]
    yield qtbot
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    kept.clear()


@pytest.fixture
def app(qapp: QApplication) -> Iterator[QApplication]:
    """The application with the light theme."""
    appearance().choose(ThemeChoice.LIGHT)
    yield qapp
    appearance().choose(ThemeChoice.LIGHT)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., RunEntry]:
    """Record a run; its entry."""

    def make(run_id: str = "run", **options: object) -> RunEntry:
        path = tmp_path / f"{run_id}.sqlite"
        status = record(path, run_id=run_id, **options)  # type: ignore[arg-type]
        return RunEntry(id=run_id, name="Run 1", source=path, status=status)

    return make


@pytest.fixture
def snapshot(run: Callable[..., RunEntry]) -> Callable[..., Snapshot]:
    """Record a run and look at it."""

    def take(
        *,
        cursor: int | None = None,
        layer: int | None = 0,
        columns: int = 1000,
        wanted: frozenset[str] = frozenset(),
        view: tuple[int, int] | None = None,
        **options: object,
    ) -> Snapshot:
        entry = run(f"run{len(taken)}", **options)
        taken.append(entry)
        with RunReader(entry.source) as reader:
            return take_snapshot(
                reader, cursor=cursor, layer=layer, columns=columns, view=view, wanted=wanted
            )

    taken: list[RunEntry] = []
    return take


@pytest.fixture
def document(app: QApplication, catalogue: Catalogue) -> Iterator[SessionDocument]:
    """A document on the vanishing example that knows the catalogue."""
    document = SessionDocument()
    document.open("example:vanishing")
    yield document
    document.close()
    document.deleteLater()  # with its undo stack, before the garbage collector finds them in any order
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def host(app: QApplication, catalogue: Catalogue) -> Iterator[FakeHost]:
    host = FakeHost(catalogue)
    yield host
    host.close()


@pytest.fixture
def window(app: QApplication, document: SessionDocument, host: FakeHost) -> Iterator[MainWindow]:
    """The whole window, shown, with an engine that is ready and has answered."""
    window = build_window(app)
    window.open_session(document, host)
    window.load_plots()
    window.resize(1280, 800)
    window.show()
    host.be(EngineState.READY)
    host.answer(inspection_of_vanishing())
    app.processEvents()
    yield window
    window.files.may_close = lambda: True  # type: ignore[method-assign]
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def trained(window: MainWindow, host: FakeHost, qtbot: QtBot) -> Callable[..., str]:
    """Have the played engine record a run of so many steps and end it; the run's id."""

    def train(finish: FinishReason = FinishReason.COMPLETED, reason: str = "", *, steps: int = 3) -> str:
        qtbot.mouseClick(window.toolbar.train, Qt.MouseButton.LeftButton)
        request = host.asked[-1][1]
        host.be(EngineState.TRAINING)
        status = record(request.store, run_id=request.run_id, steps=steps)
        clock = window.runs.clock
        qtbot.waitUntil(lambda: clock.snapshot is not None and clock.snapshot.last_step == steps - 1)
        status = replace(status, finish=finish, reason=reason)
        host.tell(RunChange(run_id=request.run_id, store=request.store, status=status))
        host.be(EngineState.READY)
        QApplication.processEvents()
        return str(request.run_id)

    return train


@pytest.fixture
def compared(run: Callable[..., RunEntry]) -> Callable[..., ComparedRun]:
    """Record a run and read it as one that is compared, at its newest step; its number names it."""

    def read(
        run_id: str,
        number: int,
        *,
        has_flow: bool = False,
        ratios_of: str | None = None,
        **options: object,
    ) -> ComparedRun:
        entry = replace(run(run_id, **options), name=f"Run {number}")
        with entry.open() as reader:
            cursor = reader.last_step
            return read_compared(
                reader,
                entry,
                number,
                cursor=cursor,
                view=(0, cursor),
                level=nearest_level(cursor + 1, 1000),
                has_flow=has_flow,
                has_ratios=ratios_of is not None,
                layer=ratios_of,
            )

    return read
