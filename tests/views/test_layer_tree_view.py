"""Layers dragged with a mouse: into, out of and between blocks, from the palette, copied, given up."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gradviz.control.layer_mime import pack
from gradviz.spec.experiment import LayerSpec

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
RELU = LayerSpec(kind="ReLU")


@pytest.fixture
def builder(window):
    return window.left.builder


@pytest.fixture
def view(builder):
    return builder.tree


@pytest.fixture
def shown(document):
    """The tree in a few words."""

    def kinds(layers):
        return [[layer.kind, kinds(layer.body)] if layer.body else layer.kind for layer in layers]

    return lambda: kinds(document.experiment.model.layers)


def place(view, path, part: float = 0.5, x: int = 30) -> QPoint:
    """A point on a row; `part` from its upper to its lower edge."""
    rect = view.visualRect(view._model.index_of(path))
    return QPoint(rect.left() + x, round(rect.top() + part * (rect.height() - 1)))


def click(view, path, modifier=NONE) -> None:
    QTest.mouseClick(view.viewport(), LEFT, modifier, place(view, path))


@pytest.fixture
def drag(view, monkeypatch):
    """Press and move with the mouse; what the platform does then, and this one cannot, events do."""

    class Drag:
        def __init__(self, _source) -> None:
            self.data = None

        def setMimeData(self, data) -> None:
            self.data = data

        def setPixmap(self, pixmap) -> None:
            assert not pixmap.isNull()

        def setHotSpot(self, _point) -> None:
            pass

        def exec(self, _allowed, _usual) -> None:
            drops.append(drop(view, self.data, *where[0]))

    def do(source, target: QPoint, modifier=NONE, viewport=None):
        where[:] = [(target, modifier)]
        viewport = viewport or view.viewport()
        start = source if isinstance(source, QPoint) else place(view, source)
        QTest.mousePress(viewport, LEFT, NONE, start)
        QTest.mouseMove(viewport, start + QPoint(0, 30))
        QApplication.processEvents()
        QTest.mouseRelease(viewport, LEFT, NONE, start + QPoint(0, 30))
        return drops.pop()

    where, drops = [], []
    monkeypatch.setattr("gradviz.views.layer_tree_view.QDrag", Drag)
    return do


def enter(view, data: QMimeData, point: QPoint, modifier=NONE, kind=QDragEnterEvent) -> QDragEnterEvent:
    event = kind(point, Qt.DropAction.MoveAction | Qt.DropAction.CopyAction, data, LEFT, modifier)
    QApplication.sendEvent(view.viewport(), event)
    return event


def drop(view, data: QMimeData, point: QPoint, modifier=NONE) -> QDropEvent:
    enter(view, data, point, modifier)
    event = QDropEvent(
        QPointF(point), Qt.DropAction.MoveAction | Qt.DropAction.CopyAction, data, LEFT, modifier
    )
    QApplication.sendEvent(view.viewport(), event)
    return event


def test_a_mouse_drags_a_layer_out_of_its_block_and_back(view, shown, document, drag) -> None:
    before = document.experiment
    drag((1, 1), place(view, (0,), 0.1))
    assert shown() == ["Sigmoid", "Flatten", ["Repeat", ["Linear"]], "Linear"]
    assert view.selected_paths == ((0,),)
    drag((0,), place(view, (2,), 0.5))
    assert shown() == ["Flatten", ["Repeat", ["Linear", "Sigmoid"]], "Linear"]
    assert view.selected_paths == ((1, 1),)
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert document.experiment is before


def test_several_layers_are_dragged_together(view, shown, drag) -> None:
    click(view, (1, 0))
    click(view, (1, 1), SHIFT)
    drag((1, 0), place(view, (2,), 0.9))
    assert shown() == ["Flatten", "Repeat", "Linear", "Linear", "Sigmoid"]
    assert view.selected_paths == ((3,), (4,))


def test_what_leaves_the_tree_leaves_no_mark(view) -> None:
    enter(view, pack([RELU]), place(view, (0,)))
    assert view._place is not None
    QApplication.sendEvent(view.viewport(), QDragLeaveEvent())  # as Escape does
    assert view._place is None


def test_control_copies(view, shown, drag) -> None:
    drag((0,), place(view, (2,), 0.9), CTRL)
    assert shown() == ["Flatten", ["Repeat", ["Linear", "Sigmoid"]], "Linear", "Flatten"]
    assert view.selected_paths == ((3,),)


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        (((0,), 0.1, 30), ((), 0, False)),
        (((0,), 0.9, 30), ((), 1, False)),
        (((1,), 0.05, 30), ((), 1, False)),
        (((1,), 0.5, 30), ((1,), 2, True)),
        (((1,), 0.95, 30), ((1,), 0, False)),
        (((1, 0), 0.1, 30), ((1,), 0, False)),
        (((1, 1), 0.9, 30), ((1,), 2, False)),
        (((1, 1), 0.9, -10), ((), 2, False)),
        (((2,), 0.9, 30), ((), 3, False)),
    ],
)
def test_the_pointer_tells_place_and_depth(view, pointer, expected) -> None:
    enter(view, pack([RELU]), place(view, *pointer))
    found = view._place
    assert (view._model.path_of(found.parent), found.row, found.into) == expected
    QApplication.sendEvent(view.viewport(), QDragLeaveEvent())
    assert view._place is None


def test_below_the_last_row_is_the_end(view, shown) -> None:
    drop(view, pack([RELU]), QPoint(40, view.viewport().height() - 5))
    assert shown()[-1] == "ReLU"


def test_a_block_does_not_go_into_itself(view, shown) -> None:
    data = view._model.mimeData([view._model.index_of((1,))])
    event = enter(view, data, place(view, (1, 0), 0.9))
    assert not event.isAccepted()
    assert view._place is None


def test_text_of_another_program_can_be_dropped(view, shown, builder) -> None:
    data = QMimeData()
    data.setText('{ kind = "ReLU" },\n{ kind = "Linear", out_features = 3 }')
    drop(view, data, place(view, (1,), 0.5))
    assert shown() == ["Flatten", ["Repeat", ["Linear", "Sigmoid", "ReLU", "Linear"]], "Linear"]
    before = shown()
    data.setText("no layers")
    drop(view, data, place(view, (1,), 0.5))
    assert shown() == before
    assert builder.strip.text.startswith("That cannot be dropped here: line 1: not valid TOML")


def test_a_folded_block_opens_under_a_resting_pointer(view, qtbot) -> None:
    index = view._model.index_of((1,))
    view.collapse(index)
    enter(view, pack([RELU]), place(view, (1,), 0.5))
    qtbot.waitUntil(lambda: view.isExpanded(index), timeout=3000)
    QApplication.sendEvent(view.viewport(), QDragLeaveEvent())


def test_near_the_edge_it_scrolls(view, document, qtbot) -> None:
    for _ in range(60):
        document.add_layer((0,), RELU)
    view.scrollToTop()
    data, edge = pack([RELU]), QPoint(40, view.viewport().height() - 3)
    enter(view, data, edge)
    enter(view, data, edge, kind=QDragMoveEvent)
    qtbot.waitUntil(lambda: view.verticalScrollBar().value() > 0, timeout=3000)
    QApplication.sendEvent(view.viewport(), QDragLeaveEvent())


def test_a_layer_is_dragged_out_of_the_palette(window, view, shown, qtbot, drag) -> None:
    builder = window.left.builder
    window.actions_by_key["layer.add"].trigger()
    popup = builder.palette_popup
    qtbot.waitExposed(popup)
    item = popup._items(popup._groups()[0])[1]
    start = popup.list.visualItemRect(item).center()
    drag(start, place(view, (1, 1), 0.1), viewport=popup.list.viewport())
    assert not popup.isVisible()
    assert shown() == ["Flatten", ["Repeat", ["Linear", "ReLU", "Sigmoid"]], "Linear"]
    assert view.selected_paths == ((1, 1),)


def test_folding_and_what_comes_back_by_undo_is_unfolded(view, document, window) -> None:
    index = view._model.index_of((1,))
    window.actions_by_key["layer.fold"].trigger()
    assert not view.isExpanded(index)
    window.actions_by_key["layer.unfold"].trigger()
    assert view.isExpanded(index)
    document.remove_layers((1,))
    document.undo_stack.undo()
    assert view.isExpanded(view._model.index_of((1,)))


def test_an_empty_model_says_what_to_do(view, document) -> None:
    document.remove_layers((0,), (1,), (2,))
    picture = view.viewport().grab().toImage()
    colours = {picture.pixel(x, y) for x in range(0, picture.width(), 2) for y in range(0, 60, 2)}
    assert len(colours) > 3


def test_a_wide_tree_has_a_column_for_work(view, window) -> None:
    assert view.isColumnHidden(3)
    window.columns.setSizes([460, 820])
    QApplication.processEvents()
    assert not view.isColumnHidden(3)
