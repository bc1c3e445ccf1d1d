"""Where a heading has no room for its controls they stand below it, and nothing is cut."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from gradviz.views.laid_out import laid_out
from gradviz.views.plots.depth_profile import DepthProfile
from gradviz.views.plots.histogram_view import HistogramView
from gradviz.views.plots.registry import offers
from gradviz.views.plots.switch import LegendSwitch
from gradviz.views.plots.tab_overflow import width_of

SMALLEST = (960, 620)


@pytest.fixture
def shown(app, qtbot):
    """A frame of some kind, at some width."""

    def make(kind, width: int):
        frame = kind()
        qtbot.addWidget(frame)
        at(frame, width)
        frame.show()
        QApplication.processEvents()
        return frame

    return make


def at(frame, width: int) -> None:
    frame.resize(width, 260)
    QApplication.processEvents()


def test_switches_go_below_and_come_back(shown) -> None:
    frame = shown(DepthProfile, 240)
    frame.clip_switch.show()
    QApplication.processEvents()
    switches = (frame.band_switch, frame.clip_switch)
    below = frame.band_switch.parentWidget()
    assert below is not frame.title.parentWidget()
    assert below.isVisible()
    assert [*laid_out(below.layout())] == [*switches]
    assert all(switch.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextBesideIcon for switch in switches)
    at(frame, 800)
    assert not below.isVisible()
    assert [each for each in laid_out(frame.heading) if isinstance(each, LegendSwitch)] == [*switches]
    assert all(switch.isVisible() for switch in switches)


def test_a_switch_that_was_hidden_stays_hidden(shown) -> None:
    frame = shown(DepthProfile, 800)
    at(frame, 170)
    assert frame.band_switch.isVisible()
    assert frame.clip_switch.isHidden()
    at(frame, 800)
    assert frame.clip_switch.isHidden()
    frame.band_switch.hide()
    at(frame, 170)
    assert not any(
        row.isVisible() for row in frame.findChildren(type(frame.band_switch.parentWidget()), "row")
    )


def test_a_chooser_stands_after_the_title_or_below_it(shown) -> None:
    frame = shown(HistogramView, 600)
    tab = frame.add_tab("Map", "about the map", before=False)
    QApplication.processEvents()
    assert [*laid_out(frame.heading)][:3] == [frame.title, frame.chooser, tab]
    at(frame, 250)
    assert frame.chooser.isVisible()
    assert frame.chooser.parentWidget() is not frame.title.parentWidget()
    assert frame.chooser.height() <= frame.chooser.parentWidget().height()
    assert tab.isVisible()
    later = frame.add_tab("Later", "about another", before=False)
    assert [*laid_out(frame.heading)][:3] == [frame.title, later, tab]
    frame.remove_tabs()
    at(frame, 600)
    assert [*laid_out(frame.heading)][:2] == [frame.title, frame.chooser]


def test_in_the_smallest_window_no_heading_is_cut(window) -> None:
    window.resize(*SMALLEST)
    plots = window.plots
    named = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
    for key in offers():
        if not plots.ensemble.has(key):
            continue
        plots.show_plot(key)
        QApplication.processEvents()
        frame = plots.plot(key)
        tabs = {tab.text() for tab in frame.tabs if tab.isVisible()}
        menu = frame.further.menu().actions() if frame.further.isVisible() else []
        listed = {action.text() for action in menu}
        assert tabs | listed == {tab.text() for tab in frame.tabs}, key
        for widget in laid_out(frame.heading):
            if widget.isVisible() and widget is not frame.remark:
                assert widget.width() >= width_of(widget), (key, widget)
                assert widget.geometry().right() <= frame.width(), (key, widget)
        switches = [switch for switch in frame.findChildren(LegendSwitch) if switch.isVisible()]
        if sum(switch.full_width() for switch in switches) < frame.width() - 40:
            assert {switch.toolButtonStyle() for switch in switches} <= {named}, key
