from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from gradviz.views.plots.depth_profile import DepthProfile
from gradviz.views.plots.plot_tabs import PlotTabs, Tab
from gradviz.views.plots.switch import LegendSwitch

WIDTHS = range(900, 260, -10)
NAMES = ("Profile", "Layers", "Chain rule", "Activations")


@pytest.fixture
def place(app, qtbot):
    frames = {name: DepthProfile() for name in NAMES}
    made = PlotTabs(frames.__getitem__)
    qtbot.addWidget(made)
    for name, frame in frames.items():
        frame.setParent(made)
        frame.title.setText(name)
    made.set_tabs([Tab(key=name, name=name, tip=f"about {name}") for name in NAMES])
    made.resize(900, 300)
    made.show()
    return made


def texts(frame) -> tuple[list[str], list[str]]:
    """The tabs that are seen, and those in the menu."""
    seen = [tab.text() for tab in sorted(frame._tabs, key=frame.heading.indexOf) if tab.isVisible()]
    return seen, [action.text() for action in frame.further.menu().actions()]


def test_with_room_there_is_no_menu(place) -> None:
    for name in NAMES:
        place.show_tab(name)
        assert texts(place.current) == ([each for each in NAMES if each != name], [])
        assert place.current.further.isHidden()


@pytest.mark.parametrize("width", [600, 440, 400, 300])
def test_what_has_no_room_is_in_the_menu(place, width: int) -> None:
    place.show_tab("Layers")
    place.resize(width, 300)
    frame = place.current
    seen, listed = texts(frame)
    assert [*seen, *listed] == ["Profile", "Chain rule", "Activations"]
    assert frame.further.isVisible() == bool(listed)
    shown = [tab for tab in frame._tabs if tab.isVisible()]
    for widget in (*shown, frame.band_switch, frame.title):
        assert widget.width() >= min(widget.sizeHint().width(), widget.maximumWidth())
    assert frame.heading.geometry().right() <= width


def test_the_menu_shows_the_plot(place) -> None:
    place.resize(300, 300)
    place.current.further.menu().actions()[-1].trigger()
    assert place.key == "Activations"


def test_a_switch_that_comes_takes_its_room(place) -> None:
    frame = place.current
    width = next(width for width in range(800, 300, -5) if _menu_at(place, frame, width))
    place.resize(width + 5, 300)
    assert frame.further.isHidden()
    frame.clip_switch.show()
    QApplication.processEvents()
    assert frame.further.isVisible()


def test_tabs_give_way_before_names_of_series_and_the_step_do(place) -> None:
    frame = place.current
    frame.remark.setText("at step 999")
    frame.clip_switch.show()
    switches = (frame.band_switch, frame.clip_switch)

    def shown_at(width: int) -> int:
        place.resize(width, 300)
        QApplication.processEvents()
        return sum(tab.isVisible() for tab in frame._tabs)

    found = {
        width: (shown_at(width), switches[0].parentWidget() is frame.title.parentWidget()) for width in WIDTHS
    }
    assert frame.remark.shown_text() == "at step 999"
    assert {style(switch) for switch in switches} == {Qt.ToolButtonStyle.ToolButtonTextBesideIcon}
    kinds = [(tabs, beside) for tabs, beside in found.values()]
    assert kinds[0] == (3, True)
    assert (0, True) in kinds
    assert not kinds[-1][1]
    assert sorted((beside for _, beside in kinds), reverse=True) == [beside for _, beside in kinds]


def style(switch: LegendSwitch) -> Qt.ToolButtonStyle:
    assert switch.isVisible()
    assert switch.width() >= switch.full_width()
    return switch.toolButtonStyle()


def _menu_at(place, frame, width: int) -> bool:
    place.resize(width, 300)
    return frame.further.isVisible()
