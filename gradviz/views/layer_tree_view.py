"""The tree of layers on the screen: several can be selected, dragged into, out of and between blocks.

While something is dragged over it, a line shows before which layer and at which depth it would go, a frame
that it would go into a block; a folded block opens under a pointer that rests. Escape gives up.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QMimeData,
    QModelIndex,
    QPoint,
    QSize,
    Qt,
    QTimer,
)
from PySide6.QtGui import (
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFontMetrics,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView, QWidget

from gradviz.control.layer_mime import pack
from gradviz.control.layer_rows import LayerColumn
from gradviz.control.layer_text import count_text, shape_text
from gradviz.control.layer_tree_model import LayerTreeModel
from gradviz.spec import tree
from gradviz.spec.experiment import LayerSpec, Path
from gradviz.views.appearance import appearance
from gradviz.views.drop_place import DropPlace, drop_place, paint_place
from gradviz.views.layer_delegate import LayerDelegate

_OPEN_AFTER_MS = 600
_CELL_MARGINS = 14
_NUMBERS = (LayerColumn.OUTPUT, LayerColumn.PARAMETERS, LayerColumn.MULTIPLY_ADDS)
_ROOM_FOR_WORK = 380
"""From this width on, in pixels, there is a column for multiply-adds."""
_SELECT = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows


class LayerTreeView(QTreeView):
    """Shows a LayerTreeModel; knows layers by their paths."""

    def __init__(self, model: LayerTreeModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._place: DropPlace | None = None
        self._open_soon = QTimer(self)
        self._open_soon.setSingleShot(True)
        self._open_soon.setInterval(_OPEN_AFTER_MS)
        self._open_soon.timeout.connect(self._open_pointed_at)
        self.setModel(model)
        self.setItemDelegate(LayerDelegate(self))
        self.setProperty("role", "layers")
        self.setAccessibleName(self.tr("Layers of the network"))
        self.setUniformRowHeights(True)
        self.setIndentation(14)
        self.setIconSize(QSize(14, 14))
        self.setMinimumHeight(120)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDropIndicatorShown(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(40)
        header.setSectionResizeMode(LayerColumn.LAYER, QHeaderView.ResizeMode.Stretch)
        for column in _NUMBERS:
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
        self.setColumnHidden(LayerColumn.MULTIPLY_ADDS, True)  # noqa: FBT003
        model.rowsInserted.connect(self._on_inserted)
        model.annotated.connect(self._fit_columns)
        self._fit_columns()

    @property
    def selected_paths(self) -> tuple[Path, ...]:
        """The selected layers in the order of the tree."""
        found = set[Path]()
        ranges = self.selectionModel().selection()  # Qt's own list of rows asks the model about each in turn
        for number in range(ranges.count()):
            part = ranges.at(number)
            above = self._model.path_of(part.parent())
            found.update((*above, row) for row in range(part.top(), part.bottom() + 1))
        return tuple(sorted(found))

    @property
    def current_path(self) -> Path:
        """The selected layer that was clicked last; () if none is selected."""
        current = self.currentIndex()
        if current.isValid() and self.selectionModel().isSelected(current):
            return self._model.path_of(current)
        return next(iter(self.selected_paths), ())

    def select_paths(self, paths: Sequence[Path]) -> None:
        """Select these layers; the first becomes the current one and is scrolled to."""
        indexes = [index for path in paths if (index := self._model.index_of(path)).isValid()]
        if not indexes:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
            return
        for index in indexes:
            self._unfold_above(index)
        flag = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(indexes[0], flag.NoUpdate)
        self.selectionModel().select(self._ranges(paths), _SELECT)
        self.scrollTo(indexes[-1])
        self.scrollTo(indexes[0])

    def _ranges(self, paths: Sequence[Path]) -> QItemSelection:
        """The layers as few ranges of neighbours: painting asks every range about every row."""
        selection = QItemSelection()
        ordered = sorted(set(paths))
        start = 0
        for number, path in enumerate(ordered, 1):
            if number == len(ordered) or ordered[number] != tree.next_to(path):
                first, last = self._model.index_of(ordered[start]), self._model.index_of(path)
                if first.isValid() and last.isValid():
                    selection.select(first, last.siblingAtColumn(len(LayerColumn) - 1))
                start = number
        return selection

    def drag_layers(self, layers: Sequence[LayerSpec]) -> None:
        """Begin to drag layers that are not in the tree yet."""
        self._drag(pack(layers), [layer.kind for layer in layers], Qt.DropAction.CopyAction)

    def startDrag(self, supportedActions: Qt.DropAction) -> None:
        """Drag the selected layers as a small label, so that one sees where they would go."""
        del supportedActions
        paths = tree.without_nested(self.selected_paths)
        if paths:
            indexes = [self._model.index_of(path) for path in paths]
            self._drag(
                self._model.mimeData(indexes), [index.data() for index in indexes], Qt.DropAction.MoveAction
            )

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Show where it would go."""
        super().dragEnterEvent(event)
        self._consider(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Show where it would go; Qt scrolls near the edges."""
        super().dragMoveEvent(event)
        self._consider(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Show nothing any more."""
        super().dragLeaveEvent(event)
        self._show_place(None)

    def dropEvent(self, event: QDropEvent) -> None:
        """Do it."""
        place = drop_place(self, event.position().toPoint())
        action = self._action(event)
        self.dragLeaveEvent(QDragLeaveEvent())
        if self._model.dropMimeData(event.mimeData(), action, place.row, 0, place.parent):
            event.setDropAction(action)
            event.accept()
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, or what to do where there are none, and where a drop would go."""
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        if not self._model.rowCount():
            painter.setPen(self.palette().placeholderText().color())
            room = self.viewport().rect().adjusted(16, 8, -16, -8)
            flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            painter.drawText(
                room, flags, self.tr("No layers yet. Add one with +, or drop or paste some here.")
            )
        if self._place is not None:
            paint_place(painter, self._place, appearance().theme.accent)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the column for multiply-adds where there is room."""
        super().resizeEvent(event)
        self.setColumnHidden(LayerColumn.MULTIPLY_ADDS, self.width() < _ROOM_FOR_WORK)

    def _fit_columns(self) -> None:
        """As wide as what is in them anywhere, so that they do not move while one scrolls.

        Qt would ask for the size of every visible cell after each change of a row.
        """
        nodes = self._model.inspection.nodes if self._model.inspection else ()
        texts = {
            LayerColumn.OUTPUT: {shape_text(shape) for shape in {node.output_shape for node in nodes}},
            LayerColumn.PARAMETERS: {count_text(count) for count in {node.parameters for node in nodes}},
            LayerColumn.MULTIPLY_ADDS: {count_text(c) for c in {node.multiply_adds for node in nodes}},
        }
        own, header = self.fontMetrics(), self.header().fontMetrics()
        for column, found in texts.items():
            title = str(self._model.headerData(column, Qt.Orientation.Horizontal))
            widest = max((own.horizontalAdvance(text) for text in found), default=0)
            self.setColumnWidth(column, max(widest, header.horizontalAdvance(title)) + _CELL_MARGINS)

    def _drag(self, data: QMimeData, names: Sequence[str], action: Qt.DropAction) -> None:
        drag = QDrag(self)
        drag.setMimeData(data)
        text = names[0] if len(names) == 1 else self.tr("{0} layers").format(len(names))
        drag.setPixmap(self._label(text))
        drag.setHotSpot(QPoint(-12, -4))
        drag.exec(Qt.DropAction.MoveAction | Qt.DropAction.CopyAction, action)
        self._show_place(None)

    def _label(self, text: str) -> QPixmap:
        theme, metrics = appearance().theme, QFontMetrics(self.font())
        size = QSize(min(220, metrics.horizontalAdvance(text) + 2) + 16, 24)
        ratio = self.devicePixelRatioF()
        label = QPixmap(size * ratio)
        label.setDevicePixelRatio(ratio)
        label.fill(Qt.GlobalColor.transparent)
        painter = QPainter(label)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.font())
        painter.setPen(theme.accent)
        painter.setBrush(self.palette().color(self.backgroundRole()))
        painter.drawRoundedRect(0, 0, size.width() - 1, size.height() - 1, 4, 4)
        painter.setPen(theme.text)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, size.width() - 16)
        painter.drawText(8, 0, size.width() - 16, size.height(), Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()
        return label

    def _consider(self, event: QDropEvent) -> None:
        place = drop_place(self, event.position().toPoint())
        action = self._action(event)
        if self._model.canDropMimeData(event.mimeData(), action, place.row, 0, place.parent):
            self._show_place(place)
            event.setDropAction(action)
            event.accept()
        else:
            self._show_place(None)
            event.ignore()

    def _action(self, event: QDropEvent) -> Qt.DropAction:
        """Layers of this tree are moved, with Ctrl copied; others are always copied."""
        copies = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        moves = not copies and not self._model.is_foreign(event.mimeData())
        return Qt.DropAction.MoveAction if moves else Qt.DropAction.CopyAction

    def _show_place(self, place: DropPlace | None) -> None:
        before, self._place = self._place, place
        if before != place:
            self.viewport().update()
            folded = place is not None and place.into and not self.isExpanded(place.parent)
            self._open_soon.stop()
            if folded:
                self._open_soon.start()

    def _open_pointed_at(self) -> None:
        if self._place is not None:
            self.expand(self._place.parent)

    def _unfold_above(self, index: QModelIndex) -> None:
        above = index.parent()
        while above.isValid():
            if not self.isExpanded(above):
                self.expand(above)
            above = above.parent()

    def _on_inserted(self, parent: QModelIndex, first: int, last: int) -> None:
        """New blocks show what is inside them, and a block what came into it."""
        if parent.isValid() and last - first + 1 == self._model.rowCount(parent):
            self.expand(parent)
        for row in range(first, last + 1):
            index = self._model.index(row, 0, parent)
            if self._model.rowCount(index):
                self.expandRecursively(index)
