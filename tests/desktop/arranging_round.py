"""Plots arranged with a real mouse: a name dragged to another place, given up, floated, dragged back, closed.

Run by test_mouse_round.py under Xvfb with a window manager; see mouse_round.py.
"""

from __future__ import annotations

import sys

from builder_round import drag
from mouse_round import Script, click_at, keys, opened, pause, picture, play, xdotool
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QWidget

from gradviz.views.app import build_window
from gradviz.views.main_window import MainWindow
from gradviz.views.plots.arrangement import Place
from gradviz.views.plots.plot_tabs import KEY


def centre(widget: QWidget) -> QPoint:
    return widget.mapToGlobal(widget.rect().center())


def name(window: MainWindow, place: Place, key: str) -> QPoint:
    """The middle of a plot's name in the heading of a place, on the screen."""
    front = window.plots.places[place].current
    return centre(next(w for w in (front.title, *front.tabs) if w.property(KEY) == key and w.isVisible()))


def end_of_heading(window: MainWindow, place: Place) -> QPoint:
    tabs = window.plots.places[place]
    return tabs.mapToGlobal(QPoint(tabs.width() - 50, 10))


def dragged(window: MainWindow) -> Script:
    places = window.plots.places
    start, end = name(window, Place.TOP_RIGHT, "layers"), end_of_heading(window, Place.BOTTOM_RIGHT)
    yield from drag(start, end, give_up=True)
    assert "layers" in places[Place.TOP_RIGHT].keys
    yield from drag(start, end)
    yield lambda: places[Place.BOTTOM_RIGHT].key == "layers", "the layers at the bottom right"
    assert window.plots.plot("layers").isVisible()
    picture("moved")
    yield from click_at(name(window, Place.BOTTOM_RIGHT, "map"))
    yield lambda: places[Place.BOTTOM_RIGHT].key == "map", "a click to be a click"


def floated(window: MainWindow) -> Script:
    arranging, profile = window.plots.arranging, window.plots.plot("profile")
    start = name(window, Place.TOP_RIGHT, "profile")
    yield from xdotool("mousemove", start.x(), start.y())
    yield from xdotool("click", 3)
    yield arranging.tab_menu.isVisible, "the menu of the name"
    picture("menu")
    yield from keys("Down", "Down", "Return")
    yield lambda: "profile" in arranging.windows, "the window of the profile"
    yield from pause(0.5)
    picture("floating")
    assert profile.window() is arranging.windows["profile"]
    beside = window.plots.places[Place.BOTTOM_LEFT].mapToGlobal(QPoint(300, 10))
    assert not arranging.windows["profile"].frameGeometry().contains(beside)
    yield from drag(centre(profile.title), beside)
    yield lambda: window.plots.places[Place.BOTTOM_LEFT].key == "profile", "the profile at the bottom left"
    assert not arranging.windows


def closed(window: MainWindow) -> Script:
    places = window.plots.places
    yield from click_at(centre(window.plots.flow.title))
    yield from keys("ctrl+w")
    yield lambda: places[Place.TOP_LEFT].keys == (), "the flow to be closed"
    assert not places[Place.TOP_LEFT].isVisible()
    start = name(window, Place.BOTTOM_LEFT, "curves.learning")
    yield from xdotool("mousemove", start.x(), start.y())
    yield from xdotool("click", 2)
    yield lambda: places[Place.BOTTOM_LEFT].keys == ("profile",), "the loss to be closed"
    picture("closed")


def arranging_round(windows: list[MainWindow], application: QApplication) -> Script:
    window = build_window(application)
    windows.append(window)
    yield from opened(window)
    yield from dragged(window)
    yield from floated(window)
    yield from closed(window)


if __name__ == "__main__":
    sys.exit(play(arranging_round))
