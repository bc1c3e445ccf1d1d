"""Where in the layer tree something that is dragged would go, and the mark that shows it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QTreeView

_EDGE = 0.28
"""The share of a block's row, above and below, where a drop goes beside it instead of into it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DropPlace:
    """Before the child `row` of `parent` (invalid: of the model itself).

    `mark` is a line, or (`into`) the block's whole row.
    """

    parent: QModelIndex
    row: int
    mark: QRect
    into: bool = False


def drop_place(tree: QTreeView, place: QPoint) -> DropPlace:
    """What the pointer means at a place of the viewport.

    In the middle of a block's row it is into the block. Below the last layer of a block the pointer's
    distance from the left edge says how many blocks are left.
    """
    model = tree.model()
    index = tree.indexAt(place).siblingAtColumn(0)
    if not index.isValid():
        return _at_end(tree)
    rect = tree.visualRect(index)
    part = (place.y() - rect.top()) / max(1, rect.height())
    is_block = bool(model.flags(index) & Qt.ItemFlag.ItemIsDropEnabled)
    low, high = (_EDGE, 1 - _EDGE) if is_block else (0.5, 0.5)
    if part < low:
        return _before(tree, index)
    if part < high:
        count = model.rowCount(index)
        return DropPlace(parent=index, row=count, mark=_row(tree, rect), into=True)
    if is_block and tree.isExpanded(index) and model.rowCount(index):
        return _before(tree, model.index(0, 0, index))
    return _after(tree, index, place.x(), rect.bottom() + 1)


def paint_place(painter: QPainter, place: DropPlace, colour: str) -> None:
    """A line with a ring at its beginning, or a frame around the block's row."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colour), 2))
    if place.into:
        wash = QColor(colour)
        wash.setAlpha(28)
        painter.setBrush(wash)
        painter.drawRoundedRect(QRectF(place.mark).adjusted(1, 1, -1, -1), 4, 4)
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    left, middle = QPointF(place.mark.left() + 4, place.mark.top()), QPointF(place.mark.topRight())
    painter.drawEllipse(left, 3, 3)
    painter.drawLine(left + QPointF(3, 0), middle)


def _before(tree: QTreeView, index: QModelIndex) -> DropPlace:
    rect = tree.visualRect(index)
    return DropPlace(
        parent=index.parent(),
        row=index.row(),
        mark=_line(tree, rect.left(), rect.top()),
    )


def _after(tree: QTreeView, index: QModelIndex, x: int, y: int) -> DropPlace:
    model = tree.model()
    while (
        index.parent().isValid()
        and index.row() == model.rowCount(index.parent()) - 1
        and x < tree.visualRect(index).left()
    ):
        index = index.parent()
    left = tree.visualRect(index).left()
    return DropPlace(parent=index.parent(), row=index.row() + 1, mark=_line(tree, left, y))


def _at_end(tree: QTreeView) -> DropPlace:
    model = tree.model()
    count = model.rowCount()
    last = model.index(count - 1, 0)
    while last.isValid() and tree.isExpanded(last) and model.rowCount(last):
        last = model.index(model.rowCount(last) - 1, 0, last)
    bottom = tree.visualRect(last).bottom() + 1 if last.isValid() else 2
    left = tree.visualRect(model.index(count - 1, 0)).left() if count else 0
    return DropPlace(parent=QModelIndex(), row=count, mark=_line(tree, left, bottom))


def _line(tree: QTreeView, left: int, y: int) -> QRect:
    width = tree.viewport().width() - left - 4
    return QRect(left, max(4, min(y, tree.viewport().height() - 4)), max(8, width), 1)


def _row(tree: QTreeView, rect: QRect) -> QRect:
    return QRect(rect.left(), rect.top(), tree.viewport().width() - rect.left() - 2, rect.height())
