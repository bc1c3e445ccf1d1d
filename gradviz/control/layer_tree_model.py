"""The network's layer tree for a view: what each layer is, what comes out of it, how large it is.

It shows the document's experiment at once and the engine's inspection of it as soon as that has come.
"""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, Qt

from gradviz.control.engine_state import InspectionReply
from gradviz.control.session_document import SessionDocument
from gradviz.records.layer import Inspection
from gradviz.spec.experiment import Path

LAYER_MIME = "application/x-gradviz-layers"


class LayerColumn(IntEnum):
    """The columns."""

    LAYER = 0
    OUTPUT = 1
    PARAMETERS = 2


class LayerRole(IntEnum):
    """What an index tells beside its text."""

    PATH = Qt.ItemDataRole.UserRole + 1  # spec.experiment.Path
    SPEC = Qt.ItemDataRole.UserRole + 2  # LayerSpec
    PROBLEM = Qt.ItemDataRole.UserRole + 3  # the sentence what is wrong here, or ""
    NODE = Qt.ItemDataRole.UserRole + 4  # NodeInfo | None


class LayerTreeModel(QAbstractItemModel):
    """Layers with blocks' bodies below them; edits go through the document and can be undone.

    An edit keeps the indexes of all layers that it does not concern, so selection and expansion stay.
    Dragging inside the tree moves layers.
    """

    def __init__(self, document: SessionDocument, parent: QObject | None = None) -> None: ...

    @property
    def inspection(self) -> Inspection | None:
        """The newest inspection, which may be of an earlier edit."""
        raise NotImplementedError

    def set_inspection(self, reply: InspectionReply) -> None:
        """Show an answer of the engine."""

    def path_of(self, index: QModelIndex) -> Path:
        """The layer's place in the tree; () for an invalid index."""
        raise NotImplementedError

    def index_of(self, path: Path, column: int = 0) -> QModelIndex:
        """The index of that place; an invalid one if there is none."""
        raise NotImplementedError
