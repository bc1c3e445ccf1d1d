"""The form of the selected layers: kind, name, parameters, initializer; depth and width of their Repeat.

Several layers share one form: it shows what they have in common, “mixed” where they differ, and what is
changed in it changes all of them.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from gradviz.spec.catalogue import Catalogue, Entry
from gradviz.spec.experiment import InitializerSpec, LayerSpec
from gradviz.views.combo import fill
from gradviz.views.initializer_form import InitializerForm
from gradviz.views.parameter_form import ParameterForm, add_row, tight_form
from gradviz.views.repeat_sliders import RepeatSliders
from gradviz.views.shared_layers import SharedLayers


class LayerForm(QWidget):
    """Shows layers; what the user changes is told, not done."""

    kind_chosen = Signal(object)
    """The Entry of the kind that the layers should have."""
    renamed = Signal(object)
    """The new name (str), None for the automatic one."""
    value_changed = Signal(object, object)
    """A parameter's name (str) and its new value."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._alternatives: dict[str, Entry] = {}
        self._name: str | None = None
        self.heading = QLabel(self)
        self.heading.setProperty("role", "secondary")
        self.kind = QComboBox(self)
        self.kind.setAccessibleName(self.tr("Kind of the layer"))
        self.kind.setMaxVisibleItems(24)
        self.kind.setPlaceholderText(self.tr("mixed"))
        self.kind.textActivated.connect(self._on_kind)
        self.name = QLineEdit(self)
        self.name.setPlaceholderText(self.tr("automatic"))
        self.name.setToolTip(self.tr("The layer’s name in plots and tables"))
        self.name.setAccessibleName(self.tr("Name of the layer"))
        self.name.editingFinished.connect(self._on_named)
        self.sliders = RepeatSliders(self)
        self.parameters = ParameterForm(self)
        self.parameters.value_changed.connect(self.value_changed)
        self.initializer = InitializerForm(self)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(16, 8, 12, 0)
        rows.setSpacing(4)
        rows.addWidget(self.heading)
        head = QWidget(self)
        form = tight_form(head)
        add_row(form, self.tr("kind"), self.kind)
        self._name_label = add_row(form, self.tr("name"), self.name)
        rows.addWidget(head)
        rows.addWidget(self.parameters)
        rows.addWidget(self.initializer)
        rows.addWidget(self.sliders)
        rows.addStretch(1)

    def show_layers(
        self, shared: SharedLayers, catalogue: Catalogue, inherited: InitializerSpec, *, has_weights: bool
    ) -> None:
        """Show one or several layers; `inherited` is how they start where they have no rule of their own."""
        several = len(shared.layers) > 1
        self.heading.setText(self.tr("{0} layers: changes apply to all").format(len(shared.layers)))
        self.heading.setVisible(several)
        self._alternatives = {other.name: other for other in shared.alternatives}
        kind = shared.kind
        fill(self.kind, list(self._alternatives), kind.name if kind else "")
        if kind is None:
            self.kind.setCurrentIndex(-1)
        self.kind.setEnabled(bool(shared.alternatives))
        tip = kind.doc if kind else self.tr("The layers are of different kinds")
        self.kind.setToolTip(tip if shared.alternatives else self.tr("These kinds have no common group"))
        self._name = shared.layers[0].name
        self.name.setText(self._name or "")
        self.name.setVisible(not several)
        self._name_label.setVisible(not several)
        is_repeat = kind is not None and kind.body and kind.parameter("times") is not None and not several
        own = tuple(p for p in shared.parameters if not (is_repeat and p.name == "times"))
        self.parameters.show_parameters(own, shared.values)
        self.parameters.setVisible(bool(own))
        self.initializer.setVisible(has_weights)
        if has_weights:
            self.initializer.show_initializer(shared.initializer, inherited, catalogue)

    def show_repeat(self, repeat: LayerSpec | None, *, from_inside: bool) -> None:
        """Show the depth and width of the Repeat that is selected or around the selected layers, if any."""
        self.sliders.setVisible(repeat is not None)
        if repeat is not None:
            self.sliders.show_repeat(repeat, from_inside=from_inside)

    def _on_kind(self, name: str) -> None:
        self.kind_chosen.emit(self._alternatives[name])

    def _on_named(self) -> None:
        name = self.name.text().strip() or None
        if name != self._name:
            self.renamed.emit(name)
