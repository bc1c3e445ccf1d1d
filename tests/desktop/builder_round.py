"""A residual network made from an empty model in under a minute, with the mouse alone.

Run by test_mouse_round.py under Xvfb with a window manager. Every click, drag and turn of the wheel goes
through the X server (xdotool), as a person's would. Then layers are dragged, copied with Ctrl, and a drag
is given up.
"""

from __future__ import annotations

import sys
import time

from mouse_round import Script, click, click_at, keys, opened, pause, picture, play, xdotool
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QStyle, QStyleOptionSlider, QToolButton

from gradviz.spec.experiment import ExperimentSpec, LayerSpec
from gradviz.views.app import build_window
from gradviz.views.main_window import MainWindow

WITHIN_S = 60.0


def tool(window: MainWindow, key: str) -> QToolButton:
    action = window.actions_by_key[key]
    return next(b for b in window.left.builder.findChildren(QToolButton) if b.defaultAction() is action)


def row(window: MainWindow, path: tuple[int, ...], part: float = 0.5) -> QPoint:
    view = window.left.builder.tree
    rect = view.visualRect(window.layer_model.index_of(path))
    point = QPoint(rect.left() + 30, round(rect.top() + part * rect.height()))
    return view.viewport().mapToGlobal(point)


def move(point: QPoint) -> Script:
    yield from xdotool("mousemove", point.x(), point.y())


def drag(start: QPoint, end: QPoint, *, held: str = "", give_up: bool = False) -> Script:
    """Press, move in steps, release; a key may be held, or Escape pressed before the end."""
    yield from move(start)
    yield from xdotool("mousedown", 1)
    if held:
        yield from xdotool("keydown", held)
    for part in (0.2, 0.6, 1.0, 1.0):
        yield from move(start + (end - start) * part)
    if give_up:
        picture("dragging")
        yield from keys("Escape")
    yield from xdotool("mouseup", 1)
    if held:
        yield from xdotool("keyup", held)
    yield from pause()


def in_palette(window: MainWindow, kind: str) -> Script:
    """Open the palette and turn the wheel until the layer is in view; its place is `found`."""
    yield from click(tool(window, "layer.add"))
    popup = window.left.builder.palette_popup
    yield popup.isVisible, "the palette"
    items = [item for group in popup._groups() for item in popup._items(group)]
    item = next(item for item in items if item.text(0) == kind)
    viewport = popup.list.viewport()
    yield from move(viewport.mapToGlobal(viewport.rect().center()))
    while not viewport.rect().contains(popup.list.visualItemRect(item).center()):
        down = popup.list.visualItemRect(item).top() > 0
        yield from xdotool("click", 5 if down else 4)
    found[:] = [viewport.mapToGlobal(popup.list.visualItemRect(item).center())]


def add(window: MainWindow, kind: str) -> Script:
    yield from in_palette(window, kind)
    yield from click_at(found[0])
    yield lambda: not window.left.builder.palette_popup.isVisible(), "the palette to close"


def choose(window: MainWindow, key: str) -> Script:
    """Take an entry of the builder's own menu."""
    yield from click(tool(window, "layer.more"))
    yield lambda: isinstance(QApplication.activePopupWidget(), QMenu), "the menu"
    menu = QApplication.activePopupWidget()
    action = window.actions_by_key[key]
    assert action.isEnabled(), action.toolTip()
    yield from click_at(menu.mapToGlobal(menu.actionGeometry(action).center()))
    yield lambda: QApplication.activePopupWidget() is None, "the menu to close"


def slide_to(window: MainWindow, times: int) -> Script:
    """Drag the depth slider until the number is there."""
    depth = window.left.builder.form.sliders.rounds
    slider, option = depth.slider, QStyleOptionSlider()

    def handle(place: int) -> QPoint:
        slider.initStyleOption(option)
        option.sliderPosition = option.sliderValue = place
        part = QStyle.SubControl.SC_SliderHandle
        rect = slider.style().subControlRect(QStyle.ComplexControl.CC_Slider, option, part, slider)
        return slider.mapToGlobal(rect.center())

    yield from drag(handle(slider.value()), handle(depth._steps.index(times)))


def kinds(layers: tuple[LayerSpec, ...]) -> list[object]:
    return [[layer.kind, kinds(layer.body)] if layer.body else layer.kind for layer in layers]


def shown(window: MainWindow) -> list[object]:
    return kinds(window.document.experiment.model.layers)


found: list[QPoint] = []


def residual_network(window: MainWindow) -> Script:
    window.document.new(ExperimentSpec())
    repair = next(
        b for b in window.left.builder.strip.findChildren(QPushButton) if b.property("role") == "inline"
    )
    yield lambda: repair.text().startswith("Add a Flatten"), "the proposal for an empty model"
    picture("empty")
    begin = time.monotonic()
    yield from click(repair)
    yield lambda: shown(window) == ["Flatten", "Linear"], "Flatten and Linear"
    yield from click_at(row(window, (0,)))
    yield from add(window, "Residual")
    yield from add(window, "Linear")
    yield from add(window, "ReLU")
    assert shown(window) == ["Flatten", ["Residual", ["Linear", "ReLU"]], "Linear"]
    yield from click_at(row(window, (1,)))
    yield from choose(window, "layer.group_repeat")
    assert shown(window) == ["Flatten", ["Repeat", [["Residual", ["Linear", "ReLU"]]]], "Linear"]
    yield from slide_to(window, 20)
    yield window.toolbar.train.isEnabled, "the network to be fit for training"
    took = time.monotonic() - begin
    picture("residual-network")
    assert window.document.experiment.model.layers[1].parameters == {"times": 20}
    assert window.document.undo_stack.undoText() == "Change depth to 20"
    assert took < WITHIN_S, f"it took {took:.0f} s"
    sys.stdout.write(f"made in {took:.0f} s\n")


def drags(window: MainWindow) -> Script:
    before = shown(window)
    yield from drag(row(window, (1, 0, 1)), row(window, (1,), 0.95))
    assert shown(window) == ["Flatten", ["Repeat", ["ReLU", ["Residual", ["Linear"]]]], "Linear"]
    picture("dragged-out")
    yield from drag(row(window, (1, 0)), row(window, (1, 1, 0), 0.9))
    assert shown(window) == before
    yield from drag(row(window, (1, 0, 1)), row(window, (0,), 0.1), held="ctrl")
    assert shown(window) == ["ReLU", *before]
    yield from keys("ctrl+z")
    yield lambda: shown(window) == before, "the copy to be undone"
    yield from drag(row(window, (0,)), row(window, (2,), 0.9), give_up=True)
    assert shown(window) == before
    yield from in_palette(window, "Dropout")
    yield from drag(found[0], row(window, (1, 0, 1), 0.9))
    assert shown(window) == ["Flatten", ["Repeat", [["Residual", ["Linear", "ReLU", "Dropout"]]]], "Linear"]
    picture("dragged-in")


def builder_round(windows: list[MainWindow], application: QApplication) -> Script:
    window = build_window(application)
    windows.append(window)
    yield from opened(window)
    yield from residual_network(window)
    yield from drags(window)


if __name__ == "__main__":
    sys.exit(play(builder_round))
