"""Renders screens and dialogs to PNG, so that people can look: python tools/screens.py FOLDER [SCREEN…].

Runs without a display and without an engine: the states are made of recorded runs, so a picture is the
same at every call. Each screen comes light and dark, at 1280 × 800; the busiest also at 3840 × 2160, with
QT_SCALE_FACTOR=2 as such screens are used.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent.parent / "tests" / "views")]

import recorded_runs  # noqa: E402 - the tests' own recordings
from code_screens import code_screens  # noqa: E402
from diagram_screens import Picture, pictures  # noqa: E402
from fake_host import FakeHost  # noqa: E402 - and engine
from PySide6.QtCore import QPoint, QSize, Qt  # noqa: E402
from PySide6.QtGui import QDragEnterEvent  # noqa: E402
from PySide6.QtWidgets import QApplication, QDialog, QWidget  # noqa: E402

from gradviz.control.engine_state import EngineState, InspectionReply, LogLine, TemplateMade  # noqa: E402
from gradviz.control.run_entry import RunEntry  # noqa: E402
from gradviz.control.session_messages import AbandonedSession  # noqa: E402
from gradviz.data.load import describe  # noqa: E402
from gradviz.engine.catalogue import full_catalogue  # noqa: E402
from gradviz.nets.model import inspect  # noqa: E402
from gradviz.records.layer import Inspection  # noqa: E402
from gradviz.spec import tree  # noqa: E402
from gradviz.spec.experiment import ExperimentSpec, LayerSpec, ModelSpec  # noqa: E402
from gradviz.views.app import build_window  # noqa: E402
from gradviz.views.appearance import ThemeChoice, appearance  # noqa: E402
from gradviz.views.dialogs import unsaved_box  # noqa: E402
from gradviz.views.help_dialogs import AboutDialog, ShortcutsDialog  # noqa: E402
from gradviz.views.main_window import MainWindow  # noqa: E402
from gradviz.views.message_strip import Tone  # noqa: E402
from gradviz.views.recovery_dialog import RecoveryDialog  # noqa: E402

NORMAL = QSize(1280, 800)
LARGE = QSize(3840, 2160) / float(os.environ.get("QT_SCALE_FACTOR", "1"))
CATALOGUE = full_catalogue()
RESIDUAL = ExperimentSpec(
    name="Residual",
    model=ModelSpec(
        layers=(
            LayerSpec(kind="Conv2d", parameters={"out_channels": 16, "kernel_size": 3, "padding": 1}),
            LayerSpec(
                kind="Repeat",
                parameters={"times": 18},
                body=(
                    LayerSpec(
                        kind="Residual",
                        body=(
                            LayerSpec(
                                kind="Conv2d", parameters={"out_channels": 16, "kernel_size": 3, "padding": 1}
                            ),
                            LayerSpec(kind="ReLU"),
                            LayerSpec(
                                kind="Conv2d", parameters={"out_channels": 16, "kernel_size": 3, "padding": 1}
                            ),
                        ),
                    ),
                    LayerSpec(kind="Tanh"),
                ),
            ),
            LayerSpec(kind="Flatten"),
            LayerSpec(kind="Linear", parameters={"out_features": "classes"}),
        )
    ),
)
Prepare = Callable[[MainWindow], QWidget]


def main(folder: Path, wanted: Sequence[str] = ()) -> int:
    """Write all pictures, or those wanted, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as state:
        os.environ["GRADVIZ_STATE"] = state
        application = QApplication(sys.argv[:1])
        build_window(application).deleteLater()
        for choice in (ThemeChoice.LIGHT, ThemeChoice.DARK):
            appearance().choose(choice)
            for name, prepare, size in screens(Path(state)):
                if wanted and name not in wanted:
                    continue
                with window(application, size) as shown:
                    target = prepare(shown)
                    settle()
                    target.grab().save(str(folder / f"{name}-{choice.value}.png"))
                    if target is not shown:
                        target.close()
    return 0


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


def diagram(state: Path, picture: Picture) -> Prepare:
    """The network diagram of a model, with a run of that very model."""

    def prepare(shown: MainWindow) -> QWidget:
        document = shown.document
        document.edit(replace(document.experiment, model=picture.model), "picture")
        ready(shown)
        shown.actions_by_key["view.diagram"].setChecked(True)
        shown.settings.set_text("plots/left", "flow")
        if picture.run is not None:
            found = tuple(inspection(shown).layers)
            show(shown, run(state, f"diagram-{picture.name}", network=found, **picture.run))
        if picture.edited is not None:
            settle()
            document.edit(replace(document.experiment, model=picture.edited), "edit")
            ready(shown)
        settle()
        view = shown.plots.diagram.view  # type: ignore[union-attr]
        for path, fold in picture.folds.items():
            view.set_fold(view.scene.place_of(path), fold)
        view.show_start()
        if picture.whole:
            view.show_all()
        if picture.select is not None:
            shown.wiring.selection.select_row(picture.select)
        return shown

    return prepare


def starting(shown: MainWindow) -> QWidget:
    """Before the engine has answered."""
    return shown


def problem(shown: MainWindow) -> QWidget:
    """A layer that cannot be built."""
    ready(shown)
    layers = shown.document.experiment.model.layers
    wrong = replace(tree.at(layers, (1, 0)), parameters={"out_features": -3})
    shown.document.replace_layer((1, 0), wrong)
    return editing(shown)


def editing(shown: MainWindow) -> QWidget:
    """A selected layer with its form."""
    ready(shown)
    shown.left.builder.tree.setCurrentIndex(shown.layer_model.index_of((1, 0)))
    return shown


def several(shown: MainWindow) -> QWidget:
    """Layers of different kinds, with the form of what they share."""
    ready(shown)
    shown.left.builder.tree.select_paths([(1, 0), (2,)])
    return shown


def alike(shown: MainWindow) -> QWidget:
    """All activations of a residual network, about to be changed at once."""
    shown.document.new(RESIDUAL)
    ready(shown)
    shown.left.builder.tree.select_paths([(1, 0, 1)])
    shown.actions_by_key["layer.select_group"].trigger()
    return shown


def repeat(shown: MainWindow) -> QWidget:
    """A Repeat with its sliders."""
    ready(shown)
    shown.left.builder.tree.select_paths([(1,)])
    return shown


def builder_menu(shown: MainWindow) -> QWidget:
    """What can be done with the selected layers."""
    several(shown)
    menu = shown.left.builder.context_menu()
    menu.popup(shown.mapToGlobal(shown.rect().center()))
    return menu


def templates(shown: MainWindow) -> QWidget:
    """The published architectures."""
    ready(shown)
    shown.templates.open()
    dialog = shown.templates.dialog
    dialog.search.setText("res")
    dialog.list.setCurrentItem(dialog._items()[1])  # noqa: SLF001 - the second one
    dialog.show_answer(
        TemplateMade(
            id=0, experiment=RESIDUAL, layers=161, parameters=25_557_032, multiply_adds=4_089_184_256
        )
    )
    return dialog


def no_layers(shown: MainWindow) -> QWidget:
    """A model without layers."""
    shown.document.new(ExperimentSpec())
    return ready(shown)


def dragging(place: tuple[int, ...], part: float) -> Prepare:
    """A layer that is dragged over another one."""

    def prepare(shown: MainWindow) -> QWidget:
        ready(shown)
        view, model = shown.left.builder.tree, shown.layer_model
        view.select_paths([(0,)])
        rect = view.visualRect(model.index_of(place))
        point = QPoint(rect.left() + 20, round(rect.top() + part * rect.height()))
        data = model.mimeData([model.index_of((0,))])
        event = QDragEnterEvent(
            point, Qt.DropAction.MoveAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
        QApplication.sendEvent(view.viewport(), event)
        return shown

    return prepare


def panel(number: int) -> Prepare:
    """An unfolded section."""

    def prepare(shown: MainWindow) -> QWidget:
        ready(shown)
        shown.left.sections[number].set_open(is_open=True)
        return shown

    return prepare


def palette(shown: MainWindow) -> QWidget:
    """The layers that can be added."""
    ready(shown)
    shown.left.builder.open_palette()
    return shown.left.builder.palette_popup


def log(shown: MainWindow) -> QWidget:
    """The log."""
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
    """Versions."""
    return opened(AboutDialog({"torch": "2.13.0+cpu", "numpy": "2.3.4"}, shown))


def shortcuts(shown: MainWindow) -> QWidget:
    """Keys."""
    return opened(ShortcutsDialog(shown.actions_by_key, shown))


def unsaved(shown: MainWindow) -> QWidget:
    """The question before closing."""
    return opened(unsaved_box(shown, "Vanishing: 20 sigmoid layers", training=True))


def recovery(shown: MainWindow) -> QWidget:
    """What a crash left."""
    when = datetime(2026, 1, 5, 14, 3, tzinfo=UTC)
    kept = AbandonedSession(
        id="1", title="Vanishing: 20 sigmoid layers", path=None, changed=when, runs=2, steps=1240
    )
    saved = replace(kept, id="2", title="depth.gradviz", path=Path("/a/depth.gradviz"), runs=1, steps=88)
    return opened(RecoveryDialog([kept, saved], shown))


def opened(dialog: QDialog) -> QWidget:
    """A dialog, shown."""
    dialog.show()
    return dialog


def screens(state: Path) -> Iterator[tuple[str, Prepare, QSize]]:
    """Name, preparation and size of every screen."""
    finished = run(state, "finished", steps=1000)
    training = run(state, "training", steps=2000, done=1240)
    diverged = run(state, "diverged", steps=300, non_finite_from=240)
    killed = run(state, "killed", steps=1000, done=480)
    yield "starting", starting, NORMAL
    yield "empty", ready, NORMAL
    yield "training", showing(training, EngineState.TRAINING), NORMAL
    yield "finished", showing(finished), NORMAL
    yield "finished-4k", showing(finished), LARGE
    yield "scrubbed", scrubbed(finished), NORMAL
    yield "one-step", showing(run(state, "one-step", steps=1000, done=1), EngineState.PAUSED), NORMAL
    yield "clipped", showing(run(state, "clipped", steps=400, clipped=True)), NORMAL
    yield "200-layers", showing(run(state, "200-layers", layers=200, steps=600)), NORMAL
    yield "1000-layers-4k", showing(run(state, "1000-layers", layers=1000, steps=300)), LARGE
    yield (
        "diverged",
        saying(diverged, Tone.WARNING, "The loss is not finite at step 240."),
        NORMAL,
    )
    yield (
        "killed",
        saying(killed, Tone.ERROR, "The engine was killed at step 480.", EngineState.RESTARTING),
        NORMAL,
    )
    yield "problem", problem, NORMAL
    yield "editing", editing, NORMAL
    yield "several", several, NORMAL
    yield "alike", alike, NORMAL
    yield "repeat", repeat, NORMAL
    yield "repeat-4k", repeat, LARGE
    yield "builder-menu", builder_menu, NORMAL
    yield "no-layers", no_layers, NORMAL
    yield "templates", templates, NORMAL
    yield "drag-line", dragging((1, 1), 0.9), NORMAL
    yield "drag-into", dragging((1,), 0.5), NORMAL
    for number, name in enumerate(("data", "training-panel", "notes"), 1):
        yield name, panel(number), NORMAL
    yield "log", log, NORMAL
    yield "palette", palette, NORMAL
    for name, prepare in code_screens(state, ready):
        yield name, prepare, NORMAL
    for picture in pictures():
        yield f"diagram-{picture.name}", diagram(state, picture), LARGE if picture.large else NORMAL
    for name, dialog in (
        ("about", about),
        ("shortcuts", shortcuts),
        ("recovery", recovery),
        ("unsaved", unsaved),
    ):
        yield name, dialog, NORMAL


@contextmanager
def window(application: QApplication, size: QSize) -> Iterator[MainWindow]:
    """A window with a session and plots, closed without questions."""
    from gradviz.control.session_document import SessionDocument  # noqa: PLC0415

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


def ready(shown: MainWindow, state: EngineState = EngineState.READY) -> QWidget:
    """An engine that is up, with its answer about the experiment."""
    host = shown.host
    if isinstance(host, FakeHost):
        host.be(state)
    shown.host.inspected.emit(InspectionReply(id=0, inspection=inspection(shown)))
    return shown


def inspection(shown: MainWindow) -> Inspection:
    """What the engine would answer."""
    experiment = shown.document.experiment
    data = describe(experiment.data)
    return inspect(experiment.model, data)


def show(shown: MainWindow, entry: RunEntry) -> None:
    """Follow a recorded run."""
    shown.time_bar.show_runs([entry], entry.id)
    shown.runs.show_run(entry)
    shown.time_bar.show_runs([entry], entry.id)


def settle() -> None:
    """Let timers and paints happen."""
    from time import monotonic  # noqa: PLC0415

    end = monotonic() + 0.4
    while monotonic() < end:
        QApplication.processEvents()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python tools/screens.py FOLDER [SCREEN…]")
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
