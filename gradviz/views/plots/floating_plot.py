"""A plot in a window of its own; it stays linked with all others, and closing the window puts it back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QRegion, QResizeEvent, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gradviz.views.plots.arrangement import Rect
from gradviz.views.plots.plot_tabs import KEY
from gradviz.views.plots.plot_view import PlotView

LEAST = QSize(320, 220)
_GRIP = QSize(64, 16)
"""So much of a window's upper edge has to be on a screen, for a mouse to take hold of it."""
_TITLE_BAR = 32
_KIND = (
    Qt.WindowType.Dialog  # X11 keeps these in front of the window they belong to
    | Qt.WindowType.WindowMinMaxButtonsHint
    | Qt.WindowType.WindowCloseButtonHint
)


class FloatingPlot(QWidget):
    """Holds one plot before the main window; F11 and “enlarge” fill the screen with it, Esc leaves that."""

    back_wanted = Signal(object)
    """The key (str) of the plot: its window was closed."""
    sight_changed = Signal()
    """The window is larger, smaller, minimised or back."""

    def __init__(self, key: str, name: str, owner: QWidget) -> None:
        super().__init__(owner, _KIND)
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, on=False)
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(self.tr("{0} — gradviz").format(name))
        self.setMinimumSize(LEAST)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setFocus()
        self._key = key
        self._frame: PlotView | None = None
        self._is_ending = False
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self.addActions([action for action in owner.window().actions() if _is_for_all(action.shortcut())])
        for keys, act in (
            (QKeySequence(Qt.Key.Key_F11), self.toggle_full_screen),
            (QKeySequence(Qt.Key.Key_Escape), self.leave_full_screen),
            (QKeySequence("Ctrl+W"), self.close),
        ):
            QShortcut(keys, self).activated.connect(act)

    @property
    def frame(self) -> PlotView | None:
        """What it shows."""
        return self._frame

    @property
    def place(self) -> Rect:
        """Where it is, x, y, width and height; while it fills the screen, where it will be again."""
        rect = self.normalGeometry() if self.isFullScreen() or self.isMaximized() else self.geometry()
        return (rect.x(), rect.y(), rect.width(), rect.height())

    def show_frame(self, frame: PlotView) -> None:
        """Show that plot."""
        if frame is self._frame:
            return
        self.let_go()
        self._frame = frame
        frame.remove_tabs()
        frame.stand_alone(alone=True)
        frame.title.setProperty(KEY, self._key)
        frame.enlarge_wanted.connect(self.toggle_full_screen)
        self._layout.addWidget(frame)
        frame.show()
        self._say()

    def let_go(self) -> None:
        """Give the plot up, to whoever takes it."""
        frame, self._frame = self._frame, None
        if frame is not None:
            frame.enlarge_wanted.disconnect(self.toggle_full_screen)
            frame.set_enlarged(enlarged=False)
            self._layout.removeWidget(frame)
            if frame.parentWidget() is self:
                frame.hide()
                frame.setParent(self.parentWidget())

    def end(self) -> None:
        """Close it for good, without a wish."""
        self._is_ending = True
        self.let_go()
        self.close()
        self.deleteLater()

    def toggle_full_screen(self) -> None:
        """Fill the screen with it, or leave that."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def leave_full_screen(self) -> None:
        """Back to a window."""
        if self.isFullScreen():
            self.toggle_full_screen()

    def changeEvent(self, event: QEvent) -> None:
        """Offer the way back from the full screen; draw nothing while minimised."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.WindowStateChange:
            self._say()
            self.sight_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell how many columns can be seen."""
        super().resizeEvent(event)
        self.sight_changed.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """The plot goes back."""
        event.accept()
        if not self._is_ending:
            self.back_wanted.emit(self._key)

    def _say(self) -> None:
        if self._frame is not None:
            self._frame.set_enlarged(enlarged=self.isFullScreen(), floats=True)


def reachable(window: QRect, screens: Sequence[QRect]) -> QRect:
    """Where a window goes: where it was if a mouse gets hold of it there, else onto the first screen."""
    grip = QRect(window.topLeft(), QSize(window.width(), 2 * _GRIP.height()))
    for screen in screens:
        part = screen.intersected(grip)
        if part.width() >= _GRIP.width() and part.height() >= _GRIP.height():
            return window
    if not screens:
        return window
    result = QRect(window.topLeft(), window.size().boundedTo(screens[0].size()))
    result.moveCenter(screens[0].center())
    return result


def wholly(window: QRect, screens: Sequence[QRect]) -> QRect:
    """Where a window that opens goes: where it was if all of it can be seen, else onto a screen.

    That is the one it is on most. A window that lies across two screens stays.
    """
    here = reachable(window, screens)
    hidden = QRegion(here)
    for screen in screens:
        hidden = hidden.subtracted(QRegion(screen))
    if hidden.isEmpty() or not screens:
        return here
    most = max(screens, key=lambda screen: _area(screen.intersected(here)))
    return QRect(*inside(here, most))


def inside(window: QRect, screen: QRect) -> Rect:
    """A new window moved, and where it is too large cut, so that all of it is on a screen."""
    room = screen.adjusted(0, _TITLE_BAR, 0, 0)
    size = window.size().boundedTo(room.size())
    x = max(room.left(), min(window.left(), room.right() + 1 - size.width()))
    y = max(room.top(), min(window.top(), room.bottom() + 1 - size.height()))
    return (x, y, size.width(), size.height())


def _area(rect: QRect) -> int:
    return rect.width() * rect.height() if rect.isValid() else 0


def _is_for_all(shortcut: QKeySequence) -> bool:
    """Whether a key of the main window counts here too; this window has a meaning of its own for some."""
    return shortcut not in {QKeySequence("F11"), QKeySequence("Ctrl+W"), QKeySequence()}
