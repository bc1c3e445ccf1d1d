"""A scroll area that wants to be as high as what it holds, and scrolls only where there is less room."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget


class FittedScroll(QScrollArea):
    """Upright only."""

    def __init__(self, inner: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        inner.installEventFilter(self)

    def sizeHint(self) -> QSize:
        """The size of what it holds."""
        inner = self.widget()
        hint = inner.sizeHint()
        if inner.hasHeightForWidth():  # lines that wrap need more height than they hint at, beside a bar too
            width = self.width() - self.verticalScrollBar().sizeHint().width()
            hint.setHeight(max(inner.minimumSizeHint().height(), inner.heightForWidth(width)))
        return hint

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Want another height when the content does."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)
