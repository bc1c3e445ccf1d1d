"""A box for a whole number that says why a number does not count, where Qt's own swallows its last digit.

Typing 99,999 where 10,000 is the most made 9,999 of it, without a word. Here it can be typed; on Enter the
last good number is there again, and whoever shows the box is told.
"""

from __future__ import annotations

import re
from typing import cast

from PySide6.QtCore import Signal
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QSpinBox, QWidget

_SIGNS = {"-", "+"}
_WHOLE = re.compile(r"[-+]?\d{1,18}")


class BoundedBox(QSpinBox):
    """Tells no number while it is typed, but when it is entered."""

    out_of_range = Signal(object)
    """The number (int) that was entered and does not count."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._typed = ""
        self.setKeyboardTracking(False)
        self.setGroupSeparatorShown(True)
        self.lineEdit().textEdited.connect(self._on_edited)
        self.valueChanged.connect(self._on_value)
        self.editingFinished.connect(self._on_finished)

    def validate(self, text: str, at: int) -> tuple[QValidator.State, str, int]:
        """Any whole number may be typed."""
        judged = cast("tuple[QValidator.State, str, int]", super().validate(text, at))
        if judged[0] is QValidator.State.Invalid and (
            self._plain(text) in _SIGNS or self._number(text) is not None
        ):
            return QValidator.State.Intermediate, text, at
        return judged

    def _plain(self, text: str) -> str:
        return text.replace(self.locale().groupSeparator(), "").strip()

    def _number(self, text: str) -> int | None:
        plain = self._plain(text)
        return int(plain) if _WHOLE.fullmatch(plain) else None

    def _on_edited(self, text: str) -> None:
        self._typed = text

    def _on_value(self, _value: int) -> None:
        self._typed = ""

    def _on_finished(self) -> None:
        number, self._typed = self._number(self._typed), ""
        if number is not None and not self.minimum() <= number <= self.maximum():
            self.out_of_range.emit(number)
