"""The screens of plots that were moved, closed, floated or are being dragged, and of the menus that do it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QPoint, QSize
from PySide6.QtWidgets import QMenu, QWidget
from screen_stage import NORMAL, Prepare, ready, run, settle, show

from gradviz.control.run_entry import RunEntry
from gradviz.views.main_window import MainWindow
from gradviz.views.plots.arrangement import Place
from gradviz.views.plots.plot_area import PlotArea

_CLIP = {"clip_factor": lambda _step: 0.5, "clip_angle": lambda step: step % 7 * 0.1}


def arrangement_screens(state: Path) -> Iterator[tuple[str, Prepare, QSize]]:
    """Name, preparation and size of each."""
    entry = run(state, "arranged", steps=1000, numbers=_CLIP)
    for name, look in (
        ("moved", _moved),
        ("closed", _closed),
        ("two", _two),
        ("nothing", _nothing),
        ("floating", _floating),
        ("floating-full-screen", _full),
        ("dragged-between", _dragged_between),
        ("dragged-into", _dragged_into),
        ("menu-of-tab", _tab_menu),
        ("menu-of-plot", _plot_menu),
        ("menu-plots", _plots_menu),
        ("menu-arrangements", _arrangements_menu),
    ):
        yield f"arranged-{name}", _arranged(entry, look), NORMAL


def _arranged(entry: RunEntry, look: Callable[[MainWindow, PlotArea], QWidget]) -> Prepare:
    """A recorded run with a layer selected, its plots arranged in some way."""

    def prepare(shown: MainWindow) -> QWidget:
        ready(shown)
        show(shown, entry)
        settle()
        shown.runs.clock.set_cursor(412)
        shown.wiring.selection.select_row(9)
        settle()
        if shown.plots is None:
            raise LookupError("the plots are not there")
        return look(shown, shown.plots)

    return prepare


def _moved(shown: MainWindow, plots: PlotArea) -> QWidget:
    plots.arranging.move("updates", Place.BOTTOM_LEFT, "curves.updates")
    plots.arranging.move("curves.clipping", Place.BOTTOM_RIGHT)
    return shown


def _closed(shown: MainWindow, plots: PlotArea) -> QWidget:
    for key in ("histograms", "map"):
        plots.arranging.close(key)
    return shown


def _two(shown: MainWindow, plots: PlotArea) -> QWidget:
    for place in (Place.TOP_RIGHT, Place.BOTTOM_RIGHT):
        for key in plots.places[place].keys:
            plots.arranging.close(key)
    return shown


def _nothing(shown: MainWindow, plots: PlotArea) -> QWidget:
    for place in Place:
        for key in plots.places[place].keys:
            plots.arranging.close(key)
    return shown


def _floating(_shown: MainWindow, plots: PlotArea) -> QWidget:
    plots.arranging.float("histograms", QPoint(200, 200))
    settle()
    return plots.arranging.windows["histograms"]


def _full(_shown: MainWindow, plots: PlotArea) -> QWidget:
    plots.arranging.float("profile")
    plots.arranging.windows["profile"].toggle_full_screen()
    settle()
    return plots.arranging.windows["profile"]


def _dragged_between(shown: MainWindow, plots: PlotArea) -> QWidget:
    place = plots.places[Place.TOP_RIGHT]
    plots.arranging.gestures.dragged.emit("histograms", place.mapToGlobal(QPoint(80, 16)))
    return shown


def _dragged_into(shown: MainWindow, plots: PlotArea) -> QWidget:
    place = plots.places[Place.BOTTOM_LEFT]
    plots.arranging.gestures.dragged.emit("profile", place.mapToGlobal(place.rect().center()))
    return shown


def _tab_menu(shown: MainWindow, plots: PlotArea) -> QWidget:
    plots.arranging.gestures.menu_wanted.emit("layers", shown.mapToGlobal(QPoint(900, 100)))
    return plots.arranging.tab_menu


def _plot_menu(shown: MainWindow, plots: PlotArea) -> QWidget:
    return _opened(plots.plot("profile").menu, shown)


def _plots_menu(shown: MainWindow, _plots: PlotArea) -> QWidget:
    return _opened(shown.arrangements.shown, shown)


def _arrangements_menu(shown: MainWindow, _plots: PlotArea) -> QWidget:
    shown.settings.set_text("plots/arrangements", "")
    for name in ("Lecture", "Two screens"):
        shown.arrangements.keep_as(name)
    return _opened(shown.arrangements.arrangements, shown)


def _opened(menu: QMenu, shown: MainWindow) -> QMenu:
    menu.popup(shown.mapToGlobal(QPoint(400, 120)))
    settle()
    return menu
