"""Rows of the layer tree: the name strong, its parameters quiet behind it, a mark where a problem is."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QStyledItemDelegate, QStyleOptionViewItem

from gradviz.control.layer_rows import LayerColumn, LayerRole
from gradviz.views.appearance import appearance
from gradviz.views.icons import paint_icon

_ICON = 14


class LayerDelegate(QStyledItemDelegate):
    """Colours the secondary columns and paints the problem's mark at the row's end."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._palettes: dict[str, QPalette] = {}

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Quiet columns in the secondary colour, a problem's row in its own."""
        super().initStyleOption(option, index)
        theme = appearance().theme
        if index.data(LayerRole.PROBLEM):
            colour = theme.non_finite
        else:
            colour = theme.text if index.column() == LayerColumn.LAYER else theme.secondary
        option.palette = self._palette(colour)  # type: ignore[attr-defined]

    def _palette(self, colour: str) -> QPalette:
        """The palette with that text colour; kept, since it is asked for at every cell."""
        found = self._palettes.get(colour)
        if found is None:
            found = QPalette(QApplication.palette())
            for role in (QPalette.ColorRole.Text, QPalette.ColorRole.HighlightedText):
                found.setColor(role, QColor(colour))
            self._palettes[colour] = found
        return found

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw the row, and the mark."""
        super().paint(painter, option, index)
        if index.column() == LayerColumn.LAYER and index.data(LayerRole.PROBLEM):
            rect = option.rect  # type: ignore[attr-defined]
            place = QRectF(rect.right() - _ICON - 2, rect.center().y() - _ICON / 2 + 0.5, _ICON, _ICON)
            paint_icon(painter, place, "circle-x", appearance().theme.non_finite)
