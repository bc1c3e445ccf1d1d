"""Where a heading's controls stand: in it, or in a row of their own below it where they have no room.

A legend without its words says nothing, and a title that is cut says little: first tabs go into their menu,
then the controls go into the row, and only where that is too narrow too do samples stand without names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from gradviz.views.elided_label import ElidedLabel
from gradviz.views.laid_out import laid_out
from gradviz.views.plots.legend_row import LegendRow
from gradviz.views.plots.switch import LegendSwitch
from gradviz.views.plots.tab_overflow import OVERFLOW_WIDTH, TabOverflow, width_of

ROW_HEIGHT = 24


class HeadingControls:
    """Moves the controls as the heading’s width asks for; `make_row` is called when a row is first needed.

    Whether they stand below depends on widths alone, never on where they stand: so nothing goes to and fro.
    """

    def __init__(self, heading: QHBoxLayout, fills: ElidedLabel, make_row: Callable[[], QWidget]) -> None:
        self._heading = heading
        self._fills = fills
        self._make_row = make_row
        self._row: QWidget | None = None
        self._controls: list[tuple[QWidget, QWidget, int]] = []
        self.is_below = False

    def add(self, control: QWidget, beside: QWidget, *, after: bool = False) -> None:
        """Take a control; in the heading it stands before or after something that always stands there."""
        self._controls.append((control, beside, int(after)))
        self._put(control, beside, int(after))

    def fit(self, tabs: Sequence[QToolButton], room: int) -> None:
        """Let them stand where they have room beside the menu of tabs and what `fills` says at the least."""
        shown = [control for control, *_ in self._controls if not _is_hidden(control)]
        below = bool(shown) and self._needed(tabs, shown) > room
        if below != self.is_below:
            self.is_below = below
            hidden = [_is_hidden(control) for control, *_ in self._controls]
            for (control, beside, after), is_hidden in zip(self._controls, hidden, strict=True):
                self._put(control, beside, after)
                control.setHidden(is_hidden)  # a widget that is given another parent is hidden by that
        if self._row is not None:
            self._row.setFixedHeight(max([ROW_HEIGHT, *(control.sizeHint().height() for control in shown)]))
            self._row.setVisible(below)

    def _needed(self, tabs: Sequence[QToolButton], shown: Sequence[QWidget]) -> int:
        heading, gap = self._heading, self._heading.spacing()
        controls = {control for control, *_ in self._controls}
        margins = heading.contentsMargins()
        needed = margins.left() + margins.right() + gap
        for widget in laid_out(heading):
            if widget is self._fills:
                needed += self._fills.wanted_width()
            elif not (
                widget in tabs or widget in controls or widget.isHidden() or isinstance(widget, TabOverflow)
            ):
                needed += width_of(widget) + gap
        needed += min(sum(width_of(tab) + gap for tab in tabs), OVERFLOW_WIDTH + gap)
        return needed + sum(_full_width(control) + gap for control in shown)

    def _put(self, control: QWidget, beside: QWidget, after: int) -> None:
        """Into the row or the heading."""
        if self.is_below:
            row = self._row = self._row or self._new_row()
            line = row.layout()
            self._heading.removeWidget(control)
            if isinstance(line, QHBoxLayout):
                line.insertWidget(self._place_below(control), control)
        else:
            if self._row is not None and (line := self._row.layout()) is not None:
                line.removeWidget(control)
            self._heading.insertWidget(self._heading.indexOf(beside) + after, control)

    def _place_below(self, control: QWidget) -> int:
        """Choosers come first, as they do in the heading."""
        before = sorted(self._controls, key=lambda each: not each[2])
        return [each for each, *_ in before].index(control)

    def _new_row(self) -> QWidget:
        row = self._make_row()
        LegendRow(row)
        return row


def _is_hidden(widget: QWidget) -> bool:
    """Whether somebody hid it; what was never shown yet counts as hidden too, for Qt."""
    return widget.isHidden() and widget.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide)


def _full_width(control: QWidget) -> int:
    return control.full_width() if isinstance(control, LegendSwitch) else width_of(control)
