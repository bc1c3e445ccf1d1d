"""The main window: it puts toolbar, panels, plots and time bar in their places and wires them.

It comes in three steps, so that it is on the screen in less time than an import of pyqtgraph takes: the
frame with toolbar and time bar; `open_session` with all panels (which need NumPy through the run
stores); `load_plots` with pyqtgraph.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QHideEvent, QKeyEvent, QKeySequence, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QSplitter, QVBoxLayout, QWidget
from shiboken6 import isValid

from gradviz.control.settings import Settings
from gradviz.paths import resources
from gradviz.views import menus
from gradviz.views.actions import is_local, make_actions
from gradviz.views.appearance import ThemeChoice, appearance
from gradviz.views.help_actions import HelpActions
from gradviz.views.message_strip import MessageStrip
from gradviz.views.placeholders import LEFT_WIDTH, LeftPlaceholder, PlotPlaceholder
from gradviz.views.run_toolbar import RunToolbar
from gradviz.views.time_bar import TimeBar

if TYPE_CHECKING:
    from gradviz.control.engine_host import EngineHost
    from gradviz.control.layer_tree_model import LayerTreeModel
    from gradviz.control.session_document import SessionDocument
    from gradviz.views.arrangement_conductor import ArrangementConductor
    from gradviz.views.code_conductor import CodeConductor
    from gradviz.views.file_conductor import FileConductor
    from gradviz.views.left_panel import LeftPanel
    from gradviz.views.log_panel import LogPanel
    from gradviz.views.plots.plot_area import PlotArea
    from gradviz.views.range_test.conductor import RangeTestConductor
    from gradviz.views.replay_conductor import ReplayConductor
    from gradviz.views.run_conductor import RunConductor
    from gradviz.views.run_messages import RunMessages
    from gradviz.views.table_conductor import TableConductor
    from gradviz.views.template_conductor import TemplateConductor
    from gradviz.views.threshold_conductor import ThresholdConductor
    from gradviz.views.window_wiring import WindowWiring

_SIZE = QSize(1280, 800)
_TITLE_BAR = 32
_THEME = "theme"
_GEOMETRY = "window/geometry"


class MainWindow(QMainWindow):
    """One window, one session."""

    painted = Signal()
    """The window has been painted for the first time."""
    plots_loaded = Signal()
    """The plots are there."""

    document: SessionDocument
    host: EngineHost
    layer_model: LayerTreeModel
    runs: RunConductor
    messages: RunMessages
    files: FileConductor
    code: CodeConductor
    left: LeftPanel
    log: LogPanel
    range_tests: RangeTestConductor
    tables: TableConductor
    templates: TemplateConductor
    thresholds: ThresholdConductor
    replays: ReplayConductor
    wiring: WindowWiring
    arrangements: ArrangementConductor

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        self.actions_by_key = make_actions(self)
        self.addActions([action for action in self.actions_by_key.values() if not is_local(action)])
        self.toolbar = RunToolbar(self.actions_by_key, self)
        self.strip = MessageStrip(self)
        self.time_bar = TimeBar(self)
        self.plots: PlotArea | None = None
        self.help = HelpActions(self, self.actions_by_key)
        self._placeholders = (LeftPlaceholder(self), PlotPlaceholder(self))
        self._open_ended = menus.fill_menu_bar(self.menuBar(), self.actions_by_key)
        self._is_open = False
        self._ends_at_once = False
        self._painted = False
        self._tabs_soon = QTimer(self)
        self._tabs_soon.setSingleShot(True)
        self._tabs_soon.timeout.connect(self._order_tabs)
        self._lay_out()
        self._restore()

    def open_session(self, document: SessionDocument, host: EngineHost) -> None:
        """Fill the window with a session's panels; imports what reads run stores, and NumPy with it."""
        from gradviz.control.layer_tree_model import LayerTreeModel  # noqa: PLC0415 - after the first paint
        from gradviz.views.code_conductor import CodeConductor  # noqa: PLC0415
        from gradviz.views.file_conductor import FileConductor  # noqa: PLC0415
        from gradviz.views.left_panel import LeftPanel  # noqa: PLC0415
        from gradviz.views.log_panel import LogPanel  # noqa: PLC0415
        from gradviz.views.memory_guard import MemoryGuard  # noqa: PLC0415
        from gradviz.views.parameter_form import ParameterForm  # noqa: PLC0415
        from gradviz.views.range_test.conductor import RangeTestConductor  # noqa: PLC0415
        from gradviz.views.replay_conductor import ReplayConductor  # noqa: PLC0415
        from gradviz.views.run_conductor import RunConductor  # noqa: PLC0415
        from gradviz.views.run_messages import RunMessages  # noqa: PLC0415
        from gradviz.views.table_conductor import TableConductor  # noqa: PLC0415
        from gradviz.views.template_conductor import TemplateConductor  # noqa: PLC0415
        from gradviz.views.threshold_conductor import ThresholdConductor  # noqa: PLC0415
        from gradviz.views.window_wiring import WindowWiring  # noqa: PLC0415

        self.document, self.host = document, host
        self.layer_model = LayerTreeModel(document, self)
        self.runs = RunConductor(document, host, self)
        self.messages = RunMessages(document, self.strip, self)
        self.files = FileConductor(document, host, self.settings, self)
        self.left = LeftPanel(document, self.layer_model, self.actions_by_key, self)
        self.log = LogPanel(self)
        self.log.hide()
        self._middle.addWidget(self.log)
        self._middle.setStretchFactor(1, 1)
        _replace(self.columns, self._placeholders[0], self.left)
        self._fill_menus()
        self.code = CodeConductor(self)
        self.templates = TemplateConductor(document, host, self.actions_by_key["file.template"], self)
        self.range_tests = RangeTestConductor(document, host, self.left.training.optimizer, self)
        self.tables = TableConductor(document, host, self.left.data, self)
        self.replays = ReplayConductor(
            host, self.runs.clock, self.actions_by_key["run.replay"], self.messages, self
        )
        self.thresholds = ThresholdConductor(self.left.training.clipping, self)
        self.runs.may_start = MemoryGuard(document, self.layer_model, self).may_train
        self.wiring = WindowWiring(self)
        for form in self.left.findChildren(ParameterForm):
            form.rebuilt.connect(self._tabs_soon.start)
        self._is_open = True
        self.tell_visible()

    def load_plots(self) -> None:
        """Put the plots in the middle; imports pyqtgraph."""
        if self.plots is not None:
            return
        from gradviz.views.arrangement_conductor import (  # noqa: PLC0415 - after the first paint
            ArrangementConductor,
            remembered_arrangement,
        )
        from gradviz.views.difference_keeper import DifferenceKeeper  # noqa: PLC0415
        from gradviz.views.plots.plot_area import PlotArea  # noqa: PLC0415

        self.plots = PlotArea(self, remembered_arrangement(self.settings))
        menus_of_plots = (self._open_ended[menus.PLOTS], self._open_ended[menus.ARRANGEMENTS])
        self.arrangements = ArrangementConductor(self.plots, self.settings, menus_of_plots, self)
        _replace(self._middle, self._placeholders[1], self.plots)
        self.wiring.connect_plots(self.plots)
        DifferenceKeeper(self.document, self.plots.flow.difference, self.plots)
        self._tabs_soon.start()
        self.plots_loaded.emit()

    def show_log(self, shown: bool) -> None:
        """Show or hide the log, at a fifth of the height."""
        self.log.setVisible(shown)
        if shown:
            height = self._middle.height()
            self._middle.setSizes([height - height // 5, height // 5])

    def fill_screen(self, filled: bool) -> None:
        """Fill the screen, or be a window."""
        if filled != self.isFullScreen():
            self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def order_tabs_soon(self) -> None:
        """Something that Tab reaches has come."""
        self._tabs_soon.start()

    def end_at_once(self) -> None:
        """End without a question; what is not saved is kept and offered at the next start."""
        self._ends_at_once = True
        self.close()
        QApplication.exit(0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell the first one."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            self.painted.emit()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what was not drawn."""
        super().showEvent(event)
        self.tell_visible()

    def hideEvent(self, event: QHideEvent) -> None:
        """Draw nothing while hidden."""
        super().hideEvent(event)
        self.tell_visible()

    def changeEvent(self, event: QEvent) -> None:
        """Draw nothing while minimised."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.WindowStateChange:
            self.actions_by_key["view.full_screen"].setChecked(self.isFullScreen())
            self.tell_visible()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that cannot do now what they do at other times say why."""
        if not self.time_bar.answer(QKeySequence(event.keyCombination())):
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask what to do with unsaved work, then end engine and document."""
        if self._is_open and not self._ends_at_once and not self.files.may_close():
            event.ignore()
            return
        self.settings.set_state(_GEOMETRY, self.saveGeometry())
        if self.plots is not None:
            self.arrangements.keep()
            self.plots.arranging.end()
        self.settings.sync()
        self.end_session()
        event.accept()

    def end_session(self) -> None:
        """End engine and document, whatever is unsaved."""
        if self._is_open:
            self.document.undo_stack.blockSignals(True)  # noqa: FBT003 - its last words find no menu
            self.runs.close()
            self.host.close()
            self.document.close(keep=self._ends_at_once and self.document.is_dirty)

    def _lay_out(self) -> None:
        self._middle = QSplitter(Qt.Orientation.Vertical)
        self._middle.setHandleWidth(1)
        self._middle.setChildrenCollapsible(False)
        self._middle.addWidget(self._placeholders[1])
        self._middle.setStretchFactor(0, 4)
        self.columns = QSplitter(Qt.Orientation.Horizontal)
        self.columns.setHandleWidth(1)
        self.columns.setChildrenCollapsible(False)
        self.columns.addWidget(self._placeholders[0])
        self.columns.addWidget(self._middle)
        self.columns.setStretchFactor(0, 0)
        self.columns.setStretchFactor(1, 1)
        self.columns.setSizes([LEFT_WIDTH, _SIZE.width()])
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
        room = self.screen().availableSize() - QSize(0, _TITLE_BAR)
        self.resize(_SIZE.boundedTo(room))
        self.setFocus()

    def _order_tabs(self) -> None:
        from gradviz.views.tab_order import order_tabs  # noqa: PLC0415 - after the first paint

        plots = (self.plots,) if self.plots is not None else ()
        order_tabs((self.toolbar, self.strip, *self.left.sections, *plots, self.log, self.time_bar))

    def _fill_menus(self) -> None:
        from gradviz.spec.examples import examples  # noqa: PLC0415 - after the first paint

        open_ended = self._open_ended
        menus.fill_examples(
            open_ended[menus.EXAMPLES], examples(resources() / "examples"), self.files.new_from_example
        )
        menus.fill_themes(open_ended[menus.THEMES], appearance(), self._choose_theme)
        self._fill_recent()
        self.settings.recent_changed.connect(self._fill_recent)

    def _fill_recent(self) -> None:
        menu = self._open_ended[menus.RECENT]
        if isValid(menu):  # a save may end while the window goes
            menus.fill_recent(menu, self.settings.recent_files, self._open_recent)

    def _open_recent(self, path: Path) -> None:
        self.files.open_path(path)

    def _choose_theme(self, choice: ThemeChoice) -> None:
        appearance().choose(choice)
        self.settings.set_text(_THEME, choice.value)

    def _restore(self) -> None:
        geometry = self.settings.state(_GEOMETRY)
        if not geometry.isEmpty():
            self.restoreGeometry(geometry)

    def tell_visible(self) -> None:
        """Follow the run while something of it is seen: also a plot in its own window."""
        if self._is_open:
            floats = self.plots is not None and bool(self.plots.in_sight)
            seen = self.isVisible() and (floats or not self.isMinimized())
            self.runs.clock.set_visible(seen)
            self.runs.comparison.set_visible(seen)


def remembered_theme(settings: Settings) -> ThemeChoice:
    """The theme that was chosen in an earlier run of the program."""
    text = settings.text(_THEME)
    return ThemeChoice(text) if text in set(ThemeChoice) else ThemeChoice.SYSTEM


def _replace(splitter: QSplitter, old: QWidget, new: QWidget) -> None:
    """Put a widget in the place of another, at its size."""
    sizes = splitter.sizes()
    splitter.replaceWidget(splitter.indexOf(old), new)
    new.show()
    splitter.setSizes(sizes)
    old.deleteLater()


def _line(parent: QWidget) -> QWidget:
    line = QWidget(parent)
    line.setProperty("role", "line")
    line.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    line.setFixedHeight(1)
    return line
