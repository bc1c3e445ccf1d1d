"""What every picture of the middle has around it: a heading row with title, remark, switches and a menu."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QColor,
    QCursor,
    QGuiApplication,
    QImage,
    QMouseEvent,
    QPainter,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QMessageBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gradviz.views.appearance import appearance
from gradviz.views.chosen_file import ask_where
from gradviz.views.elided_label import ElidedLabel
from gradviz.views.icons import icon
from gradviz.views.plots.heading_controls import ROW_HEIGHT, HeadingControls
from gradviz.views.plots.plotted_values import PlottedValues
from gradviz.views.plots.tab_overflow import TabOverflow
from gradviz.views.theme import Theme

HEADING_HEIGHT = 36
_TAB_PAD = 10


class TitledFrame(QWidget):
    """A titled picture; a subclass fills `heading` with its switches and says what `drawing` shows."""

    enlarge_wanted = Signal()
    """The user wants this alone in the middle, or all plots back."""

    figure_scale = 2.0
    """Pixels of a saved picture for each one on the screen."""

    def __init__(self, drawing: QWidget, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tabs: list[QToolButton] = []
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumSize(220, 140)
        drawing.setAccessibleName(title)
        self.title = QLabel(title, self)
        self.title.setProperty("role", "heading")
        self._chooser: QWidget = self.title
        self.remark = ElidedLabel(self, short_whole=True)
        self.remark.setProperty("role", "secondary")
        self.heading = QHBoxLayout()
        self.heading.setContentsMargins(8, 4, 8, 0)
        self.heading.setSpacing(8)
        self.heading.addWidget(self.title)
        self.further = TabOverflow(self)
        self.heading.addWidget(self.further)
        self.heading.addWidget(self.remark, 1)
        self.menu = QMenu(self)
        self._enlarge = QAction(self.menu)
        self._enlarge.triggered.connect(self.enlarge_wanted)
        self.back = self._make_back()
        self._menu_button = self._make_menu_button(title)
        self._controls = HeadingControls(self.heading, self.remark, self.add_row)
        self.set_enlarged(enlarged=False)
        self.heading.addWidget(self._menu_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 0, 0, 4)
        layout.setSpacing(0)
        row = _Heading(self)
        row.double_clicked.connect(self.enlarge_wanted)
        row.setFixedHeight(HEADING_HEIGHT)
        row.setLayout(self.heading)
        layout.addWidget(row)
        layout.addWidget(drawing, 1)
        appearance().changed.connect(self.set_theme)

    @property
    def tabs(self) -> tuple[QToolButton, ...]:
        """The names beside the title."""
        return tuple(self._tabs)

    def add_switch(self, widget: QWidget) -> None:
        """Put a control into the heading row, before the menu, or below it where it has no room there."""
        self._controls.add(widget, self.back)

    def add_chooser(self, widget: QWidget) -> None:
        """Put what chooses the shown thing after the title, or below it where it has no room there."""
        self._controls.add(widget, self.title, after=True)
        self._chooser = widget

    def set_enlarged(self, *, enlarged: bool, floats: bool = False) -> None:
        """Say whether this has the whole middle, or the screen where it floats, and offer the way back."""
        self.back.setVisible(enlarged)
        self.back.setText(self.tr("Leave full screen") if floats else self.tr("All plots"))
        back = self.tr("Back to the window (Esc)") if floats else self.tr("Show all plots again (Esc)")
        self.back.setToolTip(back)
        if floats:
            self._enlarge.setText(self.tr("Leave full screen") if enlarged else self.tr("Full screen"))
        else:
            self._enlarge.setText(self.tr("Back to all plots") if enlarged else self.tr("Enlarge"))

    def below_heading(self, widget: QWidget) -> None:
        """Put something between the heading and the picture, below what was put there before."""
        layout = self.layout()
        if isinstance(layout, QVBoxLayout):
            layout.insertWidget(layout.count() - 1, widget)

    def add_row(self) -> QWidget:
        """A further row below the heading, for what has no room in it; hidden while there is nothing."""
        row = QWidget(self)
        row.setFixedHeight(ROW_HEIGHT)
        line = QHBoxLayout(row)
        line.setContentsMargins(8, 0, 8, 0)
        line.setSpacing(8)
        line.addStretch(1)
        layout = self.layout()
        if isinstance(layout, QVBoxLayout):
            layout.insertWidget(1, row)
        row.hide()
        return row

    def add_tab(self, text: str, tip: str, *, before: bool) -> QToolButton:
        """Put the name of what can stand in this place instead beside the title."""
        tab = QToolButton(self)
        tab.setProperty("role", "tab")
        tab.setText(text)
        tab.setToolTip(tip)
        tab.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        tab.ensurePolished()
        tab.setFixedWidth(tab.fontMetrics().horizontalAdvance(text) + _TAB_PAD)
        title = self.heading.indexOf(self.title)
        at = title if before else max(title, self.heading.indexOf(self._chooser)) + 1
        self.heading.insertWidget(at, tab)
        self._tabs.append(tab)
        self._fit_tabs()
        return tab

    def remove_tabs(self) -> None:
        """Take all tabs away."""
        tabs, self._tabs = self._tabs, []
        for tab in tabs:
            self.heading.removeWidget(tab)
            tab.hide()
            tab.deleteLater()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many tabs as there is room for beside the controls."""
        super().resizeEvent(event)
        self._fit_tabs()

    def event(self, event: QEvent) -> bool:
        """The same where a switch has come or gone."""
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit_tabs()
        return handled

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours; a subclass does."""
        raise NotImplementedError

    def reset_view(self) -> None:
        """Show everything again; a subclass does."""
        raise NotImplementedError

    def hide_pointer(self) -> None:
        """Take away what only belongs to the pointer; a subclass does."""

    def full_title(self) -> str:
        """What is shown, in plain text: the title, and what a subclass has beside it."""
        return self.title.text()

    def values(self) -> PlottedValues | None:
        """The numbers that are drawn now; None where a picture has none. A subclass of numbers does."""
        return None

    def figure_size(self) -> QSize:
        """The size of the picture that is saved."""
        return self.size()

    def draw_figure(self, painter: QPainter) -> None:
        """Draw the picture that is saved: all of it, heading included, menu and tabs left out."""
        own = (self._menu_button, self.back, self.further, *self._tabs)
        passing = [widget for widget in own if not widget.isHidden()]
        for widget in passing:
            widget.hide()
        self.hide_pointer()
        painter.fillRect(self.rect(), QColor(appearance().theme.panel))
        self.render(painter, QPoint(0, 0))
        for widget in passing:
            widget.show()

    def picture(self) -> QImage:
        """The picture that is saved, in pixels."""
        from gradviz.views.plots import figure  # noqa: PLC0415 - when one is saved

        return figure.image(self)

    def copy_picture(self) -> None:
        """Put the picture on the clipboard."""
        QGuiApplication.clipboard().setImage(self.picture())

    def save_picture(self) -> None:
        """Ask for a file and save the picture there, as PNG or SVG."""
        from gradviz.views.plots import figure  # noqa: PLC0415

        path = self._ask_where(
            self.tr("Save picture"),
            {".png": self.tr("PNG pictures (*.png)"), ".svg": self.tr("SVG drawings (*.svg)")},
        )
        if path is not None and not figure.save(self, path):
            self.tell_not_written(str(path))

    def copy_values(self) -> None:
        """Put the drawn numbers on the clipboard, tab separated."""
        values = self.values()
        if values is not None:
            QGuiApplication.clipboard().setText(values.tab_separated())

    def save_values(self) -> None:
        """Ask for a file and save the drawn numbers there as CSV."""
        values = self.values()
        if values is None:
            return
        kinds = {".csv": self.tr("Comma separated values (*.csv)")}
        path = self._ask_where(self.tr("Save values"), kinds)
        if path is None:
            return
        try:
            path.write_text(values.csv(), encoding="utf-8", newline="")
        except OSError:
            QMessageBox.warning(
                self,
                self.tr("Save values"),
                self.tr("The values could not be written to “{0}”. Choose another folder.").format(path),
            )

    def tell_not_written(self, name: str) -> None:
        """A picture could not be saved."""
        QMessageBox.warning(
            self,
            self.tr("Save picture"),
            self.tr("The picture could not be written to “{0}”. Choose another folder.").format(name),
        )

    def _make_back(self) -> QToolButton:
        back = QToolButton(self)
        back.setProperty("role", "choice")
        back.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        back.clicked.connect(self.enlarge_wanted)
        self.heading.addWidget(back)
        return back

    def _ask_where(self, title: str, kinds: dict[str, str]) -> Path | None:
        """A file of one of the kinds, by ending; one that was typed without gets that of the chosen kind."""
        plain = self.full_title().replace(",", "").replace("/", "-")
        first = next(iter(kinds))
        return ask_where(self, title, str(Path.home() / f"{plain}{first}"), kinds)

    def _fit_tabs(self) -> None:
        ordered = sorted(self._tabs, key=self.heading.indexOf)
        self._controls.fit(ordered, self.width())
        self.further.fit(self.heading, ordered, self.width(), self.remark)

    def _on_menu(self) -> None:
        """Numbers can be saved where there are some."""
        has_values = self.values() is not None
        for action in self._value_actions:
            action.setVisible(has_values)

    def _on_menu_gone(self) -> None:
        """Qt tells a button no more of a pointer that a menu or its dialog took away: it stayed lit up."""
        button = self._menu_button
        if not button.rect().contains(button.mapFromGlobal(QCursor.pos())):
            button.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)  # noqa: FBT003 - Qt's own
            button.update()

    def _make_menu_button(self, title: str) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("role", "small")
        button.setIcon(icon("ellipsis", "secondary"))
        button.setToolTip(self.tr("Reset the view, save or copy the picture or its numbers"))
        button.setAccessibleName(self.tr("Menu of “{0}”").format(title))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._enlarge.setIcon(icon("maximize", "secondary"))
        self.menu.addAction(self._enlarge)
        for text, name, method in (
            (self.tr("Reset view"), "rotate-ccw", self.reset_view),
            (self.tr("Save picture…"), "image-down", self.save_picture),
            (self.tr("Copy picture"), "copy", self.copy_picture),
            (self.tr("Save values…"), "file-output", self.save_values),
            (self.tr("Copy values"), "copy", self.copy_values),
        ):
            action = QAction(icon(name, "secondary"), text, self.menu)
            action.triggered.connect(method)
            self.menu.addAction(action)
        self._value_actions = self.menu.actions()[-2:]
        self.menu.aboutToShow.connect(self._on_menu)
        self.menu.aboutToHide.connect(self._on_menu_gone)
        button.setMenu(self.menu)
        return button


class _Heading(QWidget):
    """The heading row; a double click beside its controls is told."""

    double_clicked = Signal()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.double_clicked.emit()
            event.accept()
