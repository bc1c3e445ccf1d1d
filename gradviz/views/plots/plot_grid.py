"""The four places of the plots: two columns of two, cut at the same height, so that rows stay rows.

A place without plots gives its room to the others. The left column can give its room to the network diagram.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from gradviz.views.plots.arrangement import Place
from gradviz.views.plots.enlarging import Enlarging

_COLUMNS = ((Place.TOP_LEFT, Place.BOTTOM_LEFT), (Place.TOP_RIGHT, Place.BOTTOM_RIGHT))
_WIDTHS, _HEIGHTS = (600, 400), (400, 320)


class PlotGrid(QWidget):
    """Shares the room among the places that have plots, or gives all of it to one."""

    moved = Signal()
    """The user has moved a boundary."""
    sight_changed = Signal()
    """Other places are in sight."""

    def __init__(self, places: Mapping[Place, QWidget], parent: QWidget) -> None:
        super().__init__(parent)
        self._places = places
        self._filled: frozenset[Place] = frozenset(places)
        self._widths, self._heights = _WIDTHS, _HEIGHTS
        self._columns = tuple(self._column([places[place] for place in column]) for column in _COLUMNS)
        self._left = QStackedWidget(self)
        self._left.addWidget(self._columns[0])
        self._row = _splitter(Qt.Orientation.Horizontal, [self._left, self._columns[1]], _WIDTHS)
        self._row.splitterMoved.connect(self._on_moved)
        self._nothing = QLabel(self.tr("All plots are closed. View ▸ Plots opens them again."), self)
        self._nothing.setProperty("role", "secondary")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._row)
        layout.addWidget(self._nothing)
        self.enlarging = Enlarging(self)
        self.enlarging.changed.connect(self._on_enlarged)

    @property
    def widths(self) -> tuple[int, int]:
        """Of the columns, as they are where both are in sight."""
        self._remember()
        return self._widths

    @property
    def heights(self) -> tuple[int, int]:
        """Of the rows, as they are where both are in sight."""
        self._remember()
        return self._heights

    @property
    def in_left(self) -> QWidget:
        """What has the left column's room."""
        return self._left.currentWidget()

    @property
    def is_left_taken(self) -> bool:
        """Whether something else has the left column's room."""
        return self._left.currentWidget() is not self._columns[0]

    def share(self, widths: tuple[int, int], heights: tuple[int, int]) -> None:
        """Divide the room so."""
        self._widths, self._heights = widths, heights
        self._resize()

    def fill(self, filled: Collection[Place]) -> None:
        """These places have plots."""
        if frozenset(filled) != self._filled:
            self._remember()
            self._filled = frozenset(filled)
            if self.enlarging.place in [self._places[place] for place in set(Place) - self._filled]:
                self.enlarging.end()
            self._fit()

    def take_left(self, widget: QWidget | None) -> None:
        """Give the left column's room to a widget, or back to its places."""
        wanted = self._columns[0] if widget is None else widget
        if self._left.indexOf(wanted) < 0:
            self._left.addWidget(wanted)
        self._left.setCurrentWidget(wanted)
        self._fit()

    def is_seen(self, place: Place) -> bool:
        """Whether a place has room now."""
        taken = place.is_left and self.is_left_taken
        return place in self._filled and not taken and not self.enlarging.hides(self._places[place])

    def _fit(self) -> None:
        """Show what has room."""
        for column, places in zip(self._columns, _COLUMNS, strict=True):
            for place in places:
                self._places[place].setVisible(
                    place in self._filled and not self.enlarging.hides(self._places[place])
                )
            seen = any(self.is_seen(place) for place in places)
            if column is self._columns[0]:
                taken = self.is_left_taken and not self.enlarging.hides(self.in_left)
                self._left.setVisible(seen or taken)
            else:
                column.setVisible(seen)
        nothing = self._left.isHidden() and self._columns[1].isHidden()
        self._row.setHidden(nothing)
        self._nothing.setVisible(nothing)
        self._resize()

    def _resize(self) -> None:
        for splitter in (self._row, *self._columns):
            sizes = self._widths if splitter is self._row else self._heights
            if not any(splitter.widget(at).isHidden() for at in range(splitter.count())):
                splitter.setSizes(list(sizes))

    def _remember(self) -> None:
        """Note the sizes of what is in sight, before something is hidden."""
        if not self.isVisible():
            return
        first, second = self._row.sizes()
        if first and second:
            self._widths = (first, second)
        for column in self._columns:
            first, second = column.sizes()
            if first and second and column.isVisible():
                self._heights = (first, second)
                return

    def _on_enlarged(self) -> None:
        self._remember()
        self._fit()
        self.sight_changed.emit()

    def _column(self, places: list[QWidget]) -> QSplitter:
        column = _splitter(Qt.Orientation.Vertical, places, _HEIGHTS)
        column.splitterMoved.connect(self._on_row_moved)
        return column

    def _on_row_moved(self) -> None:
        """Both columns are cut at the same place."""
        moved = self.sender()
        if isinstance(moved, QSplitter):
            first, second = moved.sizes()
            self._heights = (first, second)
            self._resize()
            self.moved.emit()

    def _on_moved(self) -> None:
        self._remember()
        self.moved.emit()


def _splitter(way: Qt.Orientation, widgets: list[QWidget], shares: tuple[int, int]) -> QSplitter:
    splitter = QSplitter(way)
    splitter.setHandleWidth(1)
    splitter.setChildrenCollapsible(False)
    for widget, share in zip(widgets, shares, strict=True):
        splitter.addWidget(widget)
        splitter.setStretchFactor(splitter.count() - 1, share)
    splitter.setSizes(list(shares))
    return splitter
