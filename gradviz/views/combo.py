"""Filling a choice without telling that the user chose."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox


def fill(combo: QComboBox, names: list[str], current: str) -> None:
    """Offer `names` and show `current`, without telling."""
    combo.blockSignals(True)  # noqa: FBT003 - Qt's own
    if [combo.itemText(i) for i in range(combo.count())] != names:
        combo.clear()
        combo.addItems(names)
    combo.setCurrentText(current)
    combo.blockSignals(False)  # noqa: FBT003
