"""The network's layer tree for a view: what each layer is, what comes out of it, how large it is.

It shows the document's experiment at once and the engine's inspection of it as soon as that has come.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from PySide6.QtCore import (
    QCoreApplication,
    QMimeData,
    QModelIndex,
    QObject,
    Qt,
    Signal,
    Slot,
)

from gradviz.control.engine_state import InspectionReply
from gradviz.control.experiment_edits import ExperimentEdits
from gradviz.control.layer_findings import layer_path, path_in, sentence
from gradviz.control.layer_mime import LAYER_MIME, LayerOrigin, may_hold_layers, origin_of, pack, unpack
from gradviz.control.layer_node import LayerNode
from gradviz.control.layer_rows import Index, LayerColumn, LayerRole, LayerRows
from gradviz.control.layer_text import count_text, layer_text, node_text, shape_text
from gradviz.records.layer import Inspection, NodeInfo
from gradviz.spec import tree
from gradviz.spec.catalogue import Catalogue, Entry
from gradviz.spec.experiment import ExperimentSpec, LayerSpec, Path
from gradviz.spec.mending import mending
from gradviz.spec.problem import SpecError
from gradviz.spec.repair import Repair

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


_LEAF = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
_GROUND = Qt.ItemFlag.ItemIsDropEnabled
_BLOCK = _LEAF | Qt.ItemFlag.ItemIsDropEnabled


class LayerTreeModel(LayerRows):
    """Layers with blocks' bodies below them; edits go through the document and can be undone.

    An edit keeps the indexes of all layers that it does not concern, so selection and expansion stay.
    Layers that are dropped are moved inside one tree, or copied if so wished; from elsewhere they are added.
    """

    annotated = Signal()
    """What is known of the layers (inspection, problems) has changed."""
    dropped = Signal(object)
    """tuple[Path, ...]: where layers that were dropped stand now."""
    refused = Signal(object)
    """A sentence (str): why what was dropped was not taken."""

    def __init__(self, document: ExperimentEdits, parent: QObject | None = None) -> None:
        super().__init__(document.experiment.model.layers, parent)
        self._document = document
        self._inspection: Inspection | None = None
        self._found: dict[Path, tuple[str, Repair | None]] = {}
        self._problems: dict[Path, tuple[str, Repair | None]] = {}
        self._id = uuid4().hex
        self._entries = _entries(document.catalogue)
        self._is_following = False
        document.experiment_replaced.connect(self._on_experiment_replaced)
        document.experiment_changed.connect(self._on_experiment_changed)
        document.catalogue_changed.connect(self._on_catalogue_changed)
        document.problems_changed.connect(self._on_problems_changed)

    @property
    def inspection(self) -> Inspection | None:
        """The newest inspection, which may be of an earlier edit."""
        return self._inspection

    @property
    def is_following(self) -> bool:
        """Whether rows are being changed now: some are not where the document has their layers."""
        return self._is_following

    @property
    def problems(self) -> Mapping[Path, tuple[str, Repair | None]]:
        """What is wrong where, and what can be done about it, first layer first; () is the whole model."""
        return self._problems

    @Slot(object)
    def set_inspection(self, reply: InspectionReply) -> None:
        """Show an answer of the engine."""
        if reply.inspection is not None:
            self._inspection = reply.inspection
            self._found = {
                problem.path: (problem.message, problem.repair) for problem in reply.inspection.problems
            }
        else:
            elsewhere = bool(reply.where) and not reply.where.startswith("model")
            self._found = {} if elsewhere else {path_in(reply.where): (reply.error, None)}
        self._annotate()

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The columns' names, aligned as what stands below them."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return LEFT if section == LayerColumn.LAYER else RIGHT
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.ToolTipRole:
            return self._header_tip(section)
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        names = (self.tr("Layer"), self.tr("Output"), self.tr("Params"), self.tr("MACs"))
        return names[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, tooltip, alignment and the `LayerRole`s; made when asked, which is ten times a cell."""
        tell = _TOLD.get(role)
        if tell is None:
            return None
        node = self._nodes.get(index.internalId())
        return None if node is None or node.layer is None else tell(self, node, index.column())

    def flags(self, index: Index) -> Qt.ItemFlag:
        """All layers can be dragged; blocks, and the ground below the tree, take what is dropped."""
        node = self._nodes.get(index.internalId())
        if node is None or node.layer is None:
            return _GROUND
        entry = self._entries.get(node.layer.kind)
        return _BLOCK if (bool(node.layer.body) if entry is None else entry.body) else _LEAF

    def supportedDropActions(self) -> Qt.DropAction:
        """Dragging moves, or copies."""
        return Qt.DropAction.MoveAction | Qt.DropAction.CopyAction

    def mimeTypes(self) -> list[str]:
        """Layers, also as a text."""
        return [LAYER_MIME, "text/plain"]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The layers as a text, with their places; those inside another one go with it."""
        paths = tree.without_nested(self.path_of(index) for index in indexes if index.isValid())
        layers = [tree.at(self._document.experiment.model.layers, path) for path in paths]
        return pack(layers, LayerOrigin(tree=self._id, paths=tuple(paths)))

    def is_foreign(self, data: QMimeData) -> bool:
        """Whether it does not come from this tree."""
        return origin_of(data).tree != self._id

    def canDropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        """Whether the layers may go there: into a block or the model, and a block not into itself."""
        del column
        above = self._node(parent)
        if not may_hold_layers(data) or (above.layer is not None and not self._is_block(above.layer)):
            return False
        origin = origin_of(data)
        if origin.tree != self._id or action == Qt.DropAction.CopyAction:
            return True
        target = self._target(row, parent)
        return not any(target[: len(path)] == path and len(target) > len(path) for path in origin.paths)

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        """Move, copy or add the layers before that row, or at the block's end."""
        if not self.canDropMimeData(data, action, row, column, parent):
            return False
        target, origin = self._target(row, parent), origin_of(data)
        if origin.tree == self._id and action == Qt.DropAction.MoveAction:
            paths = self._document.move_layers(origin.paths, target)
        elif origin.tree == self._id:
            paths = self._document.copy_layers(origin.paths, target)
        else:
            try:
                layers = unpack(data, self._document.catalogue)
            except SpecError as error:
                self.refused.emit(self.tr("That cannot be dropped here: {0}").format(error))
                return False
            paths = self._document.insert_layers(target, layers, added_text(layers))
        self.dropped.emit(paths)
        return True

    # following the document

    @Slot(object)
    def _on_experiment_changed(self, experiment: ExperimentSpec) -> None:
        self._is_following = True
        self._synchronise(self._root, experiment.model.layers)
        self._is_following = False

    @Slot(object)
    def _on_experiment_replaced(self, experiment: ExperimentSpec) -> None:
        self._is_following = True
        self.beginResetModel()
        self._inspection = None
        self._found = {}
        self._problems = {}
        self._restart(experiment.model.layers)
        self.endResetModel()
        self._is_following = False
        self.annotated.emit()

    @Slot(object)
    def _on_catalogue_changed(self, _catalogue: object) -> None:
        self._entries = _entries(self._document.catalogue)
        for node in self._nodes.values():
            self._tell(node)

    @Slot(object)
    def _on_problems_changed(self, _problems: object) -> None:
        self._annotate()

    def _annotate(self) -> None:
        """Bring the inspection and the checks to their rows, and tell of those that changed."""
        found = dict(self._found)
        experiment, catalogue = self._document.experiment, self._document.catalogue
        for problem in self._document.problems:
            repair = mending(problem, experiment.model, catalogue) if catalogue else None
            found[layer_path(problem.keys)] = (sentence(problem), repair)
        self._problems = dict(sorted(found.items()))
        infos = {info.path: info for info in self._inspection.nodes} if self._inspection else {}
        self._annotate_below(self._root, (), infos)
        self.annotated.emit()

    def _annotate_below(self, parent: LayerNode, above: Path, infos: Mapping[Path, NodeInfo]) -> None:
        """Neighbours that changed are told of together."""
        first: LayerNode | None = None
        last: LayerNode | None = None
        for row, node in enumerate(parent.children):
            path = (*above, row)
            info, (problem, repair) = infos.get(path), self._problems.get(path, ("", None))
            same = _looks_like(info, node.info) and (problem, repair) == (node.problem, node.repair)
            node.info, node.problem, node.repair = info, problem, repair
            if not same:
                first, last = first or node, node
            elif first is not None:
                self._tell(first, last)
                first = None
            if node.children:
                self._annotate_below(node, path, infos)
        if first is not None:
            self._tell(first, last)

    def _target(self, row: int, parent: Index) -> Path:
        above = self._node(parent)
        return (*above.path, row if row >= 0 else len(above.children))

    def _text(self, node: LayerNode, column: int) -> str:
        if column == LayerColumn.LAYER:
            return "" if node.layer is None else layer_text(node.layer, self._entry(node.layer))
        if node.info is None:
            return ""
        if column == LayerColumn.OUTPUT:
            return shape_text(node.info.output_shape)
        counted = column == LayerColumn.PARAMETERS
        return count_text(node.info.parameters if counted else node.info.multiply_adds)

    def _tip(self, node: LayerNode, _column: int) -> str:
        layer = node.layer
        return (
            ""
            if layer is None
            else node_text(layer, self._entry(layer), node.info, node.problem, node.repair)
        )

    def _header_tip(self, section: int) -> str:
        return (
            self.tr("The layers in the order they run, blocks with what is inside them"),
            self.tr("The shape of one sample after the layer"),
            self.tr("Trainable parameters"),
            self.tr("Multiply-adds (MACs) of one sample’s forward pass"),
        )[section]

    def _entry(self, layer: LayerSpec) -> Entry | None:
        return self._entries.get(layer.kind)

    def _is_block(self, layer: LayerSpec) -> bool:
        entry = self._entry(layer)
        return bool(layer.body) if entry is None else entry.body


_TOLD: dict[int, Callable[[LayerTreeModel, LayerNode, int], Any]] = {
    Qt.ItemDataRole.DisplayRole: LayerTreeModel._text,  # noqa: SLF001 - the table is part of the class
    Qt.ItemDataRole.ToolTipRole: LayerTreeModel._tip,  # noqa: SLF001
    Qt.ItemDataRole.TextAlignmentRole: lambda _model, _node, column: RIGHT if column else LEFT,
    LayerRole.PATH: lambda _model, node, _column: node.path,
    LayerRole.SPEC: lambda _model, node, _column: node.layer,
    LayerRole.PROBLEM: lambda _model, node, _column: node.problem,
    LayerRole.NODE: lambda _model, node, _column: node.info,
    LayerRole.REPAIR: lambda _model, node, _column: node.repair,
}


def _looks_like(one: NodeInfo | None, other: NodeInfo | None) -> bool:
    """Whether a row shows the same; an edit above it has given it another path, which nobody sees."""
    if one is None or other is None:
        return one is other
    return (one.output_shape, one.parameters, one.multiply_adds) == (
        other.output_shape,
        other.parameters,
        other.multiply_adds,
    )


def _entries(catalogue: Catalogue | None) -> dict[str, Entry]:
    return {} if catalogue is None else {entry.name: entry for entry in catalogue.layers}


def added_text(layers: Sequence[LayerSpec]) -> str:
    """What adding these layers is called in the menu."""
    translate = QCoreApplication.translate
    if len(layers) == 1:
        return translate("LayerTreeModel", "Add {0}").format(layers[0].kind)
    return translate("LayerTreeModel", "Add {0} layers").format(len(layers))
