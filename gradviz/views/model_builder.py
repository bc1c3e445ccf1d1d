"""The model builder: the layer tree with its shapes and sizes, its operations, the selected layer's form.

A problem stands at its layer (mark, colour and tooltip) and as a sentence below the tree.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from gradviz.control.layer_tree_model import LayerColumn, LayerRole, LayerTreeModel
from gradviz.control.session_document import SessionDocument
from gradviz.spec.catalogue import Entry, Value, find
from gradviz.spec.experiment import LayerSpec, Path
from gradviz.views.fitted_scroll import FittedScroll
from gradviz.views.layer_delegate import LayerDelegate
from gradviz.views.layer_form import LayerForm
from gradviz.views.layer_palette import LayerPalette
from gradviz.views.message_strip import MessageStrip, Tone
from gradviz.views.new_layer import changed_kind, new_layer, place_for

_FORM_HEIGHT = 240


class ModelBuilder(QWidget):
    """Edits the document's layers; every edit can be undone."""

    layer_selected = Signal(object)
    """The path of the layer that the user selected."""
    parameters_counted = Signal(object)
    """All parameters of the network (int), None while unknown."""

    def __init__(
        self,
        document: SessionDocument,
        model: LayerTreeModel,
        actions: dict[str, QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._model = model
        self._actions = actions
        self._shown: Path = ()
        self._trouble = ""
        buttons = self._make_buttons()
        self.tree = self._make_tree()
        self.strip = MessageStrip(self, closable=False)
        self.palette_popup = LayerPalette(self)
        self.palette_popup.chosen.connect(self._on_entry_chosen)
        self.form = LayerForm(self)
        self.form.value_changed.connect(self._on_parameter)
        self.form.renamed.connect(self._on_renamed)
        self.form.kind_chosen.connect(self._on_kind)
        self._form_area = FittedScroll(self.form, self)
        self._form_area.setMaximumHeight(_FORM_HEIGHT)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 8)
        layout.setSpacing(0)
        layout.addLayout(buttons)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self.strip)
        layout.addWidget(self._form_area)
        self._connect()
        self._show_form()
        self.tree.expandAll()

    @property
    def selected(self) -> Path:
        """The path of the selected layer; () if there is none."""
        rows = self.tree.selectionModel().selectedRows()
        return self._model.path_of(rows[0]) if rows else ()

    def select(self, path: Path) -> None:
        """Make a layer the current one, without telling."""
        index = self._model.index_of(path)
        if index.isValid() and path != self.selected:
            self.tree.blockSignals(True)  # noqa: FBT003 - Qt's own
            self.tree.setCurrentIndex(index)
            self.tree.scrollTo(index)
            self.tree.blockSignals(False)  # noqa: FBT003
            self._show_form()

    def show_trouble(self, text: str) -> None:
        """Say why there is no inspection; an empty text says that there is one."""
        self._trouble = text
        self._show_problem()

    def open_palette(self) -> None:
        """Offer the layers that can be added."""
        catalogue = self._document.catalogue
        if catalogue is not None:
            self.palette_popup.show_catalogue(catalogue)
            self.palette_popup.popup(self._add.mapToGlobal(QPoint(0, self._add.height() + 4)))

    def add(self, entry: Entry) -> None:
        """Add a layer into or after the selected one, and select it."""
        path = self.selected
        is_block = bool(path) and self._is_block(path)
        target = place_for(path, is_block=is_block, top_level=self._document.experiment.model.layers)
        self._document.add_layer(target, new_layer(entry))
        self._go_to(target)

    def remove(self) -> None:
        """Remove the selected layer with all it holds."""
        path = self.selected
        if path:
            self._document.remove_layers(path)
            self._go_to(path if self._model.index_of(path).isValid() else (*path[:-1], max(0, path[-1] - 1)))

    def duplicate(self) -> None:
        """Put a copy behind the selected layer, and select it."""
        if self.selected:
            self._go_to(self._document.duplicate_layer(self.selected))

    def move_layer(self, offset: int) -> None:
        """Move the selected layer up (−1) or down (1) among its siblings."""
        path = self.selected
        siblings = self._model.rowCount(self._model.index_of(path).parent()) if path else 0
        if path and 0 <= path[-1] + offset < siblings:
            target = (*path[:-1], path[-1] + (offset if offset < 0 else offset + 1))
            self._go_to(self._document.move_layer(path, target))

    def _make_tree(self) -> QTreeView:
        tree = QTreeView(self)
        tree.setModel(self._model)
        tree.setItemDelegate(LayerDelegate(tree))
        tree.setProperty("role", "layers")
        tree.setAccessibleName(self.tr("Layers of the network"))
        tree.setUniformRowHeights(True)
        tree.setIndentation(14)
        tree.setIconSize(QSize(14, 14))
        tree.setMinimumHeight(120)
        tree.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        delete = QShortcut(QKeySequence(Qt.Key.Key_Delete), tree)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self._delete_pressed)
        tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        tree.customContextMenuRequested.connect(self._on_menu)
        header = tree.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(40)
        header.setSectionResizeMode(LayerColumn.LAYER, QHeaderView.ResizeMode.Stretch)
        for column in (LayerColumn.OUTPUT, LayerColumn.PARAMETERS):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        return tree

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 4)
        row.setSpacing(0)
        self._add = self._tool("layer.add")
        row.addWidget(self._add)
        for key in ("layer.duplicate", "layer.up", "layer.down", "layer.remove"):
            row.addWidget(self._tool(key))
        row.addStretch(1)
        for key in ("edit.undo", "edit.redo"):
            row.addWidget(self._tool(key))
        return row

    def _tool(self, key: str) -> QToolButton:
        button = QToolButton(self)
        button.setDefaultAction(self._actions[key])
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        button.setIconSize(QSize(16, 16))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _connect(self) -> None:
        self.tree.selectionModel().selectionChanged.connect(self._on_selection_changed)
        for key, method in (
            ("layer.add", self.open_palette),
            ("layer.remove", self.remove),
            ("layer.duplicate", self.duplicate),
            ("layer.up", self._move_up),
            ("layer.down", self._move_down),
        ):
            self._actions[key].triggered.connect(method)
        self._document.experiment_changed.connect(self._on_experiment_changed)
        self._document.catalogue_changed.connect(self._on_experiment_changed)
        self._document.experiment_replaced.connect(self._on_experiment_replaced)
        self._model.dataChanged.connect(self._on_data_changed)

    def _on_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for key in ("layer.add", "layer.duplicate", "layer.up", "layer.down", "layer.remove"):
            menu.addAction(self._actions[key])
        menu.popup(self.tree.viewport().mapToGlobal(place))

    def _move_up(self) -> None:
        self.move_layer(-1)

    def _move_down(self) -> None:
        self.move_layer(1)

    def _on_entry_chosen(self, entry: Entry) -> None:
        self.add(entry)

    def _on_selection_changed(self, *_unused: object) -> None:
        self._show_form()
        if not self.tree.signalsBlocked():
            self.layer_selected.emit(self.selected)

    def _on_experiment_changed(self, _new: object) -> None:
        self._show_form()
        self._show_problem()

    def _on_experiment_replaced(self, _new: object) -> None:
        self.tree.expandAll()

    def _on_data_changed(self, *_unused: object) -> None:
        self._show_problem()
        inspection = self._model.inspection
        self.parameters_counted.emit(None if inspection is None else inspection.parameters)

    def _on_parameter(self, name: str, value: Value) -> None:
        entry = self._entry(self._shown)
        parameter = entry.parameter(name) if entry else None
        if parameter is not None and value == parameter.default and not parameter.required:
            self._document.reset_parameter(self._shown, name)
        else:
            self._document.set_parameter(self._shown, name, value)

    def _on_renamed(self, name: str | None) -> None:
        self._document.rename_layer(self._shown, name)

    def _on_kind(self, entry: Entry) -> None:
        layer = self._spec(self._shown)
        if layer is not None and layer.kind != entry.name:
            text = self.tr("Make {0} a {1}").format(layer.kind, entry.name)
            self._document.replace_layer(self._shown, changed_kind(layer, entry), text)

    def _delete_pressed(self) -> None:
        self._actions["layer.remove"].trigger()

    def _show_form(self) -> None:
        path = self.selected
        spec, entry = self._spec(path), self._entry(path)
        self._shown = path
        for key in ("layer.duplicate", "layer.up", "layer.down", "layer.remove"):
            self._actions[key].setEnabled(spec is not None)
        self._actions["layer.add"].setEnabled(self._document.catalogue is not None)
        self._form_area.setVisible(spec is not None and entry is not None)
        if spec is None or entry is None:
            return
        self.form.show_layer(spec, entry, self._alternatives(entry))

    def _show_problem(self) -> None:
        for path, _ in self._document.experiment.model.walk():
            problem = self._model.index_of(path).data(LayerRole.PROBLEM)
            if problem:
                self.strip.say(Tone.ERROR, self._with_parameter(str(problem)))
                return
        general = [f"{p.where}: {p.message}" for p in self._document.problems] or [self._trouble]
        if general[0]:
            self.strip.say(Tone.ERROR, general[0])
        else:
            self.strip.hide()

    def _with_parameter(self, message: str) -> str:
        """The sentence, led by the parameter that it is about where the checks found it."""
        keys = next((p.keys for p in self._document.problems if p.message == message), ())
        return f"{keys[-1]} {message}" if keys and message.startswith("must ") else message

    def _spec(self, path: Path) -> LayerSpec | None:
        spec = self._model.index_of(path).data(LayerRole.SPEC) if path else None
        return spec if isinstance(spec, LayerSpec) else None

    def _entry(self, path: Path) -> Entry | None:
        spec, catalogue = self._spec(path), self._document.catalogue
        return None if spec is None or catalogue is None else find(catalogue.layers, spec.kind)

    def _alternatives(self, entry: Entry) -> list[Entry]:
        """What may stand in the place of a layer: its group in the catalogue, blocks for blocks."""
        catalogue = self._document.catalogue
        others = catalogue.layers if catalogue is not None else (entry,)
        return [other for other in others if other.group == entry.group and other.body == entry.body]

    def _is_block(self, path: Path) -> bool:
        entry = self._entry(path)
        return entry is not None and entry.body

    def _go_to(self, path: Path) -> None:
        index = self._model.index_of(path)
        self.tree.expand(index.parent())
        self.tree.expand(index)
        self.tree.setCurrentIndex(index)
