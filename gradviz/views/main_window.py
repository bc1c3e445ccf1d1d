"""The main window: it puts toolbar, panels, plots and time bar in their places and wires them.

What is heavy comes after the first paint: `load_plots` imports pyqtgraph (0.4 s) once the window is
on the screen.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QHideEvent, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QSplitter, QVBoxLayout, QWidget

from gradviz.control.engine_host import EngineHost
from gradviz.control.layer_tree_model import LayerTreeModel
from gradviz.control.session_document import SessionDocument
from gradviz.control.settings import Settings
from gradviz.paths import resources
from gradviz.spec.examples import examples
from gradviz.views import menus
from gradviz.views.actions import make_actions
from gradviz.views.appearance import ThemeChoice, appearance
from gradviz.views.file_conductor import FileConductor
from gradviz.views.help_actions import HelpActions
from gradviz.views.left_panel import LeftPanel
from gradviz.views.log_panel import LogPanel
from gradviz.views.message_strip import MessageStrip
from gradviz.views.plot_placeholder import PlotPlaceholder
from gradviz.views.run_conductor import RunConductor
from gradviz.views.run_toolbar import RunToolbar
from gradviz.views.time_bar import TimeBar
from gradviz.views.window_wiring import WindowWiring

if TYPE_CHECKING:
    from gradviz.views.plots.plot_area import PlotArea

_SIZE = QSize(1280, 800)
_THEME = "theme"
_GEOMETRY = "window/geometry"


class MainWindow(QMainWindow):
    """One window, one session."""

    painted = Signal()
    """The window has been painted for the first time."""
    plots_loaded = Signal()
    """The plots are there."""

    def __init__(self, document: SessionDocument, host: EngineHost, settings: Settings) -> None:
        super().__init__()
        self.document = document
        self.host = host
        self.settings = settings
        self.actions_by_key = make_actions(self)
        self.addActions(list(self.actions_by_key.values()))
        self.layer_model = LayerTreeModel(document, self)
        self.runs = RunConductor(document, host, self)
        self.files = FileConductor(document, host, settings, self)
        self.toolbar = RunToolbar(self.actions_by_key, self)
        self.strip = MessageStrip(self)
        self.left = LeftPanel(document, self.layer_model, self.actions_by_key, self)
        self.time_bar = TimeBar(self)
        self.log = LogPanel(self)
        self.log.hide()
        self.plots: PlotArea | None = None
        self.help = HelpActions(self, self.actions_by_key)
        self._placeholder = PlotPlaceholder(self)
        self._painted = False
        self._lay_out()
        self._fill_menus()
        self.wiring = WindowWiring(self)
        self._restore()

    def load_plots(self) -> None:
        """Put the plots in the middle; imports pyqtgraph."""
        if self.plots is not None:
            return
        from gradviz.views.plots.plot_area import PlotArea  # noqa: PLC0415 - after the first paint

        self.plots = PlotArea(self)
        self._middle.replaceWidget(0, self.plots)
        self._placeholder.deleteLater()
        self.wiring.connect_plots(self.plots)
        self.plots_loaded.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell the first one."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            self.painted.emit()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what was not drawn."""
        super().showEvent(event)
        self._tell_visible()

    def hideEvent(self, event: QHideEvent) -> None:
        """Draw nothing while hidden."""
        super().hideEvent(event)
        self._tell_visible()

    def changeEvent(self, event: QEvent) -> None:
        """Draw nothing while minimised."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.WindowStateChange:
            self._tell_visible()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask what to do with unsaved work, then end engine and document."""
        if not self.files.may_close():
            event.ignore()
            return
        self.settings.set_state(_GEOMETRY, self.saveGeometry())
        self.settings.sync()
        self.runs.close()
        self.host.close()
        self.document.close()
        event.accept()

    def _lay_out(self) -> None:
        self._middle = QSplitter(Qt.Orientation.Vertical)
        self._middle.setHandleWidth(1)
        self._middle.setChildrenCollapsible(False)
        self._middle.addWidget(self._placeholder)
        self._middle.addWidget(self.log)
        self._middle.setStretchFactor(0, 4)
        self._middle.setStretchFactor(1, 1)
        self.columns = QSplitter(Qt.Orientation.Horizontal)
        self.columns.setHandleWidth(1)
        self.columns.setChildrenCollapsible(False)
        self.columns.addWidget(self.left)
        self.columns.addWidget(self._middle)
        self.columns.setStretchFactor(0, 0)
        self.columns.setStretchFactor(1, 1)
        self.columns.setSizes([self.left.sizeHint().width(), _SIZE.width()])
        centre = QWidget(self)
        rows = QVBoxLayout(centre)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.toolbar)
        rows.addWidget(_line(centre))
        rows.addWidget(self.strip)
        rows.addWidget(self.columns, 1)
        rows.addWidget(_line(centre))
        rows.addWidget(self.time_bar)
        self.setCentralWidget(centre)
        self.setMinimumSize(960, 620)
        self.resize(_SIZE)
        self.setFocus()

    def _fill_menus(self) -> None:
        open_ended = menus.fill_menu_bar(self.menuBar(), self.actions_by_key)
        self._recent = open_ended[menus.RECENT]
        menus.fill_examples(
            open_ended[menus.EXAMPLES], examples(resources() / "examples"), self.files.new_from_example
        )
        menus.fill_themes(open_ended[menus.THEMES], appearance(), self._choose_theme)
        self._fill_recent()
        self.settings.recent_changed.connect(self._fill_recent)

    def _fill_recent(self) -> None:
        menus.fill_recent(self._recent, self.settings.recent_files, self._open_recent)

    def _open_recent(self, path: Path) -> None:
        self.files.open_path(path)

    def _choose_theme(self, choice: ThemeChoice) -> None:
        appearance().choose(choice)
        self.settings.set_text(_THEME, choice.value)

    def _restore(self) -> None:
        geometry = self.settings.state(_GEOMETRY)
        if not geometry.isEmpty():
            self.restoreGeometry(geometry)

    def _tell_visible(self) -> None:
        self.runs.clock.set_visible(self.isVisible() and not self.isMinimized())


def remembered_theme(settings: Settings) -> ThemeChoice:
    """The theme that was chosen in an earlier run of the program."""
    text = settings.text(_THEME)
    return ThemeChoice(text) if text in set(ThemeChoice) else ThemeChoice.SYSTEM


def _line(parent: QWidget) -> QWidget:
    line = QWidget(parent)
    line.setProperty("role", "line")
    line.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    line.setFixedHeight(1)
    return line
