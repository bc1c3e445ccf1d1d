"""“Move to”, “Float” and “Close” of one plot, in its own menu and in that of its tab."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from gradviz.views.icons import icon
from gradviz.views.plots.arrangement import Arrangement, Place, Standing


class StandingMenu(QObject):
    """Adds the entries to a menu; which plot they are of is asked when it opens."""

    move_wanted = Signal(object, object)
    """The key (str) of a plot, and a Place."""
    float_wanted = Signal(object)
    """The key (str) of a plot."""
    back_wanted = Signal(object)
    """The key (str) of a plot that floats."""
    close_wanted = Signal(object)
    """The key (str) of a plot."""

    def __init__(
        self,
        menu: QMenu,
        key: Callable[[], str],
        arrangement: Callable[[], Arrangement],
        before: QAction | None = None,
    ) -> None:
        super().__init__(menu)
        self._key, self._arrangement = key, arrangement
        self._moves = QMenu(self.tr("Move to"), menu)
        self.places: dict[Place, QAction] = {}
        for place, text in (
            (Place.TOP_LEFT, self.tr("Top left")),
            (Place.BOTTOM_LEFT, self.tr("Bottom left")),
            (Place.TOP_RIGHT, self.tr("Top right")),
            (Place.BOTTOM_RIGHT, self.tr("Bottom right")),
        ):
            action = self._moves.addAction(text)
            action.setCheckable(True)
            action.setData(place)
            action.triggered.connect(self._on_place)
            self.places[place] = action
        self.floating = QAction(menu)
        self.floating.triggered.connect(self._on_float)
        self.close = QAction(icon("x", "secondary"), self.tr("Close"), menu)
        self.close.triggered.connect(self._on_close)
        moves = self._moves.menuAction()
        entries = [moves, self.floating, self.close]
        if before is None:
            menu.addActions(entries)
        else:
            menu.insertActions(before, entries)
            menu.insertSeparator(before)
        menu.aboutToShow.connect(self.fit)

    def fit(self) -> None:
        """Say what can be done with the plot now."""
        seat = self._arrangement().seat(self._key())
        floats = seat is not None and seat.standing is Standing.FLOATING
        self.floating.setText(self.tr("Back into the window") if floats else self.tr("Float"))
        for place, action in self.places.items():
            stands = seat is not None and seat.place is place and not floats
            action.setChecked(stands)
            action.setEnabled(not stands)

    def _on_place(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.move_wanted.emit(self._key(), Place(action.data()))

    def _on_float(self) -> None:
        seat = self._arrangement().seat(self._key())
        if seat is not None and seat.standing is Standing.FLOATING:
            self.back_wanted.emit(seat.key)
        else:
            self.float_wanted.emit(self._key())

    def _on_close(self) -> None:
        self.close_wanted.emit(self._key())
