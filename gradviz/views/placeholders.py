"""What stands in the window for the moment until its panels and plots are imported: their headings."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

LEFT_WIDTH = 304


class _Placeholder(QWidget):
    """A panel with a heading at the very place where it will be."""

    def __init__(self, title: str, left: int, top: int, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        label = QLabel(title, self)
        label.setProperty("role", "heading")
        label.setFixedHeight(36)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(left, top, 16, 0)
        layout.addWidget(label)
        layout.addStretch(1)


class LeftPlaceholder(_Placeholder):
    """The left panel to be."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", 16, 4, parent)
        label = self.findChild(QLabel)
        if isinstance(label, QLabel):
            label.setText(self.tr("Model"))
            label.setIndent(17)
        self.setMinimumWidth(240)

    def sizeHint(self) -> QSize:
        """As the left panel's."""
        return QSize(LEFT_WIDTH, 600)


class PlotPlaceholder(_Placeholder):
    """The plots to be."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", 16, 2, parent)
        label = self.findChild(QLabel)
        if isinstance(label, QLabel):
            label.setText(self.tr("Gradient flow"))
