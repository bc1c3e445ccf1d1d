"""A place of the window for several plots: one is shown, the others are tabs beside its title."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QToolButton, QWidget

from gradviz.views.plots.titled_frame import TitledFrame


@dataclass(frozen=True, kw_only=True, slots=True)
class Tab:
    """A plot by its key, its short name, and what a tooltip says of it."""

    key: str
    name: str
    tip: str
    frame: TitledFrame


class PlotTabs(QStackedWidget):
    """Holds plots; whoever fills them draws only the one that is shown."""

    chosen = Signal(object)
    """The key (str) of the plot that the user wants."""

    enlarge_wanted = Signal()
    """The user wants this place alone in the middle, or all back."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._enlarged = False
        self._tabs: list[Tab] = []

    @property
    def current(self) -> TitledFrame:
        """What is shown."""
        return self._tabs[self.currentIndex()].frame

    @property
    def key(self) -> str:
        """The key of what is shown."""
        return self._tabs[self.currentIndex()].key

    def add(self, key: str, frame: TitledFrame, name: str, tip: str) -> None:
        """Take a plot as the last one."""
        self._tabs.append(Tab(key=key, name=name, tip=tip, frame=frame))
        self.addWidget(frame)
        frame.set_enlarged(enlarged=self._enlarged)
        frame.enlarge_wanted.connect(self.enlarge_wanted)
        self._name_tabs()

    def remove(self, key: str) -> None:
        """Give a plot up; whoever made it ends it."""
        for tab in [tab for tab in self._tabs if tab.key == key]:
            self._tabs.remove(tab)
            tab.frame.remove_tabs()
            self.removeWidget(tab.frame)
        self._name_tabs()

    def set_enlarged(self, *, enlarged: bool) -> None:
        """Say whether this place stands alone in the middle."""
        self._enlarged = enlarged
        for tab in self._tabs:
            tab.frame.set_enlarged(enlarged=enlarged)

    def show_tab(self, key: str) -> None:
        """Show the plot of that key; of another one nothing happens."""
        for at, tab in enumerate(self._tabs):
            if tab.key == key and at != self.currentIndex():
                self.setCurrentIndex(at)

    def _name_tabs(self) -> None:
        for at, tab in enumerate(self._tabs):
            tab.frame.remove_tabs()
            for other in self._tabs[:at]:
                self._connect(tab.frame.add_tab(other.name, other.tip, before=True), other.key)
            for other in reversed(self._tabs[at + 1 :]):
                self._connect(tab.frame.add_tab(other.name, other.tip, before=False), other.key)

    def _connect(self, button: QToolButton, key: str) -> None:
        button.setProperty("key", key)
        button.clicked.connect(self._on_tab)

    def _on_tab(self) -> None:
        button = self.sender()
        if isinstance(button, QToolButton):
            key = str(button.property("key"))
            self.show_tab(key)
            self.chosen.emit(key)
