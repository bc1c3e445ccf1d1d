"""What every picture of the middle has around it: a heading row with title, remark, switches and a menu."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QAction, QGuiApplication, QPixmap
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QMessageBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gradviz.views.appearance import appearance
from gradviz.views.elided_label import ElidedLabel
from gradviz.views.icons import icon
from gradviz.views.theme import Theme

HEADING_HEIGHT = 36
_PICTURE_SCALE = 2
_TAB_PAD = 10


class TitledFrame(QWidget):
    """A titled picture; a subclass fills `heading` with its switches and says what `drawing` shows."""

    def __init__(self, drawing: QWidget, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumSize(220, 140)
        drawing.setAccessibleName(title)
        self.title = QLabel(title, self)
        self.title.setProperty("role", "heading")
        self.remark = ElidedLabel(self)
        self.remark.setProperty("role", "secondary")
        self.heading = QHBoxLayout()
        self.heading.setContentsMargins(8, 4, 8, 0)
        self.heading.setSpacing(8)
        self.heading.addWidget(self.title)
        self.heading.addWidget(self.remark, 1)
        self.menu = QMenu(self)
        self._menu_button = self._make_menu_button(title)
        self.heading.addWidget(self._menu_button)
        self._tabs: list[QToolButton] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 0, 0, 4)
        layout.setSpacing(0)
        row = QWidget(self)
        row.setFixedHeight(HEADING_HEIGHT)
        row.setLayout(self.heading)
        layout.addWidget(row)
        layout.addWidget(drawing, 1)
        appearance().changed.connect(self.set_theme)

    def add_switch(self, widget: QWidget) -> None:
        """Put a control into the heading row, before the menu."""
        self.heading.insertWidget(self.heading.count() - 1, widget)

    def add_tab(self, text: str, tip: str, *, before: bool) -> QToolButton:
        """Put the name of what can stand in this place instead beside the title."""
        tab = QToolButton(self)
        tab.setProperty("role", "tab")
        tab.setText(text)
        tab.setToolTip(tip)
        tab.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        tab.ensurePolished()
        tab.setFixedWidth(tab.fontMetrics().horizontalAdvance(text) + _TAB_PAD)
        self.heading.insertWidget(self.heading.indexOf(self.title) + (0 if before else 1), tab)
        self._tabs.append(tab)
        return tab

    def remove_tabs(self) -> None:
        """Take all tabs away."""
        tabs, self._tabs = self._tabs, []
        for tab in tabs:
            self.heading.removeWidget(tab)
            tab.hide()
            tab.deleteLater()

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours; a subclass does."""
        raise NotImplementedError

    def reset_view(self) -> None:
        """Show everything again; a subclass does."""
        raise NotImplementedError

    def hide_pointer(self) -> None:
        """Take away what only belongs to the pointer; a subclass does."""

    def picture(self) -> QPixmap:
        """All of it, heading included, menu and tabs left out, at twice the size."""
        passing = [widget for widget in (self._menu_button, *self._tabs) if not widget.isHidden()]
        for widget in passing:
            widget.hide()
        self.hide_pointer()
        ratio = max(_PICTURE_SCALE, self.devicePixelRatioF())
        result = QPixmap(QSize(round(self.width() * ratio), round(self.height() * ratio)))
        result.setDevicePixelRatio(ratio)
        result.fill(appearance().theme.panel)
        self.render(result, QPoint(0, 0))
        for widget in passing:
            widget.show()
        return result

    def copy_picture(self) -> None:
        """Put the picture on the clipboard."""
        QGuiApplication.clipboard().setPixmap(self.picture())

    def save_picture(self) -> None:
        """Ask for a file and save the picture there as PNG."""
        proposed = str(Path.home() / f"{self.title.text().replace(',', '')}.png")
        name, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save picture"), proposed, self.tr("PNG pictures (*.png)")
        )
        if name and not self.picture().save(name, "PNG"):
            self.tell_not_written(name)

    def tell_not_written(self, name: str) -> None:
        """A picture could not be saved."""
        QMessageBox.warning(
            self,
            self.tr("Save picture"),
            self.tr("The picture could not be written to “{0}”. Choose another folder.").format(name),
        )

    def _make_menu_button(self, title: str) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("role", "small")
        button.setIcon(icon("ellipsis", "secondary"))
        button.setToolTip(self.tr("Reset the view, save or copy the picture"))
        button.setAccessibleName(self.tr("Menu of “{0}”").format(title))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        for text, name, method in (
            (self.tr("Reset view"), "maximize", self.reset_view),
            (self.tr("Save picture…"), "image-down", self.save_picture),
            (self.tr("Copy picture"), "copy", self.copy_picture),
        ):
            action = QAction(icon(name, "secondary"), text, self.menu)
            action.triggered.connect(method)
            self.menu.addAction(action)
        button.setMenu(self.menu)
        return button
