"""A place of the window for several plots: one is shown, the others are tabs beside its title.

A plot is asked for when it is first in front, and not before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QToolButton, QWidget

from gradviz.views.plots.plot_view import PlotView

KEY = "key"
"""The property of a tab that says which plot it is of."""
_GAP = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Tab:
    """A plot by its key, its short name, and what a tooltip says of it."""

    key: str
    name: str
    tip: str


class PlotTabs(QStackedWidget):
    """Holds plots; whoever fills it draws only the one that is shown."""

    chosen = Signal(object)
    """The key (str) of the plot that the user wants."""
    front_changed = Signal()
    """Another plot is in front."""
    enlarge_wanted = Signal()
    """The user wants this place alone in the middle, or all back."""
    keyed = Signal(object)
    """A key (QKeyEvent) was pressed where a plot was clicked."""
    named = Signal(object)
    """The plot (PlotView) in front has new tabs."""

    def __init__(self, plot: Callable[[str], PlotView], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._plot = plot
        self._enlarged = False
        self._tabs: tuple[Tab, ...] = ()
        self._further: QAction | None = None
        self._shown: tuple[object, ...] = ()
        self.wanted = ""
        """The key of the plot that is in front where it is here."""

    @property
    def keys(self) -> tuple[str, ...]:
        """What stands here, in order."""
        return tuple(tab.key for tab in self._tabs)

    @property
    def key(self) -> str:
        """The key of what is shown; "" where nothing stands here."""
        keys = self.keys
        return self.wanted if self.wanted in keys else keys[0] if keys else ""

    @property
    def current(self) -> PlotView:
        """What is shown. Raises LookupError where nothing stands here."""
        frame = self.currentWidget()
        if isinstance(frame, PlotView):
            return frame
        raise LookupError("no plot stands here")

    def set_tabs(self, tabs: Sequence[Tab]) -> None:
        """Hold these plots, in this order."""
        self._tabs = tuple(tabs)
        self.fit()

    def set_enlarged(self, *, enlarged: bool) -> None:
        """Say whether this place stands alone in the middle."""
        self._enlarged = enlarged
        if self.count():
            self.current.set_enlarged(enlarged=enlarged)

    def show_tab(self, key: str) -> None:
        """Show the plot of that key, where it is here or as soon as it is."""
        self.wanted = key
        self.fit()

    def set_further(self, action: QAction) -> None:
        """Take what is no plot but can be had from here too; it comes after all tabs."""
        self._further = action
        self.fit()

    def fit(self) -> None:
        """Have the wanted plot in front, with the others as tabs beside its title."""
        key = self.key
        frame = self._plot(key) if key else None
        for at in reversed(range(self.count())):
            if self.widget(at) is not frame:
                self._let_go(self.widget(at))
        if frame is not None and self.indexOf(frame) < 0:
            frame.enlarge_wanted.connect(self.enlarge_wanted)
            self.addWidget(frame)
            frame.set_enlarged(enlarged=self._enlarged)
        shown = (frame, self._tabs, self._further)
        if shown != self._shown:
            was, self._shown = self._shown, shown
            if frame is not None:
                self._name_tabs(frame)
                self.setCurrentWidget(frame)
            if not was or was[0] is not frame:
                self.front_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows and the like are for all plots together."""
        event.ignore()
        self.keyed.emit(event)

    def gap_at(self, point: QPoint, moving: str) -> tuple[str | None, int]:
        """Before which plot's name a point lies, None after the last, and where that gap is (x), in pixels.

        The name that is moved is none to stand before.
        """
        end = 0
        for key, widget in self._names().items():
            left = widget.mapTo(self, widget.rect().topLeft()).x()
            if point.x() < left + widget.width() / 2 and key != moving:
                return key, left - _GAP // 2
            end = left + widget.width() + _GAP // 2
        hidden = [key for key in self.keys if key not in self._names() and key != moving]
        return (hidden[0] if hidden else None), end

    def _names(self) -> dict[str, QWidget]:
        """The visible names in the heading, by key, from left to right."""
        if not self.count():
            return {}
        frame = self.current
        names: list[QWidget] = [*frame.tabs, frame.title]
        ordered = sorted(names, key=frame.heading.indexOf)
        return {str(name.property(KEY)): name for name in ordered if name.isVisible() and name.property(KEY)}

    def _let_go(self, frame: QWidget | None) -> None:
        """Park what is not in front any more; whoever made it shows it elsewhere, or ends it."""
        if isinstance(frame, PlotView):
            frame.enlarge_wanted.disconnect(self.enlarge_wanted)
            frame.set_enlarged(enlarged=False)
        if frame is not None:
            self.removeWidget(frame)
            frame.hide()

    def _name_tabs(self, frame: PlotView) -> None:
        """Beside the title the names of the other plots, in one order."""
        frame.remove_tabs()
        at = self.keys.index(self.key)
        frame.title.setProperty(KEY, self.key)
        frame.stand_alone(alone=len(self._tabs) == 1)
        for tab in self._tabs[:at]:
            self._connect(frame.add_tab(tab.name, tab.tip, before=True), tab.key)
        further = self._further
        if further is not None:
            frame.add_tab(further.text(), further.toolTip(), before=False).clicked.connect(further.trigger)
        for tab in reversed(self._tabs[at + 1 :]):
            self._connect(frame.add_tab(tab.name, tab.tip, before=False), tab.key)
        self.named.emit(frame)

    def _connect(self, button: QToolButton, key: str) -> None:
        button.setProperty(KEY, key)
        button.clicked.connect(self._on_tab)

    def _on_tab(self) -> None:
        button = self.sender()
        if isinstance(button, QToolButton):
            key = str(button.property(KEY))
            self.show_tab(key)
            self.chosen.emit(key)
