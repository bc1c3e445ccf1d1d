"""What stands in the middle of the window for the moment until the plots are imported."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget


class PlotPlaceholder(QWidget):
    """A panel with the first plot's heading, at the very place where it will be."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        title = QLabel(self.tr("Gradient flow"), self)
        title.setProperty("role", "heading")
        title.setFixedHeight(36)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 2, 16, 0)
        layout.addWidget(title)
        layout.addStretch(1)
