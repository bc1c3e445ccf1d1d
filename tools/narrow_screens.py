"""The screens of the smallest window, and of what is crowded at the usual size."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import passing_runs  # the tests' own
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from screen_stage import NORMAL, SMALL, Prepare, opened, ready, run, settle, show

from gradviz.control.run_entry import RunEntry
from gradviz.records.writer import RunWriter
from gradviz.views.ask_name import name_dialog
from gradviz.views.main_window import MainWindow
from gradviz.views.plots.arrangement import Place
from gradviz.views.plots.plot_area import PlotArea

_CLIP = {
    "clipped": lambda step: float(step % 190 < 40),
    "clip_factor": lambda step: 0.3 if step % 190 < 40 else 1.0,
    "clip_angle": lambda step: 4.0 * (step % 190 < 40),
    "global_norm": lambda _step: 2.0,
    "global_norm_clipped": lambda _step: 1.0,
    "learning_rate": lambda step: 0.1 * 0.99 ** (step // 20),
}


def narrow_screens(state: Path) -> Iterator[tuple[str, Prepare, QSize]]:
    """Name, preparation and size of each."""
    network = passing_runs.network(30, ("Linear", "ReLU"))

    def passing(writer: RunWriter, step: int) -> None:
        passing_runs.sample_passing(writer, step, network, slope=0.72)

    entry = run(
        state, "narrow", network=network, steps=600, passing=passing, zero_rows=1, numbers=_CLIP, clipped=True
    )
    for size, word in ((SMALL, "narrow"), (NORMAL, "crowded")):
        for key in (
            "histograms",
            "map",
            "activations",
            "curves.loss",
            "curves.updates",
            "curves.clipping",
            "profile",
        ):
            yield f"{word}-{key.replace('.', '-')}", partial(_front, entry=entry, key=key), size
    deep = passing_runs.network(1000, ("Linear", "ReLU"))

    def passing_deep(writer: RunWriter, step: int) -> None:
        passing_runs.sample_passing(writer, step, deep, slope=0.72)

    thousand = run(state, "narrow-deep", network=deep, steps=60, passing=passing_deep)
    for word, rows in (("fold", range(50)), ("all", range(500))):
        yield f"selected-{word}-1000", partial(_chosen, entry=thousand, rows=tuple(rows)), NORMAL
    yield "selected-one-1000", partial(_chosen, entry=thousand, rows=(20,)), NORMAL
    yield "arrangement-saved-as", _saved_as, NORMAL
    yield "too-deep", _too_deep, NORMAL


def _front(shown: MainWindow, *, entry: RunEntry, key: str) -> QWidget:
    plots = _shown(shown, entry)
    shown.wiring.selection.select_row(2)
    plots.show_plot(key)
    settle()
    return shown


def _chosen(shown: MainWindow, *, entry: RunEntry, rows: tuple[int, ...]) -> QWidget:
    """Many of a thousand layers selected, above the profile's place and beside it."""
    plots = _shown(shown, entry)
    plots.arranging.move("activations", Place.BOTTOM_RIGHT)
    plots.show_plot("activations")
    plots.show_plot("profile")
    plots.layers_selected.emit(rows)
    settle()
    return shown


def _shown(shown: MainWindow, entry: RunEntry) -> PlotArea:
    ready(shown)
    show(shown, entry)
    settle()
    shown.runs.clock.set_cursor(50)
    settle()
    if shown.plots is None:
        raise LookupError("the plots are not there")
    return shown.plots


def _saved_as(shown: MainWindow) -> QWidget:
    """The name of an arrangement that is to be kept."""
    ready(shown)
    return opened(name_dialog(shown, "Save arrangement", "Lecture"))


def _too_deep(shown: MainWindow) -> QWidget:
    """A depth that was refused."""
    ready(shown)
    shown.left.builder.tree.select_paths([(1,)])
    settle()
    box = shown.left.builder.form.sliders.rounds.box
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "99999")
    QTest.keyClick(box, Qt.Key.Key_Return)
    settle()
    return shown
