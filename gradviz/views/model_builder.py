"""The model builder: the layer tree with its shapes and sizes, its operations, the selected layers' form.

A problem stands at its layer (mark, colour and tooltip) and as a sentence below the tree, with what can be
done about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path as FilePath

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from gradviz.control.layer_rows import LayerRole
from gradviz.control.layer_tree_model import LayerTreeModel
from gradviz.control.session_document import SessionDocument
from gradviz.spec import tree
from gradviz.spec.catalogue import Entry, Value
from gradviz.spec.experiment import InitializerSpec, LayerSpec, Path
from gradviz.spec.repair import Repair
from gradviz.spec.widths import with_width
from gradviz.views.actions import is_local, set_reason
from gradviz.views.fitted_scroll import FittedScroll
from gradviz.views.layer_form import LayerForm
from gradviz.views.layer_operations import LayerOperations
from gradviz.views.layer_palette import LayerPalette
from gradviz.views.layer_reasons import rounds_of
from gradviz.views.layer_tree_view import LayerTreeView
from gradviz.views.menus import SEPARATOR
from gradviz.views.message_strip import MessageStrip, Tone
from gradviz.views.new_layer import changed_kind, new_layer
from gradviz.views.shared_layers import SharedLayers, shared_layers

_FORM_HEIGHT = 300
_CONTEXT_MENU = (
    "layer.repair", SEPARATOR, "layer.add", "edit.cut", "edit.copy", "edit.paste", "edit.paste_into",
    "layer.duplicate", "layer.remove", SEPARATOR, "layer.group_repeat", "layer.group_residual",
    "layer.group_sequential", "layer.group_parallel", "layer.ungroup", "layer.unroll", SEPARATOR,
    "layer.select_kind", "layer.select_group", SEPARATOR, "layer.up", "layer.down", SEPARATOR,
    "layer.fold", "layer.unfold", "layer.save",
)  # fmt: skip


class ModelBuilder(QWidget):
    """Edits the document's layers; every edit can be undone."""

    layer_selected = Signal(object)
    """The path of the layer that the user selected."""
    parameters_counted = Signal(object)
    """The newest Inspection, None while there is none."""
    expand_wanted = Signal(object)
    """The path of a composed block that is to be replaced by the layers it stands for."""

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
        self._shown: tuple[Path, ...] = ()
        self._shared: SharedLayers | None = None
        self._around: Path = ()
        self._told: Path = ()
        self._trouble = ""
        self._refusal = ""
        self._repair: Repair | None = None
        self._is_quiet = False
        buttons = self._make_buttons()
        self.tree = LayerTreeView(model, self)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.operations = LayerOperations(document, self.tree, actions, self)
        self.strip = MessageStrip(self, closable=False, narrow=True)
        self.palette_popup = LayerPalette(self)
        self.form = LayerForm(self)
        self._form_area = FittedScroll(self.form, self)
        self._form_area.setMaximumHeight(_FORM_HEIGHT)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 8)
        layout.setSpacing(0)
        layout.addLayout(buttons)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self.strip)
        layout.addWidget(self._form_area)
        self.addActions([action for action in actions.values() if is_local(action)])
        self._connect()
        self._show_form()
        self.tree.expandAll()

    @property
    def selected(self) -> Path:
        """The path of the current layer among the selected ones; () if there is none."""
        return self.tree.current_path

    def select(self, path: Path) -> None:
        """Make a layer the current one, without telling."""
        if self._model.index_of(path).isValid() and path != self.selected:
            self._is_quiet = True
            self.tree.select_paths([path])
            self._is_quiet = False

    def show_trouble(self, text: str) -> None:
        """Say why there is no inspection; an empty text says that there is one."""
        self._trouble = text
        self._show_problem()

    def refuse(self, text: str) -> None:
        """Say what could not be done, until the next edit or selection."""
        self._refusal = text
        self._show_problem()

    def open_palette(self) -> None:
        """Offer the layers that can be added."""
        catalogue = self._document.catalogue
        if catalogue is not None:
            self.palette_popup.show_catalogue(catalogue)
            self.palette_popup.popup(self._add.mapToGlobal(QPoint(0, self._add.height() + 4)))

    def add(self, entry: Entry) -> None:
        """Add a layer into or after the selected one, and select it."""
        self.operations.add(entry)

    def context_menu(self) -> QMenu:
        """The actions for the selected layers."""
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for key in _CONTEXT_MENU:
            if key == SEPARATOR:
                menu.addSeparator()
            else:
                menu.addAction(self._actions[key])
        return menu

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 4)
        row.setSpacing(0)
        self._add = self._tool("layer.add")
        row.addWidget(self._add)
        for key in ("layer.duplicate", "layer.up", "layer.down", "layer.remove", "layer.more"):
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
        self.tree.selectionModel().currentChanged.connect(self._on_current_changed)
        self.tree.customContextMenuRequested.connect(self._on_menu)
        delete = QShortcut(QKeySequence(Qt.Key.Key_Delete), self.tree)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self._actions["layer.remove"].trigger)
        for key, method in (
            ("layer.add", self.open_palette),
            ("layer.repair", self._do_repair),
            ("layer.save", self._save),
            ("layer.more", self._on_more),
        ):
            self._actions[key].triggered.connect(method)
        self.palette_popup.chosen.connect(self.add)
        self.palette_popup.dragged.connect(self._on_dragged)
        self.operations.refused.connect(self.refuse)
        self.operations.expand_wanted.connect(self.expand_wanted)
        self.form.value_changed.connect(self._on_parameter)
        self.form.renamed.connect(self._on_renamed)
        self.form.kind_chosen.connect(self._on_kind)
        self.form.initializer.changed.connect(self._on_initializer)
        self.form.sliders.depth_changed.connect(self._on_depth)
        self.form.sliders.width_changed.connect(self._on_width)
        self._document.experiment_changed.connect(self._on_experiment_changed)
        self._document.catalogue_changed.connect(self._on_experiment_changed)
        self._document.experiment_replaced.connect(self._on_experiment_replaced)
        self._model.annotated.connect(self._on_annotated)
        self._model.dropped.connect(self.tree.select_paths)
        self._model.refused.connect(self.refuse)

    # what the user did

    def _on_menu(self, place: QPoint) -> None:
        self.context_menu().popup(self.tree.viewport().mapToGlobal(place))

    def _on_more(self) -> None:
        self.context_menu().popup(self._add.mapToGlobal(QPoint(0, self._add.height() + 4)))

    def _on_dragged(self, entry: Entry) -> None:
        self.tree.drag_layers([new_layer(entry)])

    def _on_selection_changed(self, *_unused: object) -> None:
        if self._model.is_following:  # told of again when the edit is done
            return
        self._refusal = ""
        self._show_form()
        self._show_problem()
        self._tell_selected()

    def _on_current_changed(self, *_unused: object) -> None:
        if not self._model.is_following:
            self._tell_selected()

    def _on_experiment_changed(self, _new: object) -> None:
        self._refusal = ""
        self._show_form()
        self._show_problem()
        self._tell_selected()

    def _tell_selected(self) -> None:
        told, self._told = self._told, self.selected
        if self._told != told and not self._is_quiet:
            self.layer_selected.emit(self._told)

    def _on_experiment_replaced(self, _new: object) -> None:
        self.tree.expandAll()

    def _on_annotated(self) -> None:
        self._show_problem()
        self.parameters_counted.emit(self._model.inspection)

    def _on_parameter(self, name: str, value: Value) -> None:
        parameter = (
            next((p for p in self._shared.parameters if p.name == name), None) if self._shared else None
        )
        if parameter is not None and value == parameter.default and not parameter.required:
            self._document.reset_parameter_of(self._shown, name)
        else:
            self._document.set_parameter_of(self._shown, name, value)

    def _on_renamed(self, name: str | None) -> None:
        self._document.rename_layer(self._shown[0], name)

    def _on_kind(self, entry: Entry) -> None:
        layers = [self._spec(path) for path in self._shown]
        if all(layer.kind == entry.name for layer in layers):
            return
        if len(layers) == 1:
            text = self.tr("Make {0} a {1}").format(layers[0].kind, entry.name)
        else:
            text = self.tr("Make {0} layers {1}").format(len(layers), entry.name)
        self._document.change_layers(self._shown, lambda layer: _as_kind(layer, entry), text)

    def _on_initializer(self, initializer: InitializerSpec | None) -> None:
        self._document.set_initializer_of(self._shown, initializer)

    def _on_depth(self, times: int, gesture: int) -> None:
        repeat = self._spec(self._around)
        changed = replace(repeat, parameters={**repeat.parameters, "times": times})
        text = self.tr("Change depth to {0}").format(f"{times:,}")
        self._document.replace_layer(self._around, changed, text, merge=f"{self._around} depth {gesture}")

    def _on_width(self, width: int, gesture: int) -> None:
        changed = with_width(self._spec(self._around), width)
        text = self.tr("Change width to {0}").format(f"{width:,}")
        self._document.replace_layer(self._around, changed, text, merge=f"{self._around} width {gesture}")

    def _do_repair(self) -> None:
        if self._repair is not None and not self._document.repair(self._repair):
            self.refuse(self.tr("The layers have changed meanwhile: nothing was repaired."))

    def _save(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save layers"), "layers.toml", self.tr("Layers (*.toml);;All files (*)")
        )
        if name:
            path = FilePath(name)
            self.operations.save(path if path.suffix else path.with_suffix(".toml"))

    # what is shown

    def _show_form(self) -> None:
        paths, catalogue = self.tree.selected_paths, self._document.catalogue
        self._shown = paths
        self.operations.update_actions()
        layers = [self._spec(path) for path in paths]
        self._shared = shared_layers(layers, catalogue) if catalogue else None
        self._form_area.setVisible(self._shared is not None)
        if self._shared is None or catalogue is None:
            return
        inherited = self._document.experiment.model.initializer
        self.form.show_layers(self._shared, catalogue, inherited, has_weights=self._has_weights(paths))
        self._around = self._repeat_around(paths)
        repeat = self._spec(self._around) if self._around else None
        self.form.show_repeat(repeat, from_inside=paths != (self._around,))

    def _repeat_around(self, paths: Sequence[Path]) -> Path:
        """The innermost Repeat that is selected or has all that is selected inside it; () without one."""
        first, last = paths[0], paths[-1]
        for length in range(len(first), 0, -1):
            above = first[:length]
            same = last[:length] == above and (length < len(first) or len(paths) == 1)
            if same and rounds_of(self._spec(above)) is not None:
                return above
        return ()

    def _has_weights(self, paths: Sequence[Path]) -> bool:
        """Whether there are weights to initialize, as far as is known."""
        return any(self._may_have_weights(path) for path in paths)

    def _may_have_weights(self, path: Path) -> bool:
        info = self._model.index_of(path).data(LayerRole.NODE)
        return info is None or bool(info.parameters) or self._spec(path).initializer is not None

    def _show_problem(self) -> None:
        problems = self._model.problems
        at_layer = [(path, *found) for path, found in problems.items() if path and found[0]]
        chosen = next((found for found in at_layer if found[0] in self._shown), next(iter(at_layer), None))
        message, self._repair = (chosen[1], chosen[2]) if chosen else ("", None)
        if not message:
            message = next((f"{p.where}: {p.message}" for p in self._document.problems), self._trouble)
        if not message and () in problems:
            message, self._repair = problems[()]
        nothing = self.tr("There is no problem with a known repair")
        set_reason(self._actions["layer.repair"], "" if self._repair else nothing)
        if self._repair is not None:
            self._actions["layer.repair"].setText(self._repair.label)
        else:
            self._actions["layer.repair"].setText(self.tr("Apply proposed repair"))
        if self._refusal:
            self.strip.say(Tone.WARNING, self._refusal)
        elif message:
            link = self._repair.label if self._repair else ""
            self.strip.say(Tone.ERROR, message, link, self._actions["layer.repair"].trigger)
        else:
            self.strip.hide()

    def _spec(self, path: Path) -> LayerSpec:
        return tree.at(self._document.experiment.model.layers, path)


def _as_kind(layer: LayerSpec, entry: Entry) -> LayerSpec:
    return layer if layer.kind == entry.name else changed_kind(layer, entry)
