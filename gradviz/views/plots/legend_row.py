"""Legend switches keep to their room: where names have none, what tells them apart stays, or the samples."""

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
        """Show the names, or what tells them apart, or only the samples."""
        layout = self._row.layout()
        if layout is None:
            return
        shown = [button for button in self._row.findChildren(QToolButton) if not button.isHidden()]
        switches = [button for button in shown if isinstance(button, LegendSwitch)]
        others = sum(button.sizeHint().width() for button in shown if button not in switches)
        choices = [box for box in self._row.findChildren(QComboBox) if not box.isHidden()]
        others += sum(box.width() for box in choices)
        margins = layout.contentsMargins()
        gaps = max(len(shown) + len(choices) - 1, 0)
        room = self._row.width() - margins.left() - margins.right() - others
        full = room - sum(switch.full_width() for switch in switches)
        named = full >= _NARROW * gaps
        brief = sum(switch.brief_width() for switch in switches) <= room - _NARROW * gaps
        _show_names(switches, names=named or brief, brief=not named)
        spacing = _WIDE if named and full >= _WIDE * gaps else _NARROW
        if layout.spacing() != spacing:
            layout.setSpacing(spacing)


def _show_names(switches: Collection[LegendSwitch], *, names: bool, brief: bool = False) -> None:
    style = _STYLE.ToolButtonTextBesideIcon if names else _STYLE.ToolButtonIconOnly
    for switch in switches:
        switch.show_name(style, brief=brief)
