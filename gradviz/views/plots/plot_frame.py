"""A plot with its heading row: a canvas, and what a user does with it that other plots follow."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gradviz.views.plots.canvas import Canvas
from gradviz.views.plots.titled_frame import TitledFrame
from gradviz.views.theme import Theme


class PlotFrame(TitledFrame):
    """A titled plot; a subclass fills `heading` with its switches and draws into `canvas`."""

    layer_clicked = Signal(object)
    """The index (int) of a measured layer."""
    cursor_moved = Signal(object)
    """A step (int) that the user dragged the cursor to."""
    steps_zoomed = Signal(object)
    """(first, last) steps shown after the user zoomed or panned."""

    def __init__(self, canvas: Canvas, title: str, parent: QWidget | None = None) -> None:
        super().__init__(canvas, title, parent)
        self.canvas = canvas
        canvas.menu_wanted.connect(self.menu.popup)
        canvas.reset_wanted.connect(self.reset_view)

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        self.canvas.set_theme(theme)

    def hide_pointer(self) -> None:
        """Take the hover card away."""
        self.canvas.hide_card()
