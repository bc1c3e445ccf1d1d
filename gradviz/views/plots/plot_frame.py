"""A plot with its heading row: a canvas, and what a user does with it that other plots follow."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from gradviz.views.appearance import appearance
from gradviz.views.plots.canvas import Canvas
from gradviz.views.plots.plot_view import PlotView
from gradviz.views.plots.switch import LegendSwitch
from gradviz.views.theme import LIGHT, Theme


class PlotFrame(PlotView):
    """A titled plot; a subclass fills `heading` with its switches and draws into `canvas`."""

    figure_scale = 4.0
    is_over_steps = False
    """Whether its pixels are columns of steps."""

    def __init__(self, canvas: Canvas, title: str, parent: QWidget | None = None) -> None:
        super().__init__(canvas, title, parent)
        self.canvas = canvas
        canvas.menu_wanted.connect(self.menu.popup)
        canvas.reset_wanted.connect(self._on_double_click)

    @property
    def columns(self) -> int:
        """As many as it has pixels."""
        return int(self.canvas.width()) if self.is_over_steps else 0

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        self.canvas.set_theme(theme)

    def set_axis_width(self, width: float) -> None:
        """Give the left axis that width."""
        self.canvas.set_axis_width(width)

    def hide_pointer(self) -> None:
        """Take the hover card away."""
        self.canvas.hide_card()

    def figure_size(self) -> QSize:
        """As wide as a column of a paper."""
        from gradviz.views.plots import figure  # noqa: PLC0415 - when one is saved

        return figure.paper_size(self.canvas, self._legend(), self.remark.text())

    def draw_figure(self, painter: QPainter) -> None:
        """Draw the plot as a figure on white, whatever the theme."""
        from gradviz.views.plots import figure  # noqa: PLC0415

        self.hide_pointer()
        theme = appearance().theme
        if theme is not LIGHT:
            self.set_theme(LIGHT)
        figure.draw_on_paper(painter, self.canvas, self.full_title(), self.remark.text(), self._legend())
        if theme is not LIGHT:
            self.set_theme(theme)

    def _on_double_click(self) -> None:
        self.take_back_pick()
        self.reset_view()

    def _legend(self) -> list[LegendSwitch]:
        return [
            switch
            for switch in self.findChildren(LegendSwitch)
            if switch.isChecked() and not switch.isHidden()
        ]
