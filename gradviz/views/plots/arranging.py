"""Puts the plots where the arrangement says, and turns what the user does into the next arrangement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from gradviz.views.plots.arrangement import Arrangement, Place, Rect, Seat, Standing
from gradviz.views.plots.drop_mark import DropMark
from gradviz.views.plots.drop_target import DropTarget, find_target
from gradviz.views.plots.ensemble import Ensemble
from gradviz.views.plots.floating_plot import FloatingPlot, inside, wholly
from gradviz.views.plots.plot_grid import PlotGrid
from gradviz.views.plots.plot_tabs import KEY, PlotTabs, Tab
from gradviz.views.plots.plot_view import PlotView
from gradviz.views.plots.registry import offers
from gradviz.views.plots.standing_menu import StandingMenu
from gradviz.views.plots.tab_gestures import TabGestures

_FLOATING = QSize(560, 420)
_ASIDE = QPoint(32, 32)


class Arranging(QObject):
    """Owns how the plots stand: in places, in windows, or closed."""

    changed = Signal()
    """The plots stand in another way."""
    sight_changed = Signal()
    """Other plots are in sight."""
    left_wanted = Signal()
    """A plot was asked for whose place something else has now."""

    def __init__(
        self,
        arrangement: Arrangement,
        ensemble: Ensemble,
        places: Mapping[Place, PlotTabs],
        grid: PlotGrid,
        owner: QWidget,
    ) -> None:
        super().__init__(owner)
        self._arrangement = arrangement
        self._ensemble = ensemble
        self._places = places
        self._grid = grid
        self._owner = owner
        self._is_fitting = False
        self._has_ended = False
        self._windows: dict[str, FloatingPlot] = {}
        self._mark = DropMark(owner)
        self.gestures = TabGestures(self)
        self.tab_menu = QMenu(owner)
        self._menu_key = ""
        self._focused: PlotTabs | None = None
        self.tab_entries = self._add_entries(self.tab_menu)
        self.gestures.menu_wanted.connect(self._on_menu)
        self.gestures.close_wanted.connect(self.close)
        self.gestures.dragged.connect(self._on_dragged)
        self.gestures.dropped.connect(self._on_dropped)
        self.gestures.drag_ended.connect(self._mark.hide)
        ensemble.made.connect(self._on_made)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_focus)
        for tabs in places.values():
            tabs.front_changed.connect(self._on_front)
            tabs.named.connect(self._watch)

    @property
    def arrangement(self) -> Arrangement:
        """How the plots stand now."""
        large = self._grid.enlarging.place
        result = replace(
            self._arrangement,
            widths=self._grid.widths,
            heights=self._grid.heights,
            enlarged=next((place for place, tabs in self._places.items() if tabs is large), None),
        )
        for place, tabs in self._places.items():
            result = result.with_front(place, tabs.wanted)
        for key, window in self._windows.items():
            result = result.floated(key, window.place)
        return result

    @property
    def windows(self) -> dict[str, FloatingPlot]:
        """The plots that float, by key."""
        return dict(self._windows)

    @property
    def in_sight(self) -> tuple[str, ...]:
        """The keys of the plots that are seen."""
        keys = [key for key, window in self._windows.items() if not window.isMinimized()]
        if not self._owner.window().isMinimized():
            keys += [t.key for place, t in self._places.items() if t.key and self._grid.is_seen(place)]
        return tuple(keys)

    def apply(self, arrangement: Arrangement) -> None:
        """Let the plots stand so; plots that it does not tell of stand in their default places."""
        known = [(offer.key, offer.place) for offer in offers().values()]
        self._grid.enlarging.end()
        self._set(arrangement.completed(known))
        self._grid.share(arrangement.widths, arrangement.heights)
        for key, window in self._windows.items():
            seat = arrangement.seat(key)
            if seat is not None and seat.window is not None:
                window.setGeometry(_on_a_screen(seat.window))
        if self._grid.is_left_taken and any(
            tabs.keys for place, tabs in self._places.items() if place.is_left
        ):
            self.left_wanted.emit()
        if arrangement.enlarged is not None and self._places[arrangement.enlarged].keys:
            self._grid.enlarging.toggle(self._places[arrangement.enlarged])

    def open(self, key: str) -> None:
        """Show that plot, where it stood."""
        window = self._windows.get(key)
        if window is not None:
            window.raise_()
            window.activateWindow()
        else:
            self._set(self.arrangement.opened(key))
            self._let_see(key)

    def put_back(self, key: str) -> None:
        """Show a floating plot in its place again."""
        self._set(self.arrangement.opened(key))
        self._let_see(key)

    def close(self, key: str) -> None:
        """Take that plot away."""
        self._set(self.arrangement.closed(key))

    def move(self, key: str, place: Place, before: str | None = None) -> None:
        """Put that plot into a place, before another one or as the last."""
        self._set(self.arrangement.moved(key, place, before))
        self._let_see(key)

    def float(self, key: str, at: QPoint | None = None) -> None:
        """Give that plot a window of its own: there on the screen, else where it was last, else beside."""
        seat = self.arrangement.seat(key)
        if seat is not None and seat.standing is not Standing.FLOATING:
            self._set(self.arrangement.floated(key, self._room_for(seat, at)))

    def focused(self) -> str:
        """The key of the plot in front of the place that had the keyboard last; "" where none had it."""
        return "" if self._focused is None else self._focused.key

    def fit(self) -> None:
        """Offer in each place what the shown run has of what stands there."""
        known = offers()
        self._is_fitting = True
        floating = {
            seat.key: seat
            for seat in self._arrangement.seats
            if seat.standing is Standing.FLOATING and self._ensemble.has(seat.key) and not self._has_ended
        }
        for key in set(self._windows) - set(floating):
            window = self._windows.pop(key)
            self._note_window(key, window.place)
            window.end()
        self._ensemble.drop_outdated()
        for place, tabs in self._places.items():
            keys = [key for key in self._arrangement.tabs(place) if self._ensemble.has(key)]
            tabs.set_tabs([Tab(key=key, name=known[key].name, tip=known[key].tip) for key in keys])
        for key, seat in floating.items():
            window = self._windows.get(key) or self._window(seat)
            frame = self._ensemble.plot(key)
            if window.frame is not frame:
                window.show_frame(frame)
                self._watch(frame)
        self._grid.fill([place for place, tabs in self._places.items() if tabs.keys])
        self._is_fitting = False

    def end(self) -> None:
        """Close all windows for good; what they show stands as floating."""
        self._has_ended = True
        self._arrangement = self.arrangement
        self.gestures.cancel()
        for window in self._windows.values():
            window.end()
        self._windows.clear()

    def _set(self, arrangement: Arrangement) -> None:
        self._arrangement = arrangement
        for place, tabs in self._places.items():
            tabs.wanted = arrangement.front(place)
        self.fit()
        self.sight_changed.emit()
        self.changed.emit()

    def _window(self, seat: Seat) -> FloatingPlot:
        window = self._windows[seat.key] = FloatingPlot(seat.key, offers()[seat.key].name, self._owner)
        window.setGeometry(_on_a_screen(seat.window or self._room_for(seat)))
        window.back_wanted.connect(self.put_back)
        window.sight_changed.connect(self._on_window)
        is_starting = not self._owner.isVisible()  # then the keyboard is the main window's
        window.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating, on=is_starting)
        window.show()
        return window

    def _note_window(self, key: str, place: Rect) -> None:
        """A plot that comes to float again does so where it did."""
        self._arrangement = replace(
            self._arrangement,
            seats=tuple(replace(s, window=place) if s.key == key else s for s in self._arrangement.seats),
        )

    def _room_for(self, seat: Seat, at: QPoint | None = None) -> Rect:
        """Where its window goes: as large as its place, a little aside."""
        tabs = self._places[seat.place]
        size = tabs.size().expandedTo(_FLOATING) if seat.window is None else QSize(*seat.window[2:])
        if at is not None:
            return (at.x() - 80, at.y() - 16, size.width(), size.height())
        if seat.window is not None:
            return seat.window
        return inside(QRect(tabs.mapToGlobal(_ASIDE), size), self._owner.screen().availableGeometry())

    def _let_see(self, key: str) -> None:
        """Make room where something else hides the plot."""
        seat = self._arrangement.seat(key)
        if seat is None or not self._places[seat.place].keys:
            return
        if self._grid.enlarging.hides(self._places[seat.place]):
            self._grid.enlarging.end()
        if seat.place.is_left and self._grid.is_left_taken:
            self.left_wanted.emit()

    def _add_entries(self, menu: QMenu, key: str = "") -> StandingMenu:
        before = menu.actions()[1] if key else None
        entries = StandingMenu(menu, lambda: key or self._menu_key, lambda: self._arrangement, before)
        entries.move_wanted.connect(self.move)
        entries.float_wanted.connect(self.float)
        entries.back_wanted.connect(self.put_back)
        entries.close_wanted.connect(self.close)
        return entries

    def _watch(self, frame: PlotView) -> None:
        """Follow the mouse on a plot's heading and on the names in it."""
        heading = frame.heading.parentWidget()
        if heading is not None:
            heading.setProperty(KEY, frame.title.property(KEY))
            for name in (heading, frame.title, *frame.tabs):
                self.gestures.watch(name)

    def _on_made(self, key: str, plot: PlotView) -> None:
        self._add_entries(plot.menu, key)

    def _on_front(self) -> None:
        tabs = self.sender()
        if not self._is_fitting and isinstance(tabs, PlotTabs) and tabs.key in self.in_sight:
            self.sight_changed.emit()
            self.changed.emit()

    def _on_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        for tabs in self._places.values():
            if new is not None and (tabs is new or tabs.isAncestorOf(new)):
                self._focused = tabs

    def _on_window(self) -> None:
        self.sight_changed.emit()

    def _on_menu(self, key: str, place: QPoint) -> None:
        self._menu_key = key
        self.tab_menu.popup(place)

    def _target(self, key: str, point: QPoint) -> DropTarget | None:
        if any(window.frameGeometry().contains(point) for window in self._windows.values()):
            return None  # it lies over the places
        return find_target(self._places, point, key)

    def _on_dragged(self, key: str, point: QPoint) -> None:
        target = self._target(key, point)
        if target is None:
            self._mark.hide()
        else:
            corner = self._owner.mapFromGlobal(target.room.topLeft())
            self._mark.show_room(QRect(corner, target.room.size()))

    def _on_dropped(self, key: str, point: QPoint) -> None:
        target = self._target(key, point)
        window = self._owner.window()
        if target is not None:
            self.move(key, target.place, target.before)
        elif not window.frameGeometry().contains(point) and key not in self._windows:
            self.float(key, point)


def _on_a_screen(place: Rect) -> QRect:
    return wholly(QRect(*place), [screen.availableGeometry() for screen in QGuiApplication.screens()])
