"""A row of legend switches that keeps to its width: where the names have no room, only the samples stay."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QToolButton, QWidget

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
        margins = layout.contentsMargins()
        room = self._row.width() - margins.left() - margins.right() - _WIDE * max(len(shown) - 1, 0)
        style = _STYLE.ToolButtonTextBesideIcon if needed <= room else _STYLE.ToolButtonIconOnly
        for button in shown:
            if isinstance(button, LegendSwitch) and button.toolButtonStyle() != style:
                button.setToolButtonStyle(style)
        spacing = _WIDE if style == _STYLE.ToolButtonTextBesideIcon else _NARROW
        if layout.spacing() != spacing:
            layout.setSpacing(spacing)
