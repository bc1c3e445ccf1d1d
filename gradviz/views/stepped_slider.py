"""A slider over a scale of round numbers, with a box beside it for any number.

The scale has equal steps for equal ratios, since from 5 to 10 layers is as much of a change as from 50 to
100. A drag is one gesture: `gesture` grows with each, so that it can be undone at once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from gradviz.views.bounded_box import BoundedBox

_BOX_WIDTH = 76


class SteppedSlider(QWidget):
    """Shows and tells one whole number."""

    value_changed = Signal(object)
    """The new number (int)."""

    def __init__(self, steps: Sequence[int], largest: int, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps = tuple(steps)
        self.gesture = 0
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(0, len(self._steps) - 1)
        self.slider.setPageStep(max(1, len(self._steps) // 12))
        self.slider.setAccessibleName(name)
        self.slider.setMinimumWidth(48)
        self.slider.installEventFilter(self)
        self.box = BoundedBox(self)
        self.box.setRange(self._steps[0], largest)
        self.box.setAccessibleName(name)
        self.box.setFixedWidth(_BOX_WIDTH)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.slider, 1)
        row.addWidget(self.box)
        self.setFocusProxy(self.box)
        self.slider.sliderPressed.connect(self._on_pressed)
        self.slider.valueChanged.connect(self._on_slid)
        self.box.valueChanged.connect(self._on_typed)

    @property
    def value(self) -> int:
        """The number shown."""
        return self.box.value()

    def set_value(self, value: int) -> None:
        """Show a number, without telling."""
        for widget in (self.slider, self.box):
            widget.blockSignals(True)  # noqa: FBT003 - Qt's own
        place = min(bisect_left(self._steps, value), len(self._steps) - 1)
        if not self.slider.isSliderDown() or self._steps[self.slider.value()] != value:
            self.slider.setValue(place)
        self.box.setValue(value)
        for widget in (self.slider, self.box):
            widget.blockSignals(False)  # noqa: FBT003

    def set_tip(self, tip: str) -> None:
        """Explain both parts."""
        self.setToolTip(tip)
        self.slider.setToolTip(tip)
        self.box.setToolTip(tip)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The wheel over a slider scrolls the form: nobody means to change a depth by the way."""
        if watched is self.slider and event.type() == QEvent.Type.Wheel and not self.slider.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def _on_pressed(self) -> None:
        self.gesture += 1

    def _on_slid(self, place: int) -> None:
        if not self.slider.isSliderDown():
            self.gesture += 1
        self.box.blockSignals(True)  # noqa: FBT003 - Qt's own
        self.box.setValue(self._steps[place])
        self.box.blockSignals(False)  # noqa: FBT003
        self.value_changed.emit(self._steps[place])

    def _on_typed(self, value: int) -> None:
        self.gesture += 1
        self.set_value(value)
        self.value_changed.emit(value)


def even_ratios(first: int, last: int, each_tenfold: int) -> tuple[int, ...]:
    """Whole numbers from `first` to `last`, about so many for each factor of ten, none twice."""
    steps, number = [first], 0
    while steps[-1] < last:
        number += 1
        value = min(last, round(first * 10 ** (number / each_tenfold)))
        if value > steps[-1]:
            steps.append(value)
    return tuple(steps)
