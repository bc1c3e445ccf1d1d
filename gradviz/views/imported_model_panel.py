"""In the place of the layer tree: an imported model, where it comes from, and the layers that ran in it."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gradviz.control.engine_state import InspectionReply
from gradviz.control.layer_text import count_text, shape_text
from gradviz.records.layer import Inspection, LayerInfo
from gradviz.spec.arguments import write_arguments
from gradviz.spec.experiment import ExperimentSpec, Path
from gradviz.spec.source import split_source
from gradviz.views.elided_label import ElidedLabel
from gradviz.views.message_strip import MessageStrip, Tone

_PATH_ROLE = Qt.ItemDataRole.UserRole


class ImportedModelPanel(QWidget):
    """Shows the layers; the model itself is changed in its file or by its arguments."""

    layer_selected = Signal(object)
    """The path of the layer that the user selected."""
    layers_selected = Signal(object)
    """The paths (tuple) of several that the user selected, the current one first."""
    change_wanted = Signal()
    """Another class or other arguments are wanted."""
    reload_wanted = Signal()
    """The file is to be read again."""
    layers_wanted = Signal()
    """A layer tree is wanted in place of the imported model."""
    allow_wanted = Signal()
    """The file's code shall be allowed to run."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel(self)
        self.title.setProperty("role", "heading")
        self.place = ElidedLabel(self)
        self.place.setProperty("role", "secondary")
        self.arguments = QLabel(self)
        self.arguments.setProperty("role", "secondary")
        self.arguments.setWordWrap(True)
        self.strip = MessageStrip(self, closable=False, narrow=True)
        self.list = QTreeWidget(self)
        self.list.setHeaderLabels([self.tr("Layer"), self.tr("Output"), self.tr("Params")])
        self.list.setProperty("role", "layers")
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setAccessibleName(self.tr("Layers of the imported model"))
        header = self.list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        self.change = self._button(self.tr("Change…"), self.tr("Choose another class, or its arguments"))
        self.reload = self._button(
            self.tr("Reload"), self.tr("Read the file again after you have changed it")
        )
        self.layers = self._button(self.tr("Use layers"), self.tr("Build a model of layers instead"))
        self.change.clicked.connect(self.change_wanted)
        self.reload.clicked.connect(self.reload_wanted)
        self.layers.clicked.connect(self.layers_wanted)
        self.list.itemSelectionChanged.connect(self._on_selected)
        self._lay_out()

    def show_experiment(self, experiment: ExperimentSpec, *, allowed: bool) -> None:
        """Show where the model comes from; its layers follow when the engine has run it."""
        path, name = split_source(experiment.model.source)
        self.title.setText(name)
        self.place.setText(str(path))
        self.place.setToolTip(str(path))
        text = write_arguments(experiment.model.arguments).strip().replace("\n", ", ")
        self.arguments.setText(text)
        self.arguments.setVisible(bool(text))
        if not allowed:
            self.list.clear()
            said = self.tr("{0} is Python code that has not been allowed to run.").format(path.name)
            self.strip.say(Tone.WARNING, said, self.tr("Allow it to run…"), self.allow_wanted.emit)

    def show_inspection(self, reply: InspectionReply, *, allowed: bool) -> None:
        """Show the layers, or what keeps the model from running."""
        inspection = reply.inspection
        problems = inspection.problems if inspection is not None else ()
        trouble = reply.error or "\n".join(problem.message for problem in problems)
        if trouble and allowed:
            self.strip.say(Tone.ERROR, trouble)
        elif allowed:
            self.strip.hide()
        if inspection is not None and not problems:
            self._fill(inspection)
        elif trouble:
            self.list.clear()

    def select(self, path: Path) -> None:
        """Select the layer at `path`, wherever it was clicked."""
        self.select_several((path,))

    def select_several(self, paths: tuple[Path, ...]) -> None:
        """Select layers, the first as the current one."""
        items = [item for path in paths if path and (item := self.list.topLevelItem(path[0])) is not None]
        if not items:
            return
        self.list.blockSignals(True)  # noqa: FBT003
        self.list.setCurrentItem(items[0], 0, QItemSelectionModel.SelectionFlag.NoUpdate)
        self.list.clearSelection()
        for item in items:
            item.setSelected(True)
        self.list.blockSignals(False)  # noqa: FBT003
        self.list.scrollToItem(items[0])

    def _fill(self, inspection: Inspection) -> None:
        chosen = self.list.currentIndex().row()
        self.list.blockSignals(True)  # noqa: FBT003
        self.list.clear()
        self.list.addTopLevelItems([_row(layer) for layer in inspection.layers])
        self.select((chosen,))
        self.list.blockSignals(False)  # noqa: FBT003

    def _on_selected(self) -> None:
        item = self.list.currentItem()
        paths = [other.data(0, _PATH_ROLE) for other in self.list.selectedItems()]
        if item is not None and item.isSelected() and len(paths) < 2:
            self.layer_selected.emit(item.data(0, _PATH_ROLE))
        elif paths:
            first = item.data(0, _PATH_ROLE) if item is not None and item.isSelected() else paths[0]
            self.layers_selected.emit((first, *(path for path in paths if path != first)))

    def _button(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setToolTip(tip)
        return button

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        said, buttons = QVBoxLayout(), QHBoxLayout()
        layout.addLayout(said)
        layout.addLayout(buttons)
        said.setContentsMargins(16, 0, 12, 0)
        said.setSpacing(2)
        for label in (self.title, self.place, self.arguments):
            said.addWidget(label)
        buttons.setContentsMargins(16, 4, 12, 4)
        buttons.setSpacing(8)
        for button in (self.change, self.reload, self.layers):
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout.addWidget(self.strip)
        layout.addWidget(self.list, 1)


def _row(layer: LayerInfo) -> QTreeWidgetItem:
    parameters = count_text(layer.parameters) if layer.parameters else ""
    shape = shape_text(layer.output_shape) if layer.output_shape else ""
    item = QTreeWidgetItem([layer.name, shape, parameters])
    item.setData(0, _PATH_ROLE, layer.path)
    item.setToolTip(0, f"{layer.name}: {layer.kind}")
    for column in (1, 2):
        item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return item
