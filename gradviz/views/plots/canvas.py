"""The drawing area of a plot: panes one above the other over one bottom axis, a margin at the right.

All plots of a column have the same axis width and the same right margin, so that a step stands at the
same place in each of them.
"""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGraphicsWidget, QLabel, QWidget

from gradviz.views.plots.axis import Axis
from gradviz.views.plots.hover_card import HoverCard
from gradviz.views.plots.plain_items import PlainLine
from gradviz.views.plots.plot_box import GridLines, PlotBox
from gradviz.views.theme import Theme

AXIS_WIDTH = 64.0
MARGIN_WIDTH = 72
RIGHT_PADDING = 12
_SPACING = 10
_ANY_HEIGHT = 16777215.0


class Canvas(pg.GraphicsView):  # type: ignore[misc]
    """Holds the panes; draws nothing by itself but the empty plot's quiet line."""

    menu_wanted = Signal(object)
    """The place on the screen (QPoint)."""
    reset_wanted = Signal()

    def __init__(self, bottom: Axis, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=None)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._axis_width, self._margin_width = AXIS_WIDTH, 0.0
        self._bottom = bottom
        self._rows = 0
        self._pane_rows: list[int] = []
        self._axes: list[Axis] = [bottom]
        self._boxes: list[PlotBox] = []
        self._grids: list[GridLines] = []
        self._crosses: list[tuple[PlotBox, PlainLine, PlainLine]] = []
        self.centralLayout.setContentsMargins(0, 6, RIGHT_PADDING, 0)
        self.centralLayout.setHorizontalSpacing(0)
        self.centralLayout.setVerticalSpacing(_SPACING)
        self.centralLayout.setColumnStretchFactor(1, 1)
        self.card = HoverCard(self.viewport())
        self._quiet = QLabel(self.viewport())
        self._quiet.setProperty("role", "quiet")
        self._quiet.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._quiet.setWordWrap(True)
        self._quiet.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._quiet.hide()

    @property
    def boxes(self) -> tuple[PlotBox, ...]:
        """The panes, from the top."""
        return tuple(self._boxes)

    def add_pane(
        self,
        box: PlotBox,
        left: Axis,
        *,
        stretch: int = 1,
        grid: bool = True,
        margin: QGraphicsWidget | None = None,
        caption: QGraphicsWidget | None = None,
    ) -> None:
        """Put a pane below those already there; the bottom axis belongs to the last one.

        `margin` stands to the right of it, `caption` above it.
        """
        if caption is not None:
            self.centralLayout.addItem(caption, self._rows, 1)
            self.centralLayout.setRowSpacing(self._rows, 2)
            self._rows += 1
        row = self._rows
        self._rows += 1
        self._pane_rows.append(row)
        left.attach(box)
        left.setZValue(-5)
        self.centralLayout.addItem(left, row, 0)
        self.centralLayout.addItem(box, row, 1)
        self.centralLayout.setRowStretchFactor(row, stretch)
        if margin is not None:
            self.centralLayout.addItem(margin, row, 2)
        self._axes.append(left)
        self._boxes.append(box)
        if grid:
            lines = GridLines(left)
            box.addItem(lines, ignoreBounds=True)
            self._grids.append(lines)
        box.menu_wanted.connect(self.menu_wanted)
        box.reset_wanted.connect(self.reset_wanted)
        self._add_crosshair(box)

    def show_pane(self, box: PlotBox, *, shown: bool) -> None:
        """Show a pane that is not the last one, or give its room to the others."""
        at = self._boxes.index(box)
        for item in (box, self._axes[at + 1]):
            item.setVisible(shown)
        row = self._pane_rows[at]
        self.centralLayout.setRowStretchFactor(row, 1 if shown else 0)
        self.centralLayout.setRowSpacing(row, _SPACING if shown else 0)
        self.centralLayout.setRowMaximumHeight(row, _ANY_HEIGHT if shown else 0)

    def finish_layout(
        self, strip: QGraphicsWidget | None = None, corner: QGraphicsWidget | None = None
    ) -> None:
        """Put the bottom axis under the last pane; call it after the last `add_pane`.

        `strip` stands between the two, `corner` left of the axis.
        """
        self._bottom.attach(self._boxes[-1])
        self.centralLayout.setRowSpacing(self._rows - 1, 0)
        if strip is not None:
            self.centralLayout.addItem(strip, self._rows, 1)
            self.centralLayout.setRowSpacing(self._rows, 0)
            self._rows += 1
        if corner is not None:
            self.centralLayout.addItem(corner, self._rows, 0, Qt.AlignmentFlag.AlignBottom)
        self.centralLayout.addItem(self._bottom, self._rows, 1)

    def add_grid(self, box: PlotBox, axis: Axis) -> None:
        """Draw upright grid lines at the ticks of the bottom axis too."""
        lines = GridLines(axis, upright=True)
        box.addItem(lines, ignoreBounds=True)
        self._grids.append(lines)

    def set_axis_width(self, width: float) -> None:
        """Give the left axes that width."""
        self._axis_width = width
        self.centralLayout.setColumnFixedWidth(0, width)

    @property
    def axis_width(self) -> float:
        """The width of the left axes."""
        return self._axis_width

    def set_margin(self, width: float) -> None:
        """Keep that much room at the right."""
        self._margin_width = width
        self.centralLayout.setColumnFixedWidth(2, width)

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        self.setBackground(theme.panel)
        for axis in self._axes:
            axis.set_theme(theme)
        for lines in self._grids:
            lines.set_theme(theme)
        for _, upright, level in self._crosses:
            for line in (upright, level):
                line.setPen(pg.mkPen(theme.disabled, width=1, style=Qt.PenStyle.DotLine))
        self.viewport().update()

    def set_quiet_line(self, text: str) -> None:
        """What an empty plot says; empty text takes it away."""
        self._quiet.setText(text)
        self._quiet.setVisible(bool(text))
        self._place_quiet_line()

    def show_card(self, box: PlotBox, place: QPointF, title: str, lines: list[str]) -> None:
        """Show the crosshair and the hover card at a place of a pane."""
        for other, upright, level in self._crosses:
            upright.setVisible(other is box)
            level.setVisible(other is box)
            if other is box:
                upright.setValue(place.x())
                level.setValue(place.y())
        at = self.mapFromScene(box.mapViewToScene(place))
        self.card.show_at(QPoint(at), title, lines)

    def hide_card(self) -> None:
        """Take crosshair and card away."""
        self.card.hide()
        for _, upright, level in self._crosses:
            upright.hide()
            level.hide()

    def leaveEvent(self, event: Any) -> None:
        """The pointer has left: nothing to point at."""
        super().leaveEvent(event)
        self.hide_card()

    def resizeEvent(self, event: Any) -> None:
        """Keep the quiet line in the middle of the panes."""
        super().resizeEvent(event)
        if hasattr(self, "_quiet"):
            self._place_quiet_line()

    def _place_quiet_line(self) -> None:
        left, right = round(self._axis_width) + 16, round(self._margin_width) + 16
        room = max(0, self.width() - left - right)
        self._quiet.ensurePolished()
        metrics = self._quiet.fontMetrics()
        width = min(room, metrics.horizontalAdvance(self._quiet.text()) + 40)
        height = self._quiet.heightForWidth(width)
        self._quiet.setGeometry(
            left + (room - width) // 2, max(0, (self.height() - 36 - height) // 2), width, height
        )

    def _add_crosshair(self, box: PlotBox) -> None:
        upright, level = (PlainLine(angle=angle, movable=False) for angle in (90, 0))
        for line in (upright, level):
            line.hide()
            line.setZValue(50)
            box.addItem(line, ignoreBounds=True)
        self._crosses.append((box, upright, level))


def plot_font() -> QFont:
    """The font of marks inside a plot."""
    font = QFont()
    font.setPixelSize(11)
    return font
