"""“Freeze layers” of the layer tree: the selected layers become groups of the optimizer that do not learn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from gradviz.control.layer_tree_model import LayerTreeModel
from gradviz.control.session_document import SessionDocument
from gradviz.spec.experiment import Path
from gradviz.spec.layer_patterns import frozen_names, with_frozen, with_thawed
from gradviz.views.actions import set_reason
from gradviz.views.layer_tree_view import LayerTreeView


class LayerFreezing(QObject):
    """Freezes what is selected, or lets it learn again where all of it is frozen."""

    def __init__(
        self, document: SessionDocument, model: LayerTreeModel, view: LayerTreeView, action: QAction
    ) -> None:
        super().__init__(view)
        self._document = document
        self._model = model
        self._view = view
        self._action = action
        action.triggered.connect(self.toggle)

    def update_action(self) -> None:
        """Let the action say what it would do, or why it cannot."""
        names = self._selected()
        reason = "" if names else self.tr("Select layers that have weights")
        set_reason(self._action, reason)
        text = self.tr("Let layers learn") if names and self._all_frozen(names) else self.tr("Freeze layers")
        if self._action.text() != text:
            self._action.setText(text)

    def toggle(self) -> None:
        """Freeze the selected layers, or thaw them."""
        names, spec = self._selected(), self._document.experiment
        if not names:
            return
        thaws = self._all_frozen(names)
        change = with_thawed if thaws else with_frozen
        groups = change(spec.optimizer.groups, names, self._all())
        text = self.tr("Let {0} learn") if thaws else self.tr("Freeze {0}")
        what = names[0] if len(names) == 1 else self.tr("{0} layers").format(len(names))
        optimizer = replace(spec.optimizer, groups=groups)
        self._document.edit(replace(spec, optimizer=optimizer), text.format(what))

    def _all_frozen(self, names: Sequence[str]) -> bool:
        groups = self._document.experiment.optimizer.groups
        return len(frozen_names(groups, names)) == len(names)

    def _all(self) -> tuple[str, ...]:
        found = self._model.inspection
        return tuple(layer.name for layer in found.layers if layer.parameters) if found else ()

    def _selected(self) -> tuple[str, ...]:
        found, paths = self._model.inspection, self._view.selected_paths
        if found is None:
            return ()
        return tuple(
            layer.name for layer in found.layers if layer.parameters and _is_inside(layer.path, paths)
        )


def _is_inside(path: Path, chosen: Sequence[Path]) -> bool:
    return any(path[: len(above)] == above for above in chosen)
