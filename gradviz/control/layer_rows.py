"""The rows of the layer tree: indexes, and how they follow an edit with the fewest changes.

An edit keeps the indexes of all layers that it does not concern, so that selection and expansion stay and a
thousand rows cost no more than the ones that changed.
"""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gradviz.control.layer_node import LayerNode, differences, moved
from gradviz.spec.experiment import LayerSpec, Path

Index = QModelIndex | QPersistentModelIndex


class LayerColumn(IntEnum):
    """The columns."""

    LAYER = 0
    OUTPUT = 1
    PARAMETERS = 2
    MULTIPLY_ADDS = 3


class LayerRole(IntEnum):
    """What an index tells beside its text."""

    PATH = Qt.ItemDataRole.UserRole + 1
    """Its spec.experiment.Path."""
    SPEC = Qt.ItemDataRole.UserRole + 2
    """Its LayerSpec."""
    PROBLEM = Qt.ItemDataRole.UserRole + 3
    """The sentence what is wrong here, or an empty one."""
    NODE = Qt.ItemDataRole.UserRole + 4
    """Its NodeInfo of the newest inspection, or None."""
    REPAIR = Qt.ItemDataRole.UserRole + 5
    """The Repair that is proposed for its problem, or None."""


_NOWHERE = QModelIndex()
_COLUMNS = len(LayerColumn)


class LayerRows(QAbstractItemModel):
    """Layers with blocks' bodies below them; what they show is for the class that follows."""

    def __init__(self, layers: tuple[LayerSpec, ...], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._root = LayerNode(None, None)
        self._nodes: dict[int, LayerNode] = {}
        self._fill(self._root, layers)

    def path_of(self, index: Index) -> Path:
        """The layer's place in the tree; () for an invalid index."""
        return self._node(index).path

    def index_of(self, path: Path, column: int = LayerColumn.LAYER) -> QModelIndex:
        """The index of that place; an invalid one if there is none."""
        node = self._at(path)
        return QModelIndex() if node is None else self._index(node, column)

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        """The index of a child."""
        children = (
            self._nodes.get(parent.internalId(), self._root) if parent.isValid() else self._root
        ).children
        if not (0 <= row < len(children) and 0 <= column < _COLUMNS):
            return _NOWHERE
        return self.createIndex(row, column, children[row].number)

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        """The index of the block that a layer is in."""
        node = self._nodes.get(index.internalId())  # an invalid index has the number 0, which no node has
        above = None if node is None else node.parent
        if above is None or above.parent is None:
            return _NOWHERE
        return self.createIndex(above.row, 0, above.number)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many layers a block holds."""
        if not parent.isValid():
            return len(self._root.children)
        node = self._nodes.get(parent.internalId())
        return len(node.children) if node is not None and parent.column() == 0 else 0

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: ARG002, B008
        """Always the same columns."""
        return _COLUMNS

    def _restart(self, layers: tuple[LayerSpec, ...]) -> None:
        """Other layers altogether; to be called inside a reset."""
        self._root = LayerNode(None, None)
        self._nodes = {}
        self._fill(self._root, layers)

    def _synchronise(self, parent: LayerNode, new: tuple[LayerSpec, ...]) -> None:
        """Make the children of `parent` those in `new` with the fewest changes to the rows."""
        old = tuple(child.layer for child in parent.children if child.layer is not None)
        index = self._index(parent)
        if (move := moved(old, new)) is not None:
            source, target = move
            self.beginMoveRows(index, source, source, index, target + (target > source))
            parent.children.insert(target, parent.children.pop(source))
            parent.renumber(min(source, target))
            self.endMoveRows()
            return
        for _, old_start, old_end, new_start, new_end in differences(old, new):
            same = min(old_end - old_start, new_end - new_start)
            if old_start + same < old_end:
                self.beginRemoveRows(index, old_start + same, old_end - 1)
                for child in parent.children[old_start + same : old_end]:
                    self._forget(child)
                del parent.children[old_start + same : old_end]
                parent.renumber(old_start + same)
                self.endRemoveRows()
            if new_start + same < new_end:
                count = new_end - new_start - same
                self.beginInsertRows(index, old_start + same, old_start + same + count - 1)
                self._fill(parent, new[new_start + same : new_end], old_start + same)
                self.endInsertRows()
            for offset in range(same):
                self._update(parent.children[old_start + offset], new[new_start + offset])

    def _update(self, node: LayerNode, layer: LayerSpec) -> None:
        node.layer = layer
        self._tell(node)
        self._synchronise(node, layer.body)

    def _tell(self, first: LayerNode, last: LayerNode | None = None) -> None:
        self.dataChanged.emit(self._index(first), self._index(last or first, _COLUMNS - 1))

    def _fill(self, parent: LayerNode, layers: tuple[LayerSpec, ...], start: int = 0) -> None:
        fresh = [LayerNode(layer, parent) for layer in layers]
        parent.children[start:start] = fresh
        parent.renumber(start)
        for node, layer in zip(fresh, layers, strict=True):
            self._nodes[node.number] = node
            self._fill(node, layer.body)

    def _forget(self, node: LayerNode) -> None:
        del self._nodes[node.number]
        for child in node.children:
            self._forget(child)

    def _node(self, index: Index) -> LayerNode:
        return self._nodes.get(index.internalId(), self._root) if index.isValid() else self._root

    def _index(self, node: LayerNode, column: int = LayerColumn.LAYER) -> QModelIndex:
        return QModelIndex() if node.parent is None else self.createIndex(node.row, column, node.number)

    def _at(self, path: Path) -> LayerNode | None:
        node = self._root
        for row in path:
            if not 0 <= row < len(node.children):
                return None
            node = node.children[row]
        return node if path else None
