"""What the user does with plots: their names are dragged, closed, moved, floated, by mouse and by menu."""

from __future__ import annotations

import pointer
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gradviz.views.appearance import ThemeChoice, appearance
from gradviz.views.plots.arrangement import Place, Standing
from gradviz.views.plots.plot_area import PlotArea
from gradviz.views.plots.plot_tabs import KEY
from gradviz.views.theme import DARK

LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
TL, BL, TR, BR = Place
CLIP = {"clip_factor": lambda _step: 0.5, "clip_angle": lambda _step: 0.0}


@pytest.fixture
def plots(app, qtbot, snapshot):
    area = PlotArea()
    qtbot.addWidget(area)
    area.setGeometry(40, 40, 1800, 700)
    area.show()
    area.show_snapshot(snapshot(steps=60, layers=8))
    QApplication.processEvents()
    yield area
    area.arranging.end()


def name(plots, key: str):
    """The visible name of a plot: its title or its tab."""
    for tabs in plots.places.values():
        if tabs.keys:
            for widget in (tabs.current.title, *tabs.current.tabs):
                if widget.property(KEY) == key and widget.isVisible():
                    return widget
    raise LookupError(key)


def drag(widget, to: QPoint, *, drop: bool = True) -> None:
    """Press on a name, go to a point of the screen in two steps, and let go."""
    start = widget.rect().center()
    QTest.mousePress(widget, LEFT, pos=start)
    for point in (widget.mapFromGlobal(to) - QPoint(20, 0), widget.mapFromGlobal(to)):
        move(widget, point)
    if drop:
        QTest.mouseRelease(widget, LEFT, pos=widget.mapFromGlobal(to))
    QApplication.processEvents()


def move(widget, point: QPoint) -> None:
    """A move with the button held, which QTest cannot send."""
    where = QPointF(widget.mapToGlobal(point))
    none, kind = Qt.KeyboardModifier.NoModifier, QEvent.Type.MouseMove
    event = QMouseEvent(kind, QPointF(point), where, Qt.MouseButton.NoButton, LEFT, none)
    QApplication.sendEvent(widget, event)


def heading_of(plots, place: Place) -> QPoint:
    """A point at the right of the names of a place, on the screen."""
    tabs = plots.places[place]
    return tabs.mapToGlobal(QPoint(tabs.width() - 60, 16))


def body_of(plots, place: Place, x: float = 0.5, y: float = 0.5) -> QPoint:
    tabs = plots.places[place]
    return tabs.mapToGlobal(QPoint(round(x * tabs.width()), round(y * tabs.height())))


def keys(plots, place: Place) -> tuple[str, ...]:
    return plots.places[place].keys


def test_a_tab_is_dragged_to_another_gap_of_its_place(plots) -> None:
    assert keys(plots, TR)[:3] == ("profile", "layers", "updates")
    title = name(plots, "profile")
    drag(name(plots, "updates"), title.mapToGlobal(QPoint(2, title.height() // 2)))
    assert keys(plots, TR)[:3] == ("updates", "profile", "layers")
    assert plots.places[TR].key == "updates"
    drag(name(plots, "updates"), heading_of(plots, TR))
    assert keys(plots, TR)[-1] == "updates"


def test_a_tab_is_dragged_onto_another_places_heading(plots) -> None:
    tab = name(plots, "layers")
    drag(tab, heading_of(plots, BL), drop=False)
    mark = plots.arranging._mark
    assert mark.isVisible()
    assert mark.width() <= 4
    QTest.mouseRelease(tab, LEFT)
    move_to = heading_of(plots, BL)
    assert "layers" in keys(plots, TR)  # let go of over its own tab
    drag(name(plots, "layers"), move_to)
    assert not mark.isVisible()
    assert "layers" not in keys(plots, TR)
    assert keys(plots, BL)[-1] == "layers"
    assert plots.places[BL].key == "layers"
    layers = plots.plot("layers")
    assert layers.isVisible()
    assert plots.places[BL].isAncestorOf(layers)
    assert layers.model.snapshot is not None
    assert {tab.text() for tab in layers.tabs} == {"Loss", "Update ratio"}


def test_the_title_is_dragged_into_a_body_and_the_emptied_place_gives_its_room(plots) -> None:
    drag(name(plots, "flow"), body_of(plots, BR))
    assert keys(plots, BR)[-1] == "flow"
    assert not plots.places[TL].isVisible()
    assert plots.places[BL].height() > 600
    assert plots.flow.isVisible()


def test_an_empty_place_is_had_back_by_a_drop_on_the_far_part_of_its_neighbour(plots) -> None:
    drag(name(plots, "flow"), body_of(plots, BR))
    drag(name(plots, "flow"), body_of(plots, BL, y=0.2))
    assert keys(plots, TL) == ("flow",)
    assert plots.places[TL].isVisible()


def test_an_empty_column_is_had_back_too(plots) -> None:
    for key in ("histograms", "map", *keys(plots, TR)[1:]):
        plots.arranging.close(key)
    drag(name(plots, "profile"), heading_of(plots, TL))
    QApplication.processEvents()
    assert plots.places[TL].width() > 1700
    drag(name(plots, "profile"), body_of(plots, TL, x=0.9, y=0.4))
    assert keys(plots, TR) == ("profile",)


def test_escape_gives_a_drag_up(plots) -> None:
    tab = name(plots, "layers")
    drag(tab, heading_of(plots, BL), drop=False)
    QTest.keyClick(plots, Qt.Key.Key_Escape)
    assert not plots.arranging._mark.isVisible()
    QTest.mouseRelease(tab, LEFT)
    assert "layers" in keys(plots, TR)
    assert QApplication.overrideCursor() is None


def test_a_short_way_is_a_click(plots) -> None:
    tab = name(plots, "layers")
    QTest.mousePress(tab, LEFT)
    move(tab, tab.rect().center() + QPoint(2, 1))
    QTest.mouseRelease(tab, LEFT)
    assert plots.places[TR].key == "layers"


def test_a_drop_outside_the_window_gives_a_window(plots) -> None:
    drag(name(plots, "profile"), plots.mapToGlobal(QPoint(plots.width() + 60, 100)))
    assert set(plots.arranging.windows) == {"profile"}
    assert plots.plot("profile").window() is plots.arranging.windows["profile"]


def test_the_middle_button_closes_a_tab(plots) -> None:
    QTest.mouseClick(name(plots, "layers"), MIDDLE)
    assert "layers" not in keys(plots, TR)
    QTest.mouseClick(name(plots, "profile"), MIDDLE)
    assert plots.places[TR].key == "updates"
    assert plots.plot("updates").isVisible()
    assert not plots.plot("profile").isVisible()
    plots.show_plot("profile")
    assert keys(plots, TR)[0] == "profile"
    assert plots.plot("profile").isVisible()


def context_menu(widget) -> None:
    place = widget.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, widget.mapToGlobal(place))
    QApplication.sendEvent(widget, event)


def test_the_menu_of_a_tab_moves_floats_and_closes(plots) -> None:
    arranging = plots.arranging
    context_menu(name(plots, "layers"))
    assert arranging.tab_menu.isVisible()
    arranging.tab_menu.close()
    entries = arranging.tab_entries
    assert [place for place, action in entries.places.items() if action.isChecked()] == [TR]
    entries.places[TL].trigger()
    assert keys(plots, TL) == ("flow", "layers")
    context_menu(name(plots, "layers"))
    arranging.tab_menu.close()
    entries.floating.trigger()
    assert set(arranging.windows) == {"layers"}
    context_menu(plots.plot("layers").title)
    arranging.tab_menu.close()
    assert entries.floating.text() == "Back into the window"
    entries.floating.trigger()
    assert keys(plots, TL) == ("flow", "layers")
    context_menu(name(plots, "layers"))
    arranging.tab_menu.close()
    entries.close.trigger()
    assert keys(plots, TL) == ("flow",)


def test_the_menu_of_a_plot_has_the_same(plots) -> None:
    menu = plots.plot("profile").menu
    menu.aboutToShow.emit()
    texts = [action.text() for action in menu.actions()]
    assert texts[:4] == ["Enlarge", "Move to", "Float", "Close"]
    next(action for action in menu.actions() if action.text() == "Close").trigger()
    assert "profile" not in keys(plots, TR)


def test_with_all_closed_the_middle_says_how_they_come_back(plots) -> None:
    for place in Place:
        for key in keys(plots, place):
            plots.arranging.close(key)
    assert not any(tabs.isVisible() for tabs in plots.places.values())
    assert plots.grid._nothing.isVisible()
    assert plots.wanted == frozenset()
    plots.show_plot("profile")
    assert plots.plot("profile").isVisible()
    assert not plots.grid._nothing.isVisible()


def test_what_is_enlarged_makes_room_for_what_is_opened(plots) -> None:
    plots.arranging.close("layers")
    plots.flow.enlarge_wanted.emit()
    plots.show_plot("layers")
    assert plots.plot("layers").isVisible()
    assert plots.enlarging.place is None
    plots.flow.enlarge_wanted.emit()
    plots.arranging.close("flow")
    assert plots.plot("layers").isVisible()


def test_a_closed_plot_is_neither_drawn_nor_read(plots, snapshot) -> None:
    plots.show_plot("map")
    assert plots.wanted == {"gradient_histogram"}
    drawn = plots.plot("map")._snapshot
    plots.arranging.close("map")
    assert plots.wanted == frozenset()
    plots.show_snapshot(snapshot(steps=80, layers=8))
    assert plots.plot("map")._snapshot is drawn
    plots.show_plot("map")
    assert plots.plot("map")._snapshot is plots.plot("profile")._snapshot


@pytest.fixture
def window(plots):
    plots.arranging.float("profile")
    QApplication.processEvents()
    return plots.arranging.windows["profile"]


def test_a_floating_plot_stays_linked(plots, window, snapshot, compared, qtbot) -> None:
    profile = plots.plot("profile")
    assert profile.isVisible()
    assert profile.window() is window
    assert window.windowTitle() == "Profile — gradviz"
    last = snapshot(steps=80, layers=8)
    plots.show_snapshot(last)
    assert profile._snapshot is last
    assert profile.remark.text() == "at step 79"
    plots.select_layer(2)
    assert profile._row.value() == 2
    with qtbot.waitSignal(plots.layer_selected) as told:
        pointer.click(profile.canvas, profile.canvas.boxes[0], -3, 5)
    assert told.args == [5]
    plots.show_compared((compared("one", 1, steps=40, layers=8),))
    assert set(profile.lines.others) == {"one"}
    plots.flow.show_rows(1.5, 4.5)
    plots.flow._on_zoomed()
    assert profile.canvas.boxes[0].viewRange()[1] == pytest.approx([1.5, 4.5])
    appearance().choose(ThemeChoice.DARK)
    assert profile.lines.now.opts["pen"].color().name() == DARK.accent.lower()
    assert profile.picture().width() > 400
    assert profile.values() is not None


def test_a_floating_plot_is_read_for_and_not_while_it_is_minimised(plots, qtbot) -> None:
    plots.arranging.float("updates")
    assert plots.wanted == {"update_ratio"}
    window = plots.arranging.windows["updates"]
    with qtbot.waitSignal(plots.wanted_changed):
        window.setWindowState(Qt.WindowState.WindowMinimized)
    assert plots.wanted == frozenset()
    window.setWindowState(Qt.WindowState.WindowNoState)
    assert plots.wanted == {"update_ratio"}


def test_closing_its_window_puts_a_plot_back(plots, window, qtbot) -> None:
    assert "profile" not in keys(plots, TR)
    qtbot.keyClick(window, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    assert plots.arranging.windows == {}
    assert keys(plots, TR)[0] == "profile"
    assert plots.places[TR].key == "profile"
    assert plots.plot("profile").isVisible()
    assert plots.plot("profile").tabs


def test_f11_and_enlarge_fill_the_screen_and_escape_leaves_it(plots, window, qtbot) -> None:
    profile = plots.plot("profile")
    before = window.place
    qtbot.keyClick(window, Qt.Key.Key_F11)
    assert window.isFullScreen()
    assert profile.back.isVisible()
    assert profile.back.text() == "Leave full screen"
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isFullScreen()
    assert not profile.back.isVisible()
    profile.enlarge_wanted.emit()
    assert window.isFullScreen()
    qtbot.mouseClick(profile.back, LEFT)
    assert not window.isFullScreen()
    assert window.place == before
    assert plots.enlarging.place is None


def test_a_floating_plot_is_dragged_back_by_its_title(plots, window) -> None:
    window.move(2000, 40)
    QApplication.processEvents()
    drag(plots.plot("profile").title, heading_of(plots, BR))
    assert plots.arranging.windows == {}
    assert keys(plots, BR)[-1] == "profile"


def test_a_floating_plot_is_closed_by_its_menu_and_opened_in_its_place(plots, window) -> None:
    plots.arranging.close("profile")
    assert plots.arranging.windows == {}
    assert plots.arranging.arrangement.seat("profile").standing is Standing.CLOSED
    plots.show_plot("profile")
    assert plots.places[TR].key == "profile"


def test_a_floating_plot_of_what_a_run_has_goes_and_comes_with_it(plots, snapshot) -> None:
    clipped = snapshot(steps=50, numbers=CLIP)
    plots.show_snapshot(clipped)
    plots.arranging.float("curves.clipping")
    assert set(plots.arranging.windows) == {"curves.clipping"}
    plots.show_snapshot(snapshot(steps=50))
    assert plots.arranging.windows == {}
    plots.show_snapshot(clipped)
    assert set(plots.arranging.windows) == {"curves.clipping"}
    assert plots.plot("curves.clipping")._snapshot is clipped


def test_a_plot_dropped_at_the_edge_floats_on_the_screen_and_so_it_does_again(plots, app, qtbot) -> None:
    screen = plots.screen().availableGeometry()
    plots.arranging.float("map", screen.topRight() + QPoint(-100, 300))
    window = plots.arranging.windows["map"]
    assert screen.contains(window.geometry())
    window.move(screen.right() - 120, window.y())
    other = PlotArea(None, plots.arranging.arrangement)
    qtbot.addWidget(other)
    assert screen.contains(other.arranging.windows["map"].geometry())
    other.arranging.end()


def test_how_the_plots_stand_is_put_into_another_area(plots, window, app, qtbot) -> None:
    plots.arranging.move("layers", BL, "curves.learning")
    plots.arranging.close("map")
    plots.grid.share((300, 700), (500, 200))
    told = plots.arranging.arrangement
    other = PlotArea(None, told)
    qtbot.addWidget(other)
    assert other.arranging.arrangement == told
    assert other.arranging.windows["profile"].place == window.place
    other.arranging.end()
