"""What the mouse does with a plot's name: drag it away, close it with the middle button, open its menu.

A drag is followed here and not as a drag and drop of the system's: it ends anywhere, also outside the window,
where the plot gets a window of its own, and it can be told from a click by its way.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from gradviz.views.plots.plot_tabs import KEY


class TabGestures(QObject):
    """Watches tabs, titles and headings that have the property `KEY`."""

    menu_wanted = Signal(object, object)
    """The key (str) of a plot and a place on the screen (QPoint)."""
    close_wanted = Signal(object)
    """The key (str) of a plot."""
    dragged = Signal(object, object)
    """The key (str) of a plot whose name is dragged, and where it is on the screen (QPoint)."""
    dropped = Signal(object, object)
    """The same where it is let go of."""
    drag_ended = Signal()
    """It is over, dropped or not."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._pressed: tuple[str, QPoint] | None = None
        self._is_dragging = False

    def watch(self, widget: QWidget) -> None:
        """Follow the mouse on that name."""
        widget.installEventFilter(self)

    def cancel(self) -> None:
        """End a drag without a drop."""
        self._pressed = None
        if self._is_dragging:
            self._is_dragging = False
            application = QApplication.instance()
            if application is not None:
                application.removeEventFilter(self)
            QApplication.restoreOverrideCursor()
            self.drag_ended.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell gestures from clicks."""
        if self._is_dragging:
            return self._follow(watched, event)
        key = watched.property(KEY)
        if isinstance(event, QMouseEvent) and isinstance(key, str):
            return self._on_mouse(watched, event, key)
        if isinstance(event, QContextMenuEvent) and isinstance(key, str):
            self.menu_wanted.emit(key, event.globalPos())
            return True
        return False

    def _on_mouse(self, watched: QObject, event: QMouseEvent, key: str) -> bool:
        kind, place = event.type(), event.globalPosition().toPoint()
        if event.button() is Qt.MouseButton.MiddleButton and kind is QEvent.Type.MouseButtonRelease:
            self.close_wanted.emit(key)
            return True
        if kind is QEvent.Type.MouseButtonPress and event.button() is Qt.MouseButton.LeftButton:
            self._pressed = (key, place)
        elif kind is QEvent.Type.MouseButtonRelease:
            self._pressed = None
        elif kind is QEvent.Type.MouseMove and self._pressed is not None:
            way = (place - self._pressed[1]).manhattanLength()
            if way >= QApplication.startDragDistance():
                self._start(watched)
                self.dragged.emit(self._pressed[0], place)
                return True
        return False

    def _start(self, watched: QObject) -> None:
        """From here on every event of the mouse is the drag's, whatever becomes of the name."""
        self._is_dragging = True
        if isinstance(watched, QAbstractButton):
            watched.setDown(False)
        application = QApplication.instance()
        if application is not None:
            application.installEventFilter(self)
        QApplication.setOverrideCursor(Qt.CursorShape.ClosedHandCursor)

    def _follow(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            if kind is QEvent.Type.KeyPress:
                self.cancel()
            return True
        if not isinstance(event, QMouseEvent) or not isinstance(watched, QWidget) or self._pressed is None:
            return False
        key, place = self._pressed[0], event.globalPosition().toPoint()
        if kind is QEvent.Type.MouseMove:
            self.dragged.emit(key, place)
        elif kind is QEvent.Type.MouseButtonRelease:
            self.cancel()
            self.dropped.emit(key, place)
        return True
