"""The layer form at work: which layers it shows, and what a change in it does to all of them.

Every change is one step that can be undone; a slider that is dragged is one step, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject

from gradviz.control.layer_rows import LayerRole
from gradviz.control.layer_tree_model import LayerTreeModel
from gradviz.control.session_document import SessionDocument
from gradviz.spec import tree
from gradviz.spec.catalogue import Entry, Value
from gradviz.spec.experiment import InitializerSpec, LayerSpec, Path
from gradviz.spec.widths import with_width
from gradviz.views.layer_form import LayerForm
from gradviz.views.layer_reasons import rounds_of
from gradviz.views.new_layer import changed_kind
from gradviz.views.shared_layers import SharedLayers, shared_layers


class LayerFormEdits(QObject):
    """Shows layers in the form and does to the document what it tells."""

    def __init__(self, document: SessionDocument, model: LayerTreeModel, form: LayerForm) -> None:
        super().__init__(form)
        self._document = document
        self._model = model
        self._form = form
        self._shown: tuple[Path, ...] = ()
        self._shared: SharedLayers | None = None
        self._around: Path = ()
        form.value_changed.connect(self._on_parameter)
        form.renamed.connect(self._on_renamed)
        form.kind_chosen.connect(self._on_kind)
        form.initializer.changed.connect(self._on_initializer)
        form.sliders.depth_changed.connect(self._on_depth)
        form.sliders.width_changed.connect(self._on_width)

    def show(self, paths: tuple[Path, ...]) -> bool:
        """Show these layers; whether there is anything to show."""
        catalogue = self._document.catalogue
        self._shown = paths
        layers = [self._spec(path) for path in paths]
        self._shared = shared_layers(layers, catalogue) if catalogue else None
        if self._shared is None or catalogue is None:
            return False
        inherited = self._document.experiment.model.initializer
        self._form.show_layers(self._shared, catalogue, inherited, has_weights=self._has_weights(paths))
        self._around = self._repeat_around(paths)
        repeat = self._spec(self._around) if self._around else None
        self._form.show_repeat(repeat, from_inside=paths != (self._around,))
        return True

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

    def _spec(self, path: Path) -> LayerSpec:
        return tree.at(self._document.experiment.model.layers, path)


def _as_kind(layer: LayerSpec, entry: Entry) -> LayerSpec:
    return layer if layer.kind == entry.name else changed_kind(layer, entry)
