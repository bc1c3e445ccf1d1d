"""The diagram by keyboard: arrows go from box to box and in and out of blocks, + and − fold, Ctrl zooms."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from gradviz.views.diagram import steps
from gradviz.views.diagram.detail import can_fold
from gradviz.views.diagram.folds import Fold

if TYPE_CHECKING:
    from gradviz.views.diagram.diagram_view import DiagramView

_ZOOM = 1.25
_PAGE = 0.9
_Key = Qt.Key


def pressed(view: DiagramView, event: QKeyEvent) -> bool:
    """Do what a key stands for; whether it stands for anything."""
    control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
    does = (_WITH_CONTROL if control else _PLAIN).get(event.key())
    if does is not None:
        does(view)
    return does is not None


def _by(offset: int) -> Callable[[DiagramView], None]:
    return lambda view: view.go(steps.by(view.scene, view.current, offset))


def _end(*, last: bool) -> Callable[[DiagramView], None]:
    return lambda view: view.go(steps.end(view.scene, last=last))


def _page(pages: float) -> Callable[[DiagramView], None]:
    return lambda view: view.move_camera(view.camera.panned(0, pages * view.camera.height))


def _unfold(view: DiagramView) -> None:
    if view.current is not None and _is_folded(view, view.current):
        view.set_fold(view.current, Fold.ONCE)


def _fold(view: DiagramView) -> None:
    if view.current is not None and _is_unfolded(view, view.current):
        view.set_fold(view.current, Fold.FOLDED)


def _right(view: DiagramView) -> None:
    if view.current is None:
        return
    if _is_folded(view, view.current):
        _unfold(view)
    else:
        view.go(steps.into(view.scene, view.current))


def _left(view: DiagramView) -> None:
    if view.current is None:
        return
    if _is_unfolded(view, view.current):
        _fold(view)
    else:
        view.go(steps.out(view.scene, view.current))


def _toggle(view: DiagramView) -> None:
    if view.current is not None:
        view.toggle(view.current)


def _rounds(view: DiagramView) -> None:
    if view.current is not None:
        view.toggle_rounds(view.current)


def _is_folded(view: DiagramView, number: int) -> bool:
    node = view.scene.boxes[number].node
    return can_fold(node) and view.folds.of(node) is Fold.FOLDED


def _is_unfolded(view: DiagramView, number: int) -> bool:
    return can_fold(view.scene.boxes[number].node) and not _is_folded(view, number)


_PLAIN: dict[int, Callable[[DiagramView], None]] = {
    _Key.Key_Down: _by(1),
    _Key.Key_Up: _by(-1),
    _Key.Key_Home: _end(last=False),
    _Key.Key_End: _end(last=True),
    _Key.Key_PageDown: _page(_PAGE),
    _Key.Key_PageUp: _page(-_PAGE),
    _Key.Key_Right: _right,
    _Key.Key_Left: _left,
    _Key.Key_Plus: _unfold,
    _Key.Key_Minus: _fold,
    _Key.Key_Asterisk: _rounds,
    _Key.Key_Return: _toggle,
    _Key.Key_Enter: _toggle,
    _Key.Key_Space: _toggle,
}

_WITH_CONTROL: dict[int, Callable[[DiagramView], None]] = {
    _Key.Key_Plus: lambda view: view.zoom(_ZOOM),
    _Key.Key_Equal: lambda view: view.zoom(_ZOOM),
    _Key.Key_Minus: lambda view: view.zoom(1 / _ZOOM),
    _Key.Key_0: lambda view: view.show_all(),
}
