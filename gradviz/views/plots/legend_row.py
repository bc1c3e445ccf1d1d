"""Legend switches keep to their room: where the names of series have none, only the samples stay."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QComboBox, QToolButton, QWidget

from gradviz.views.plots.switch import LegendSwitch

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
        room = self._row.width() - margins.left() - margins.right() - needed
        named = room >= _NARROW * gaps
        _show_names([each for each in shown if isinstance(each, LegendSwitch)], names=named)
        spacing = _WIDE if named and room >= _WIDE * gaps else _NARROW
        if layout.spacing() != spacing:
            layout.setSpacing(spacing)


def _show_names(switches: Collection[LegendSwitch], *, names: bool) -> None:
    style = _STYLE.ToolButtonTextBesideIcon if names else _STYLE.ToolButtonIconOnly
    for switch in switches:
        if switch.toolButtonStyle() != style:
            switch.setToolButtonStyle(style)
