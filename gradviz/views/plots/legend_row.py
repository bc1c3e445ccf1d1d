"""Legend switches keep to their room: where the names of series have none, only the samples stay."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QWidget

from gradviz.views.elided_label import ElidedLabel
from gradviz.views.laid_out import laid_out
from gradviz.views.plots.switch import LegendSwitch
from gradviz.views.plots.tab_overflow import OVERFLOW_WIDTH, TabOverflow, how_many

_STYLE = Qt.ToolButtonStyle
_NARROW, _WIDE = 2, 8


class LegendRow(QObject):
    """Watches a row of a frame; the pointer is told the names that are not there."""

    def __init__(self, row: QWidget) -> None:
        super().__init__(row)
        self._row = row
        row.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fit whenever the row is given another width or another switch."""
        if event.type() in {QEvent.Type.Resize, QEvent.Type.LayoutRequest, QEvent.Type.Show}:
            self.fit()
        return super().eventFilter(watched, event)

    def fit(self) -> None:
        """Show the names, or only the samples."""
        layout = self._row.layout()
        if layout is None:
            return
        shown = [button for button in self._row.findChildren(QToolButton) if not button.isHidden()]
        needed = sum(
            button.full_width() if isinstance(button, LegendSwitch) else button.sizeHint().width()
            for button in shown
        )
        choices = [box for box in self._row.findChildren(QComboBox) if not box.isHidden()]
        needed += sum(box.width() for box in choices)
        margins = layout.contentsMargins()
        gaps = max(len(shown) + len(choices) - 1, 0)
        room = self._row.width() - margins.left() - margins.right() - _WIDE * gaps
        style = _show_names([each for each in shown if isinstance(each, LegendSwitch)], names=needed <= room)
        spacing = _WIDE if style == _STYLE.ToolButtonTextBesideIcon else _NARROW
        if layout.spacing() != spacing:
            layout.setSpacing(spacing)


def fit_names(heading: QHBoxLayout, tabs: Sequence[QWidget], room: int, fills: ElidedLabel) -> None:
    """In a heading, show the names of series where neither a tab nor what `fills` says has to go for them."""
    gap, margins = heading.spacing(), heading.contentsMargins()
    left = room - margins.left() - margins.right() - gap
    switches = []
    for widget in laid_out(heading):
        if widget in tabs or widget.isHidden() or isinstance(widget, TabOverflow):
            continue
        if isinstance(widget, LegendSwitch):
            switches.append(widget)
        else:
            left -= fills.wanted_width() if widget is fills else widget.sizeHint().width() + gap
    widths = [tab.width() + gap for tab in tabs]
    named = left - sum(switch.full_width() + gap for switch in switches)
    alone = left - sum(switch.sample_width() + gap for switch in switches)
    shown = how_many(widths, named, gap)
    beside = named - sum(widths[:shown]) - (OVERFLOW_WIDTH + gap if shown < len(widths) else 0)
    _show_names(switches, names=beside >= 0 and shown == how_many(widths, alone, gap))


def _show_names(switches: Collection[LegendSwitch], *, names: bool) -> Qt.ToolButtonStyle:
    style = _STYLE.ToolButtonTextBesideIcon if names else _STYLE.ToolButtonIconOnly
    for switch in switches:
        if switch.toolButtonStyle() != style:
            switch.setToolButtonStyle(style)
    return style
