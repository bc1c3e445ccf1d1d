"""The network's layer tree for a view: what each layer is, what comes out of it, how large it is.

It shows the document's experiment at once and the engine's inspection of it as soon as that has come.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QByteArray,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Slot,
)

from gradviz.control.engine_state import InspectionReply
from gradviz.control.experiment_edits import ExperimentEdits
from gradviz.control.layer_node import LayerNode, differences, moved
from gradviz.control.layer_text import count_text, layer_text, shape_text
from gradviz.records.layer import Inspection
from gradviz.spec.catalogue import Entry, find
from gradviz.spec.experiment import ExperimentSpec, LayerSpec, Path
from gradviz.spec.problem import Keys

LAYER_MIME = "application/x-gradviz-layers"

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

Index = QModelIndex | QPersistentModelIndex


class LayerColumn(IntEnum):
    """The columns."""

    LAYER = 0
    OUTPUT = 1
    PARAMETERS = 2


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


class LayerTreeModel(QAbstractItemModel):
    """Layers with blocks' bodies below them; edits go through the document and can be undone.

    An edit keeps the indexes of all layers that it does not concern, so selection and expansion stay.
    Dragging inside the tree moves layers.
    """

    def __init__(self, document: ExperimentEdits, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._inspection: Inspection | None = None
        self._found: dict[Path, str] = {}
        self._root = LayerNode(None, None)
        self._nodes: dict[int, LayerNode] = {}
        self._fill(self._root, document.experiment.model.layers)
        document.experiment_replaced.connect(self._on_experiment_replaced)
        document.experiment_changed.connect(self._on_experiment_changed)
        document.catalogue_changed.connect(self._on_catalogue_changed)
        document.problems_changed.connect(self._on_problems_changed)

    @property
    def inspection(self) -> Inspection | None:
        """The newest inspection, which may be of an earlier edit."""
        return self._inspection

    @Slot(object)
    def set_inspection(self, reply: InspectionReply) -> None:
        """Show an answer of the engine."""
        if reply.inspection is not None:
            self._inspection = reply.inspection
            self._found = {problem.path: problem.message for problem in reply.inspection.problems}
        else:
            self._found = {_path_in(reply.where): reply.error}
        self._annotate()

    def path_of(self, index: Index) -> Path:
        """The layer's place in the tree; () for an invalid index."""
        return self._node(index).path

    def index_of(self, path: Path, column: int = LayerColumn.LAYER) -> QModelIndex:
        """The index of that place; an invalid one if there is none."""
        node = self._at(path)
        return QModelIndex() if node is None else self._index(node, column)

    # QAbstractItemModel

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        """The index of a child."""
        children = self._node(parent).children
        if not (0 <= row < len(children) and 0 <= column < len(LayerColumn)) or parent.column() > 0:
            return QModelIndex()
        return self.createIndex(row, column, children[row].number)

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        """The index of the block that a layer is in."""
        above = self._node(index).parent
        return QModelIndex() if above is None else self._index(above)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many layers a block holds."""
        return 0 if parent.column() > 0 else len(self._node(parent).children)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: ARG002, B008
        """Always the same columns."""
        return len(LayerColumn)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The columns' names, aligned as what stands below them."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return LEFT if section == LayerColumn.LAYER else RIGHT
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return (self.tr("Layer"), self.tr("Output"), self.tr("Parameters"))[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, tooltip, alignment and the `LayerRole`s."""
        node = self._node(index)
        if node.layer is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(node, node.layer, index.column())
            case Qt.ItemDataRole.ToolTipRole:
                return node.problem or self._doc(node.layer)
            case Qt.ItemDataRole.TextAlignmentRole:
                return LEFT if index.column() == LayerColumn.LAYER else RIGHT
        told = {
            LayerRole.PATH: node.path,
            LayerRole.SPEC: node.layer,
            LayerRole.PROBLEM: node.problem,
            LayerRole.NODE: node.info,
        }
        return told.get(role)  # type: ignore[call-overload]

    def flags(self, index: Index) -> Qt.ItemFlag:
        """All layers can be dragged; blocks, and the ground below the tree, take what is dropped."""
        node = self._node(index)
        if node.layer is None:
            return Qt.ItemFlag.ItemIsDropEnabled
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
        return flags | Qt.ItemFlag.ItemIsDropEnabled if self._is_block(node.layer) else flags

    def supportedDropActions(self) -> Qt.DropAction:
        """Dragging moves."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """Only layers of this tree."""
        return [LAYER_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The dragged layers' places."""
        paths = sorted({self.path_of(index) for index in indexes if index.isValid()})
        data = QMimeData()
        data.setData(LAYER_MIME, QByteArray(json.dumps(paths).encode()))
        return data

    def canDropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        """Whether the layers may go there: a block not into itself."""
        if not super().canDropMimeData(data, action, row, column, parent):
            return False
        target = self._target(row, parent)
        return not any(target[: len(path)] == path and len(target) > len(path) for path in _paths(data))

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        """Move the layers before that row, or to the block's end."""
        if not self.canDropMimeData(data, action, row, column, parent):
            return False
        self._document.move_layers(tuple(_paths(data)), self._target(row, parent))
        return True

    # following the document

    @Slot(object)
    def _on_experiment_changed(self, experiment: ExperimentSpec) -> None:
        self._synchronise(self._root, experiment.model.layers)

    @Slot(object)
    def _on_experiment_replaced(self, experiment: ExperimentSpec) -> None:
        self.beginResetModel()
        self._inspection = None
        self._found = {}
        self._root = LayerNode(None, None)
        self._nodes = {}
        self._fill(self._root, experiment.model.layers)
        self.endResetModel()

    @Slot(object)
    def _on_catalogue_changed(self, _catalogue: object) -> None:
        for node in self._nodes.values():
            self._tell(node)

    @Slot(object)
    def _on_problems_changed(self, _problems: object) -> None:
        self._annotate()

    def _synchronise(self, parent: LayerNode, new: tuple[LayerSpec, ...]) -> None:
        """Make the children of `parent` those in `new` with the fewest changes to the rows."""
        old = tuple(child.layer for child in parent.children if child.layer is not None)
        index = self._index(parent)
        if (move := moved(old, new)) is not None:
            source, target = move
            self.beginMoveRows(index, source, source, index, target + (target > source))
            parent.children.insert(target, parent.children.pop(source))
            self.endMoveRows()
            return
        for _, old_start, old_end, new_start, new_end in differences(old, new):
            same = min(old_end - old_start, new_end - new_start)
            if old_start + same < old_end:
                self.beginRemoveRows(index, old_start + same, old_end - 1)
                for child in parent.children[old_start + same : old_end]:
                    self._forget(child)
                del parent.children[old_start + same : old_end]
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

    def _annotate(self) -> None:
        """Bring the inspection and the checks to their rows, and tell of those that changed."""
        found = dict(self._found)
        found.update({_layer_path(p.keys): p.message for p in self._document.problems})
        infos = {info.path: info for info in self._inspection.nodes} if self._inspection else {}
        for node in list(self._nodes.values()):
            path = node.path
            info, problem = infos.get(path), found.get(path, "")
            if (info, problem) != (node.info, node.problem):
                node.info, node.problem = info, problem
                self._tell(node)

    def _tell(self, node: LayerNode) -> None:
        self.dataChanged.emit(self._index(node), self._index(node, len(LayerColumn) - 1))

    # rows

    def _fill(self, parent: LayerNode, layers: tuple[LayerSpec, ...], start: int = 0) -> None:
        for offset, layer in enumerate(layers):
            node = LayerNode(layer, parent)
            self._nodes[node.number] = node
            parent.children.insert(start + offset, node)
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

    def _target(self, row: int, parent: Index) -> Path:
        above = self._node(parent)
        return (*above.path, row if row >= 0 else len(above.children))

    def _text(self, node: LayerNode, layer: LayerSpec, column: int) -> str:
        if column == LayerColumn.LAYER:
            return layer_text(layer, self._entry(layer))
        if node.info is None:
            return ""
        if column == LayerColumn.OUTPUT:
            return shape_text(node.info.output_shape)
        return count_text(node.info.parameters)

    def _doc(self, layer: LayerSpec) -> str:
        entry = self._entry(layer)
        return "" if entry is None else entry.doc

    def _entry(self, layer: LayerSpec) -> Entry | None:
        catalogue = self._document.catalogue
        return None if catalogue is None else find(catalogue.layers, layer.kind)

    def _is_block(self, layer: LayerSpec) -> bool:
        entry = self._entry(layer)
        return bool(layer.body) if entry is None else entry.body


def _paths(data: QMimeData) -> list[Path]:
    return [tuple(path) for path in json.loads(bytes(data.data(LAYER_MIME).data()) or b"[]")]


def _layer_path(keys: Keys) -> Path:
    """The layer in ("model", "layers", 1, "body", 0, "times"), () if it is about something else."""
    path: list[int] = []
    for name, index in zip(keys[1::2], keys[2::2], strict=False):
        if name not in ("layers", "body") or not isinstance(index, int):
            break
        path.append(index)
    return tuple(path) if keys[:1] == ("model",) else ()


def _path_in(where: str) -> Path:
    """The layer in “model.layers[1].body[0].times”, () if it is about something else."""
    numbers = re.match(r"model\.layers(\[\d+\])(?:\.body(\[\d+\]))*", where)
    return tuple(int(number) for number in re.findall(r"\d+", numbers.group())) if numbers else ()
