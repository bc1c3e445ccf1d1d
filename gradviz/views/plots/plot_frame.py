"""A plot with its heading row: a canvas, and what a user does with it that other plots follow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from gradviz.views.appearance import appearance
from gradviz.views.plots.canvas import Canvas
from gradviz.views.plots.plot_view import PlotView
from gradviz.views.plots.switch import LegendSwitch
from gradviz.views.theme import LIGHT, Theme

if TYPE_CHECKING:
    from gradviz.views.plots.figure_head import Entry, FigureHead
    from gradviz.views.plots.legend_sample import Sample


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

        return figure.paper_size(self.canvas, self.figure_head())

    def draw_figure(self, painter: QPainter) -> None:
        """Draw the plot as a figure on white, whatever the theme."""
        from gradviz.views.plots import figure  # noqa: PLC0415

        self.hide_pointer()
        theme = appearance().theme
        if theme is not LIGHT:
            self.set_theme(LIGHT)
        figure.draw_on_paper(painter, self.canvas, self.figure_head())
        if theme is not LIGHT:
            self.set_theme(theme)

    def figure_head(self) -> FigureHead:
        """What stands above the figure; beside compared runs it names the shown one too."""
        from gradviz.views.plots.figure import WIDTH  # noqa: PLC0415
        from gradviz.views.plots.figure_head import Entry, FigureHead  # noqa: PLC0415

        own = self._entries(of_runs=False)
        own += [Entry(text=text, sample=sample) for text, sample in self.unswitched()]
        runs = self._entries(of_runs=True)
        if runs and self.shown_run:
            sample = self.shown_sample()
            if sample is not None:
                own.insert(0, Entry(text=self.shown_run, sample=sample))
            elif own:
                own.insert(0, Entry(text=self.tr("{0}:").format(self.shown_run)))
        return FigureHead(
            title=self.full_title(),
            width=WIDTH,
            note=self.figure_note(),
            remark=self.figure_remark(),
            legend=(*own, *runs),
        )

    def figure_note(self) -> str:
        """Of which step the values beside the plot are, or where its upright line stands. A subclass says."""
        return ""

    def figure_remark(self) -> str:
        """What stands below the title."""
        return self.remark.text()

    def figure_words(self, switch: LegendSwitch) -> str:
        """What a figure's legend calls a series: a run by its whole name."""
        return switch.whose or switch.text()

    def unswitched(self) -> Sequence[tuple[str, Sample]]:
        """Series of the shown run that have no switch, as a figure's legend has them. A subclass says."""
        return ()

    def shown_sample(self) -> Sample | None:
        """The sample of the shown run where it is one line; None where its series are in the legend."""
        return None

    def _on_double_click(self) -> None:
        self.take_back_pick()
        self.reset_view()

    def _entries(self, *, of_runs: bool) -> list[Entry]:
        """The series that are switched on: those of compared runs, or those of the shown one."""
        from gradviz.views.plots.figure_head import Entry  # noqa: PLC0415

        return [
            Entry(text=self.figure_words(switch), sample=switch.sample)
            for switch in self.findChildren(LegendSwitch)
            if switch.isChecked() and not switch.isHidden() and bool(switch.whose) is of_runs
        ]
