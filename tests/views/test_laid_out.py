from PySide6.QtWidgets import (
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLayout,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
    QWidgetItem,
)
from shiboken6 import getAllValidWrappers

from gradviz.views.laid_out import laid_out


def buttons(*names: str) -> list[QPushButton]:
    return [QPushButton(name) for name in names]


def names(layout: QLayout) -> list[str]:
    return [widget.text() for widget in laid_out(layout)]


def test_widgets_come_in_the_order_of_the_layout_not_in_that_they_were_made_in(qtbot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    rows, inner = QVBoxLayout(parent), QHBoxLayout()
    a, b, c, d, e, beside = buttons("a", "b", "c", "d", "e", "beside")
    beside.setParent(parent)
    rows.addWidget(e)
    rows.insertLayout(0, inner)
    rows.insertSpacing(1, 4)
    rows.insertWidget(0, a)
    rows.insertStretch(0)
    inner.addWidget(d)
    inner.insertWidget(0, c)
    inner.insertWidget(0, b)
    assert names(rows) == ["a", "b", "c", "d", "e"]
    assert names(inner) == ["b", "c", "d"]


def test_a_grid_is_read_row_by_row(qtbot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    grid = QGridLayout(parent)
    for name, row, column in (("d", 1, 1), ("b", 0, 2), ("c", 1, 0), ("a", 0, 0)):
        grid.addWidget(QPushButton(name), row, column)
    assert names(grid) == ["a", "b", "c", "d"]


def test_other_layouts_and_one_that_no_widget_has(qtbot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    stack = QStackedLayout(parent)
    for page in buttons("a", "b"):
        stack.addWidget(page)
    assert names(stack) == ["a", "b"]
    assert names(QHBoxLayout()) == []


def test_nothing_is_left_in_python_of_the_items(qtbot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    form = QFormLayout(parent)
    for name in "abc":
        form.addRow(name, QPushButton(name))
    assert names(form) == ["a", "a", "b", "b", "c", "c"]
    assert not [thing for thing in getAllValidWrappers() if isinstance(thing, QWidgetItem)]
    form.itemAt(0)
    assert [thing for thing in getAllValidWrappers() if isinstance(thing, QWidgetItem)]
