"""What the builder's actions do to the selected layers, and which of them can be done now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path as FilePath

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QGuiApplication

from gradviz.control.layer_mime import may_hold_layers, pack, unpack
from gradviz.control.layer_tree_model import added_text
from gradviz.control.session_document import SessionDocument
from gradviz.spec import tree
from gradviz.spec.catalogue import Entry, find
from gradviz.spec.experiment import LayerSpec, Path
from gradviz.spec.fragment import write_fragment
from gradviz.spec.problem import SpecError
from gradviz.views.actions import set_reason
from gradviz.views.layer_reasons import GROUPS, is_block, is_composed, reasons, rounds_of
from gradviz.views.layer_tree_view import LayerTreeView
from gradviz.views.new_layer import new_layer, place_for


class LayerOperations(QObject):
    """Works on the selection of a tree view; every operation is one step that can be undone."""

    refused = Signal(object)
    """A sentence (str): what could not be done, and why."""
    expand_wanted = Signal(object)
    """The path of a composed block that is to be replaced by the layers it stands for."""

    def __init__(
        self,
        document: SessionDocument,
        view: LayerTreeView,
        actions: dict[str, QAction],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._view = view
        self._actions = actions
        for key, method in self._methods().items():
            actions[key].triggered.connect(method)
        for key, kind in GROUPS.items():
            actions[key].triggered.connect(lambda _checked=False, chosen=kind: self.group(chosen))

    @property
    def layers(self) -> tree.Layers:
        """The document's layers."""
        return self._document.experiment.model.layers

    def update_actions(self) -> None:
        """Enable what can be done; the others say why not."""
        model, catalogue = self._document.experiment.model, self._document.catalogue
        found = reasons(self.layers, self._view.selected_paths, catalogue, source=model.source)
        for key, reason in found.items():
            set_reason(self._actions[key], reason)

    def add(self, entry: Entry) -> None:
        """Add a layer into or after the current one, and select it."""
        target = self._place(into=True)
        self._document.add_layer(target, new_layer(entry))
        self._view.select_paths([target])

    def cut(self) -> None:
        """Put the selected layers on the clipboard, and remove them."""
        paths = self._outermost()
        if paths:
            self.copy()
            self._remove(paths, self.tr("Cut {what}"))

    def copy(self) -> None:
        """Put the selected layers on the clipboard."""
        paths = self._outermost()
        if paths:
            QGuiApplication.clipboard().setMimeData(pack([tree.at(self.layers, path) for path in paths]))

    def paste(self) -> None:
        """Insert the layers on the clipboard after the selected ones, and select them."""
        paths = self._outermost()
        self._paste(tree.next_to(paths[-1]) if paths else self._place(into=False))

    def paste_into(self) -> None:
        """Insert the layers on the clipboard at the end of the selected block."""
        path = self._view.current_path
        if path and is_block(tree.at(self.layers, path), self._document.catalogue):
            self._paste((*path, len(tree.at(self.layers, path).body)))

    def duplicate(self) -> None:
        """Put copies behind the selected layers, and select them."""
        paths = self._outermost()
        if paths:
            self._view.select_paths(self._document.duplicate_layers(paths))

    def remove(self) -> None:
        """Remove the selected layers with all they hold."""
        paths = self._outermost()
        if paths:
            self._remove(paths, "")

    def move(self, offset: int) -> None:
        """Move neighbouring layers up (−1) or down (1) among their siblings."""
        run = tree.neighbours(self._outermost())
        if run is None:
            return
        first, count = run
        row = first[-1] - 1 if offset < 0 else first[-1] + count + 1
        siblings = len(tree.at(self.layers, first[:-1]).body) if len(first) > 1 else len(self.layers)
        if 0 <= row <= siblings:
            self._view.select_paths(self._document.move_layers(self._outermost(), (*first[:-1], row)))

    def group(self, kind: str) -> None:
        """Put the selected neighbours into a block of that kind, and select it.

        Equal rounds become one round of a Repeat.
        """
        paths, catalogue = self._outermost(), self._document.catalogue
        entry = find(catalogue.layers, kind) if catalogue else None
        if entry is None or tree.neighbours(paths) is None:
            return
        block = new_layer(entry)
        if entry.parameter("times") is not None:
            body, times = tree.rounds(tuple(tree.at(self.layers, path) for path in paths))
            if times > 1:
                block = replace(block, parameters={**block.parameters, "times": times}, body=body)
        self._view.select_paths([self._document.group_layers(paths, block)])

    def ungroup(self) -> None:
        """Put what is inside the selected blocks in their place, once each."""
        paths, catalogue = self._outermost(), self._document.catalogue
        chosen = [tree.at(self.layers, path) for path in paths]
        if len(chosen) == 1 and is_composed(chosen[0], catalogue):
            self.expand_wanted.emit(paths[0])
        elif chosen and all(layer.body for layer in chosen):
            self._view.select_paths(self._document.ungroup_layers(paths))

    def take_expanded(self, path: Path, layers: Sequence[LayerSpec]) -> None:
        """The engine has said which layers a composed block stands for."""
        kind = tree.at(self.layers, path).kind
        text = self.tr("Ungroup {0}").format(kind)
        self._view.select_paths(self._document.replace_by(path, layers, text))

    def unroll(self) -> None:
        """Write the rounds of the selected Repeat out."""
        path = self._view.current_path
        times = rounds_of(tree.at(self.layers, path)) if path else None
        if times is not None:
            self._view.select_paths(self._document.unroll_layer(path, times))

    def select_all(self) -> None:
        """Select the siblings of the current layer; where they are selected already, everything."""
        above, selected = self._view.current_path[:-1], set(self._view.selected_paths)
        siblings = tree.at(self.layers, above).body if above else self.layers
        inside = [(*above, row) for row in range(len(siblings))]
        if set(inside) <= selected:
            inside = [path for path, _ in self._document.experiment.model.walk()]
        self._select(inside)

    def select_kind(self) -> None:
        """Select every layer of the current one’s kind."""
        path = self._view.current_path
        if path:
            kind = tree.at(self.layers, path).kind
            self._select(self._where(lambda layer: layer.kind == kind))

    def select_group(self) -> None:
        """Select every layer of the current one’s group in the catalogue, as all activations."""
        path, catalogue = self._view.current_path, self._document.catalogue
        entry = find(catalogue.layers, tree.at(self.layers, path).kind) if path and catalogue else None
        if entry is not None and catalogue is not None:
            kinds = {other.name for other in catalogue.layers if other.group == entry.group}
            self._select(self._where(lambda layer: layer.kind in kinds))

    def text_of_selection(self) -> str:
        """The selected layers, or all, as text of the experiment format."""
        paths = self._outermost()
        return write_fragment([tree.at(self.layers, path) for path in paths] if paths else self.layers)

    def save(self, path: FilePath) -> None:
        """Write the selected layers, or all, into a file."""
        try:
            path.write_text(self.text_of_selection(), encoding="utf-8")
        except OSError as error:
            text = self.tr("“{0}” cannot be written: {1}. Choose another folder.")
            self.refused.emit(text.format(path.name, error.strerror or error))

    def _methods(self) -> dict[str, Callable[[], None]]:
        return {
            "edit.cut": self.cut,
            "edit.copy": self.copy,
            "edit.paste": self.paste,
            "edit.paste_into": self.paste_into,
            "edit.select_all": self.select_all,
            "layer.duplicate": self.duplicate,
            "layer.remove": self.remove,
            "layer.up": self._move_up,
            "layer.down": self._move_down,
            "layer.ungroup": self.ungroup,
            "layer.unroll": self.unroll,
            "layer.select_kind": self.select_kind,
            "layer.select_group": self.select_group,
            "layer.fold": self._view.collapseAll,
            "layer.unfold": self._view.expandAll,
        }

    def _move_up(self) -> None:
        self.move(-1)

    def _move_down(self) -> None:
        self.move(1)

    def _paste(self, target: Path) -> None:
        data = QGuiApplication.clipboard().mimeData()
        if not may_hold_layers(data):
            self.refused.emit(self.tr("There is no text on the clipboard: copy layers first."))
            return
        try:
            layers = unpack(data, self._document.catalogue)
        except SpecError as error:
            first, *others = str(error).splitlines()
            more = self.tr(" (and {0} more)").format(len(others)) if others else ""
            self.refused.emit(self.tr("The clipboard holds no layers that fit: {0}{1}").format(first, more))
            return
        text = added_text(layers).replace(self.tr("Add"), self.tr("Paste"), 1)
        self._view.select_paths(self._document.insert_layers(target, layers, text))

    def _remove(self, paths: Sequence[Path], text: str) -> None:
        first = paths[0]
        self._document.remove_layers(*paths, text=text)
        above = first[:-1]
        siblings = tree.at(self.layers, above).body if above else self.layers
        if siblings:
            self._view.select_paths([(*above, min(first[-1], len(siblings) - 1))])
        elif above:
            self._view.select_paths([above])

    def _place(self, *, into: bool) -> Path:
        path = self._view.current_path
        block = into and bool(path) and is_block(tree.at(self.layers, path), self._document.catalogue)
        return place_for(path, is_block=block, top_level=self.layers)

    def _outermost(self) -> list[Path]:
        return tree.without_nested(self._view.selected_paths)

    def _where(self, fits: Callable[[LayerSpec], bool]) -> list[Path]:
        return [path for path, layer in self._document.experiment.model.walk() if fits(layer)]

    def _select(self, paths: Iterable[Path]) -> None:
        """Select these, and let the current layer be the current one still."""
        current = self._view.current_path
        self._view.select_paths(sorted(paths, key=lambda path: (path != current, path)))
