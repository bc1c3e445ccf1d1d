"""Legend switches keep to their room: where the names of series have none, only the samples stay."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QWidget

from gradviz.views.elided_label import ElidedLabel
from gradviz.views.plots.switch import LegendSwitch
from gradviz.views.plots.tab_overflow import TabOverflow

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


def fit_names(heading: QHBoxLayout, tabs: Collection[QWidget], room: int) -> None:
    """In a heading, show the names of series where the tabs and all else have room beside them."""
    widgets = [
        widget
        for at in range(heading.count())
        if (item := heading.itemAt(at)) is not None
        and (widget := item.widget()) is not None
        and (widget in tabs or not widget.isHidden())
        and not isinstance(widget, TabOverflow)
    ]
    switches = [widget for widget in widgets if isinstance(widget, LegendSwitch)]
    if not switches:
        return
    margins = heading.contentsMargins()
    needed = margins.left() + margins.right() + heading.spacing() * len(widgets)
    for widget in widgets:
        if isinstance(widget, LegendSwitch):
            needed += widget.full_width()
        elif isinstance(widget, ElidedLabel):
            needed += widget.wanted_width()
        else:
            needed += widget.width() if widget in tabs else widget.sizeHint().width()
    _show_names(switches, names=needed <= room)


def _show_names(switches: Collection[LegendSwitch], *, names: bool) -> Qt.ToolButtonStyle:
    style = _STYLE.ToolButtonTextBesideIcon if names else _STYLE.ToolButtonIconOnly
    for switch in switches:
        if switch.toolButtonStyle() != style:
            switch.setToolButtonStyle(style)
    return style
