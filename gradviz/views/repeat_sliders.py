"""Depth and width of a Repeat, right where one looks at it or at any layer inside it.

Depth is how many rounds it has, width the number of outputs that the layers inside have in common.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from gradviz.spec.experiment import LayerSpec
from gradviz.spec.widths import widths
from gradviz.views.bounded_box import BoundedBox
from gradviz.views.parameter_form import add_row, tight_form
from gradviz.views.refused_note import RefusedNote
from gradviz.views.stepped_slider import SteppedSlider, even_ratios

DEEPEST = 10_000
WIDEST = 1_000_000
_DEPTHS = even_ratios(1, 1000, 40)
_WIDTHS = tuple(sorted({part * 2**power for power in range(13) for part in (1, 3)} - {3 * 2**12, 3 * 2**11}))


class RepeatSliders(QWidget):
    """Tells what the user wants; the form's owner does it."""

    depth_changed = Signal(object, object)
    """The rounds (int), and the number of the gesture (int): one gesture is one step to undo."""
    width_changed = Signal(object, object)
    """The width (int), and the number of the gesture (int)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = QLabel(self)
        self.heading.setProperty("role", "secondary")
        self.rounds = SteppedSlider(_DEPTHS, DEEPEST, self.tr("Depth"), self)
        self.rounds.set_tip(self.tr("How many rounds the Repeat has (its times)"))
        self.outputs = SteppedSlider(_WIDTHS, WIDEST, self.tr("Width"), self)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        rows.addWidget(self.heading)
        form = tight_form(body := QWidget(self))
        self._rounds_label = add_row(form, self.tr("depth"), self.rounds)
        self._outputs_label = add_row(form, self.tr("width"), self.outputs)
        self.notes = (RefusedNote(self.rounds.box, body), RefusedNote(self.outputs.box, body))
        for at, note in zip((1, 3), self.notes, strict=True):
            form.insertRow(at, note)
        for label in (self._rounds_label, self._outputs_label):
            label.setFixedWidth(48)
        rows.addWidget(body)
        self.rounds.value_changed.connect(self._on_depth)
        self.outputs.value_changed.connect(self._on_width)
        self.rounds.box.out_of_range.connect(self._on_refused)
        self.outputs.box.out_of_range.connect(self._on_refused)

    def show_repeat(self, repeat: LayerSpec, *, from_inside: bool) -> None:
        """Show a Repeat; `from_inside`: it is around what is selected."""
        times = repeat.parameters.get("times")
        for note in self.notes:
            note.say("")
        self.heading.setText(self.tr("The Repeat around it"))
        self.heading.setVisible(from_inside)
        if isinstance(times, int):
            self.rounds.set_value(times)
        found = widths(repeat)
        if found:
            self.outputs.set_value(found[0])
        self.outputs.setEnabled(len(found) == 1)
        if len(found) > 1:
            listed = ", ".join(f"{width:,}" for width in found[:4])
            self.outputs.set_tip(self.tr("The layers inside have different widths: {0}").format(listed))
        elif found:
            tip = self.tr("The outputs of every layer inside: out_features, out_channels, hidden_size")
            self.outputs.set_tip(tip)
        self.outputs.setVisible(bool(found))
        self._outputs_label.setVisible(bool(found))

    def _on_refused(self, number: int) -> None:
        box = self.sender()
        if isinstance(box, BoundedBox):
            note = self.notes[0 if box is self.rounds.box else 1]
            numbers = (f"{each:,}" for each in (box.minimum(), box.maximum(), number))
            note.say(self.tr("It must be from {0} to {1}, not {2}").format(*numbers))

    def _on_depth(self, value: int) -> None:
        self.depth_changed.emit(value, self.rounds.gesture)

    def _on_width(self, value: int) -> None:
        self.width_changed.emit(value, self.outputs.gesture)
