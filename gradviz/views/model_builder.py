"""The model builder: the layer tree with its shapes and sizes, its operations, the selected layers' form.

A problem stands at its layer (mark, colour and tooltip) and as a sentence below the tree, with what can be
done about it.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QCursor, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from gradviz.control.layer_tree_model import LayerTreeModel
from gradviz.control.session_document import SessionDocument
from gradviz.spec.catalogue import Entry
from gradviz.spec.experiment import Path
from gradviz.spec.problem import Keys
from gradviz.spec.repair import Repair
from gradviz.views.actions import is_local, set_reason
from gradviz.views.chosen_file import ask_where
from gradviz.views.fitted_scroll import FittedScroll
from gradviz.views.layer_form import LayerForm
from gradviz.views.layer_form_edits import LayerFormEdits
from gradviz.views.layer_freezing import LayerFreezing
from gradviz.views.layer_operations import LayerOperations
from gradviz.views.layer_palette import LayerPalette
from gradviz.views.layer_tree_view import LayerTreeView
from gradviz.views.menus import SEPARATOR
from gradviz.views.message_strip import MessageStrip, Tone
from gradviz.views.new_layer import new_layer

_FORM_HEIGHT = 300
_CONTEXT_MENU = (
    "layer.repair", SEPARATOR, "layer.add", "edit.cut", "edit.copy", "edit.paste", "edit.paste_into",
    "layer.duplicate", "layer.remove", SEPARATOR, "layer.group_repeat", "layer.group_residual",
    "layer.group_sequential", "layer.group_parallel", "layer.ungroup", "layer.unroll", SEPARATOR,
    "layer.select_kind", "layer.select_group", SEPARATOR, "layer.freeze", SEPARATOR,
    "layer.up", "layer.down", SEPARATOR,
    "layer.fold", "layer.unfold", "layer.save",
)  # fmt: skip


class ModelBuilder(QWidget):
    """Edits the document's layers; every edit can be undone."""

    layer_selected = Signal(object)
    """The path of the layer that the user selected."""
    layers_selected = Signal(object)
    """The paths (tuple) of several that the user selected, the current one first."""
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
        self._told: tuple[Path, ...] = ()
        self._trouble = ""
        self._refusal = ""
        self._repair: Repair | None = None
        self._is_quiet = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 8)
        layout.setSpacing(0)
        buttons = QHBoxLayout()
        layout.addLayout(buttons)
        self._fill_buttons(buttons)
        self.tree = LayerTreeView(model, self)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.operations = LayerOperations(document, self.tree, actions, self)
        self.freezing = LayerFreezing(document, model, self.tree, actions["layer.freeze"])
        self.strip = MessageStrip(self, closable=False, narrow=True)
        self.palette_popup = LayerPalette(self)
        self.form = LayerForm(self)
        self._edits = LayerFormEdits(document, model, self.form)
        self._form_area = FittedScroll(self.form, self)
        self._form_area.setMaximumHeight(_FORM_HEIGHT)
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
        self.select_several((path,))

    def select_several(self, paths: tuple[Path, ...]) -> None:
        """Select layers, the first as the current one, without telling."""
        known = [path for path in paths if self._model.index_of(path).isValid()]
        if known and (known[0] != self.selected or sorted(known) != [*self.tree.selected_paths]):
            self._is_quiet = True
            self.tree.select_paths(known)
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

    def _fill_buttons(self, row: QHBoxLayout) -> None:
        row.setContentsMargins(12, 0, 12, 4)
        row.setSpacing(0)
        self._add = self._tool("layer.add")
        row.addWidget(self._add)
        for key in ("layer.duplicate", "layer.up", "layer.down", "layer.remove", "layer.more"):
            row.addWidget(self._tool(key))
        row.addStretch(1)
        for key in ("edit.undo", "edit.redo"):
            row.addWidget(self._tool(key))

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
        self.palette_popup.closed.connect(self._rest_buttons)
        self.palette_popup.dragged.connect(self._on_dragged)
        self.operations.refused.connect(self.refuse)
        self.operations.expand_wanted.connect(self.expand_wanted)
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
        menu = self.context_menu()
        menu.aboutToHide.connect(self._rest_buttons)
        menu.popup(self._add.mapToGlobal(QPoint(0, self._add.height() + 4)))

    def _rest_buttons(self) -> None:
        """A popup keeps the button below it from hearing that the pointer has left."""
        for button in self.findChildren(QToolButton):
            button.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, button.rect().contains(_pointer(button)))
            button.update()

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
        if not self._model.is_following and len(self.tree.selected_paths) < 2:  # else the selection follows
            self._tell_selected()

    def _on_experiment_changed(self, _new: object) -> None:
        self._refusal = ""
        self._show_form()
        self._show_problem()
        self._tell_selected()

    def _tell_selected(self) -> None:
        several = self.tree.selected_paths
        others = several if len(several) > 1 else ()
        told, self._told = self._told, (self.selected, *(path for path in others if path != self.selected))
        if self._told == told or self._is_quiet:
            return
        if others:
            self.layers_selected.emit(self._told)
        else:
            self.layer_selected.emit(self._told[0])

    def _on_experiment_replaced(self, _new: object) -> None:
        self.tree.expandAll()

    def _on_annotated(self) -> None:
        self.freezing.update_action()
        self._show_problem()
        self.parameters_counted.emit(self._model.inspection)

    def _do_repair(self) -> None:
        if self._repair is not None and not self._document.repair(self._repair):
            self.refuse(self.tr("The layers have changed meanwhile: nothing was repaired."))

    def _save(self) -> None:
        kinds = {".toml": self.tr("Layers (*.toml)"), "": self.tr("All files (*)")}
        path = ask_where(self, self.tr("Save layers"), "layers.toml", kinds, or_other=True)
        if path is not None:
            self.operations.save(path)

    # what is shown

    def _show_form(self) -> None:
        self._shown = self.tree.selected_paths
        self.operations.update_actions()
        self.freezing.update_action()
        self._form_area.setVisible(self._edits.show(self._shown))

    def _show_problem(self) -> None:
        problems = self._model.problems
        at_layer = [(path, *found) for path, found in problems.items() if path and found[0]]
        chosen = next((found for found in at_layer if found[0] in self._shown), next(iter(at_layer), None))
        message, self._repair = (chosen[1], chosen[2]) if chosen else ("", None)
        if not message:
            own = (p for p in self._document.problems if _is_about_layers(p.keys))
            message = next((f"{p.where}: {p.message}" for p in own), self._trouble)
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


def _is_about_layers(keys: Keys) -> bool:
    """Whether a problem is told here; the others stand at their fields in the other sections."""
    return not keys or (keys[0] == "model" and keys[1:2] != ("initializer",))


def _pointer(widget: QWidget) -> QPoint:
    return widget.mapFromGlobal(QCursor.pos())
