"""The time cursor in a plot over steps: one upright line, which may be dragged."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import Signal

from gradviz.views.plots.plain_items import PlainLine
from gradviz.views.theme import Theme


class CursorLine(PlainLine):
    """Stands at the shown step; a drag by hand is told, a move by the program is not."""

    dragged_to = Signal(object)
    """A step (int)."""

    def __init__(self) -> None:
        super().__init__(angle=90, movable=True)
        self.setZValue(40)
        self.hide()
        self.sigDragged.connect(self._on_dragged)

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        self.setPen(pg.mkPen(theme.text, width=1))
        self.setHoverPen(pg.mkPen(theme.accent, width=3))

    def show_step(self, step: int | None, last: int) -> None:
        """Stand at `step`; None hides the line."""
        self.setVisible(step is not None)
        if step is not None and not self.moving:
            self.setBounds((0, max(last, 0)))
            self.setValue(step)

    def _on_dragged(self, *_unused: object) -> None:
        self.dragged_to.emit(round(self.value()))
