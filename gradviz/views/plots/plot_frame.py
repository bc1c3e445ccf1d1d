"""What every plot has around it: a heading row with title, remark, switches and a menu; no frame."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, QSize, Qt, Signal
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
from gradviz.views.plots.canvas import Canvas
from gradviz.views.theme import Theme

HEADING_HEIGHT = 36
_PICTURE_SCALE = 2


class PlotFrame(QWidget):
    """A titled plot; a subclass fills `heading` with its switches and draws into `canvas`."""

    layer_clicked = Signal(object)
    """The index (int) of a measured layer."""
    cursor_moved = Signal(object)
    """A step (int) that the user dragged the cursor to."""
    steps_zoomed = Signal(object)
    """(first, last) steps shown after the user zoomed or panned."""

    def __init__(self, canvas: Canvas, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumSize(220, 140)
        self.canvas = canvas
        canvas.setAccessibleName(title)
        self.title = QLabel(title, self)
        self.title.setProperty("role", "heading")
        self.remark = ElidedLabel(self)
        self.remark.setProperty("role", "secondary")
        self.heading = QHBoxLayout()
        self.heading.setContentsMargins(8, 4, 8, 0)
        self.heading.setSpacing(8)
        self.heading.addWidget(self.title)
        self.heading.addWidget(self.remark, 1)
        self._menu_button = self._make_menu_button(title)
        self.heading.addWidget(self._menu_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 0, 0, 4)
        layout.setSpacing(0)
        row = QWidget(self)
        row.setFixedHeight(HEADING_HEIGHT)
        row.setLayout(self.heading)
        layout.addWidget(row)
        layout.addWidget(canvas, 1)
        canvas.menu_wanted.connect(self._menu_button.menu().popup)
        canvas.reset_wanted.connect(self.reset_view)
        appearance().changed.connect(self.set_theme)

    def add_switch(self, widget: QWidget) -> None:
        """Put a control into the heading row, before the menu."""
        self.heading.insertWidget(self.heading.count() - 1, widget)

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        self.canvas.set_theme(theme)

    def reset_view(self) -> None:
        """Show everything again; a subclass does."""
        raise NotImplementedError

    def picture(self) -> QPixmap:
        """The whole plot, heading included and menu left out, at twice the size."""
        self._menu_button.hide()
        self.canvas.hide_card()
        ratio = max(_PICTURE_SCALE, self.devicePixelRatioF())
        result = QPixmap(QSize(round(self.width() * ratio), round(self.height() * ratio)))
        result.setDevicePixelRatio(ratio)
        result.fill(appearance().theme.panel)
        self.render(result, QPoint(0, 0))
        self._menu_button.show()
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
        menu = QMenu(button)
        for text, name, method in (
            (self.tr("Reset view"), "maximize", self.reset_view),
            (self.tr("Save picture…"), "image-down", self.save_picture),
            (self.tr("Copy picture"), "copy", self.copy_picture),
        ):
            action = QAction(icon(name, "secondary"), text, menu)
            action.triggered.connect(method)
            menu.addAction(action)
        button.setMenu(menu)
        return button
