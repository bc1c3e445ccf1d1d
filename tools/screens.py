"""Renders screens and dialogs to PNG, so that people can look: python tools/screens.py FOLDER [SCREEN…].

Runs without a display and without an engine: the states are made of recorded runs, so a picture is the
same at every call. “trained” is what a new user sees after a press on Train, really trained: the README's
picture. Each screen comes light and dark, at 1280 × 800; the busiest also at 3840 × 2160, with
QT_SCALE_FACTOR=2 as such screens are used.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent.parent / "tests" / "views")]

from arrangement_screens import arrangement_screens  # noqa: E402 - after the path
from builder_screens import builder_screens  # noqa: E402
from code_screens import code_screens  # noqa: E402
from diagram_screens import Picture, pictures  # noqa: E402
from narrow_screens import narrow_screens  # noqa: E402
from observatory_screens import observatory_screens  # noqa: E402
from panel_screens import panel_screens  # noqa: E402
from PySide6.QtCore import QSize  # noqa: E402
from PySide6.QtWidgets import QApplication, QWidget  # noqa: E402
from screen_stage import (  # noqa: E402
    LARGE,
    NORMAL,
    Prepare,
    inspection,
    opened,
    ready,
    run,
    saying,
    scrubbed,
    settle,
    show,
    showing,
    window,
)

from gradviz.control.engine_state import EngineState, LogLine  # noqa: E402
from gradviz.control.run_entry import RunEntry  # noqa: E402
from gradviz.control.session_messages import AbandonedSession  # noqa: E402
from gradviz.training.control import RunControl  # noqa: E402
from gradviz.training.run import train  # noqa: E402
from gradviz.views.app import build_window  # noqa: E402
from gradviz.views.appearance import ThemeChoice, appearance  # noqa: E402
from gradviz.views.dialogs import replace_box, unsaved_box  # noqa: E402
from gradviz.views.help_dialogs import AboutDialog, ShortcutsDialog  # noqa: E402
from gradviz.views.main_window import MainWindow  # noqa: E402
from gradviz.views.message_strip import Tone  # noqa: E402
from gradviz.views.recovery_dialog import RecoveryDialog  # noqa: E402


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


def trained(state: Path) -> Prepare:
    """What a new user sees after a press on Train: the experiment of the first start, really trained."""

    def prepare(shown: MainWindow) -> QWidget:
        entry = RunEntry(id="trained", name="Run 1", source=state / "trained.sqlite")
        if not entry.source.exists():
            train(shown.document.experiment, entry.source, RunControl(), run_id=entry.id)
        return showing(entry)(shown)

    return prepare


def starting(shown: MainWindow) -> QWidget:
    """Before the engine has answered."""
    return shown


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


def replacing(shown: MainWindow) -> QWidget:
    """The question about a file that would be written over."""
    return opened(replace_box(shown, "bad.py.gradviz"))


def recovery(shown: MainWindow) -> QWidget:
    """What a crash left."""
    when = datetime(2026, 1, 5, 14, 3, tzinfo=UTC)
    kept = AbandonedSession(
        id="1", title="Vanishing: 20 sigmoid layers", path=None, changed=when, runs=2, steps=1240
    )
    saved = replace(kept, id="2", title="depth.gradviz", path=Path("/a/depth.gradviz"), runs=1, steps=88)
    return opened(RecoveryDialog([kept, saved], shown))


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
    yield "trained", trained(state), NORMAL
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
    yield from builder_screens()
    yield from panel_screens(finished)
    yield from observatory_screens(state)
    yield from arrangement_screens(state)
    yield from narrow_screens(state)
    yield "log", log, NORMAL
    for name, prepare in code_screens(state, ready):
        yield name, prepare, NORMAL
    for picture in pictures():
        yield f"diagram-{picture.name}", diagram(state, picture), LARGE if picture.large else NORMAL
    for name, dialog in (
        ("about", about),
        ("shortcuts", shortcuts),
        ("recovery", recovery),
        ("unsaved", unsaved),
        ("replacing", replacing),
    ):
        yield name, dialog, NORMAL


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python tools/screens.py FOLDER [SCREEN…]")
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
