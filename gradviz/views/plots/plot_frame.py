"""A plot with its heading row: a canvas, and what a user does with it that other plots follow."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from gradviz.views.appearance import appearance
from gradviz.views.plots import figure
from gradviz.views.plots.canvas import Canvas
from gradviz.views.plots.switch import LegendSwitch
from gradviz.views.plots.titled_frame import TitledFrame
from gradviz.views.theme import LIGHT, Theme


class PlotFrame(TitledFrame):
    """A titled plot; a subclass fills `heading` with its switches and draws into `canvas`."""

    layer_clicked = Signal(object)
    """The index (int) of a measured layer."""
    cursor_moved = Signal(object)
    """A step (int) that the user dragged the cursor to."""
    steps_zoomed = Signal(object)
    """(first, last) steps shown after the user zoomed or panned."""

    figure_scale = 4.0

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

    def figure_size(self) -> QSize:
        """As wide as a column of a paper."""
        return figure.paper_size(self.canvas, self._legend(), self.remark.text())

    def draw_figure(self, painter: QPainter) -> None:
        """Draw the plot as a figure on white, whatever the theme."""
        self.hide_pointer()
        theme = appearance().theme
        if theme is not LIGHT:
            self.set_theme(LIGHT)
        figure.draw_on_paper(painter, self.canvas, self.full_title(), self.remark.text(), self._legend())
        if theme is not LIGHT:
            self.set_theme(theme)

    def _legend(self) -> list[LegendSwitch]:
        return [
            switch
            for switch in self.findChildren(LegendSwitch)
            if switch.isChecked() and not switch.isHidden()
        ]
