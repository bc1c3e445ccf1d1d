"""A scroll area that wants to be as high as what it holds, and scrolls only where there is less room.

Its bar stands in the margin at the right of what it holds, where that is wide enough: the fields keep their
width, and nothing wraps anew, when the bar comes.
"""

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
        self._taken = 0
        inner.installEventFilter(self)
        self.verticalScrollBar().installEventFilter(self)

    def sizeHint(self) -> QSize:
        """The size of what it holds."""
        inner = self.widget()
        hint = inner.sizeHint()
        if inner.hasHeightForWidth():  # lines that wrap need more height than they hint at, beside a bar too
            width = self.width()
            if self._taken or not self._has_room_for_bar():
                width -= self.verticalScrollBar().sizeHint().width()
            hint.setHeight(max(inner.minimumSizeHint().height(), inner.heightForWidth(width)))
        return hint

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Want another height when the content does; make way for the bar."""
        if watched is self.verticalScrollBar():
            if event.type() in {QEvent.Type.Show, QEvent.Type.Hide}:
                self._take_margin(taken=event.type() is QEvent.Type.Show)
        elif event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def _has_room_for_bar(self) -> bool:
        layout = self.widget().layout()
        right = layout.contentsMargins().right() if layout is not None else 0
        return right + self._taken >= self.verticalScrollBar().sizeHint().width()

    def _take_margin(self, *, taken: bool) -> None:
        layout = self.widget().layout() if self.widget() is not None else None
        width = self.verticalScrollBar().sizeHint().width() if taken and self._has_room_for_bar() else 0
        if layout is None or width == self._taken:
            return
        margins = layout.contentsMargins()
        margins.setRight(margins.right() + self._taken - width)
        self._taken = width
        layout.setContentsMargins(margins)
