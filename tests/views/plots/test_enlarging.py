import pointer
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from gradviz.views.plots.plot_area import PlotArea


@pytest.fixture
def plots(window, snapshot, app):
    window.plots.show_snapshot(snapshot(steps=60, layers=12))
    app.processEvents()
    return window.plots


def double_click(frame) -> None:
    """On the heading, beside its controls."""
    QTest.mouseDClick(frame.heading.parentWidget(), Qt.MouseButton.LeftButton, pos=QPoint(3, 3))


def frames(plots):
    return {
        "flow": plots.flow,
        "curves": plots.plot("curves.learning"),
        "profile": plots.plot("profile"),
        "histograms": plots.plot("histograms"),
    }


@pytest.mark.parametrize("name", ["flow", "curves", "profile", "histograms"])
def test_a_double_click_on_the_heading_fills_the_middle_and_esc_goes_back(
    plots, window, name, app, qtbot
) -> None:
    before = {key: frame.size() for key, frame in frames(plots).items()}
    double_click(frames(plots)[name])
    app.processEvents()
    assert [key for key, frame in frames(plots).items() if frame.isVisible()] == [name]
    assert frames(plots)[name].size() == plots.size()
    assert frames(plots)[name].back.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    app.processEvents()
    assert {key: frame.size() for key, frame in frames(plots).items()} == before
    assert not frames(plots)[name].back.isVisible()


def test_the_button_and_a_second_double_click_go_back_too(plots, app, qtbot) -> None:
    plots.flow.enlarge_wanted.emit()
    qtbot.mouseClick(plots.flow.back, pointer.LEFT)
    assert plots.plot("profile").isVisible()
    double_click(plots.flow)
    double_click(plots.flow)
    assert plots.plot("profile").isVisible()


def test_what_is_hidden_is_not_drawn_and_catches_up(plots, snapshot) -> None:
    plots.plot("profile").enlarge_wanted.emit()
    drawn = plots.plot("profile")._snapshot
    before = plots.flow._snapshot, plots.plot("curves.learning")._snapshot
    plots.show_snapshot(snapshot(steps=80, layers=12))
    assert plots.plot("profile")._snapshot is not drawn
    assert (plots.flow._snapshot, plots.plot("curves.learning")._snapshot) == before
    plots.enlarging.end()
    assert plots.flow._snapshot is plots.plot("profile")._snapshot
    assert plots.plot("curves.learning")._snapshot is plots.plot("profile")._snapshot


def test_what_is_hidden_is_not_read_either(plots) -> None:
    plots.show_plot("updates")
    assert plots.wanted == {"update_ratio"}
    plots.flow.enlarge_wanted.emit()
    assert plots.wanted == frozenset()
    plots.enlarging.end()
    assert plots.wanted == {"update_ratio"}


def test_tabs_stay_enlarged_with_their_place(plots, app) -> None:
    plots.plot("profile").enlarge_wanted.emit()
    plots.show_plot("layers")
    app.processEvents()
    assert plots.plot("layers").size() == plots.size()
    assert plots.plot("layers").back.isVisible()


def test_the_diagram_enlarges_and_gives_way_to_the_flow(plots, window, app) -> None:
    diagram = window.actions_by_key["view.diagram"]
    plots.plot("profile").enlarge_wanted.emit()
    diagram.setChecked(True)
    app.processEvents()
    assert plots.diagram.isVisible()
    assert plots.plot("profile").isVisible()
    plots.diagram.enlarge_wanted.emit()
    assert not plots.plot("profile").isVisible()
    diagram.setChecked(False)
    app.processEvents()
    assert plots.flow.isVisible()
    assert plots.plot("profile").isVisible()


def test_pictures_are_without_the_way_back(plots) -> None:
    plots.show_plot("layers")
    plots.plot("layers").enlarge_wanted.emit()
    plots.plot("layers").picture()
    assert not plots.plot("layers").back.isHidden()


def test_more_columns_are_read_for_a_wide_plot(plots, qtbot) -> None:
    with qtbot.waitSignal(plots.columns_changed) as told:
        plots.flow.enlarge_wanted.emit()
    assert told.args == [plots.width()]


def test_columns_are_those_of_the_plots_when_they_have_their_places(app, qtbot) -> None:
    area = PlotArea()
    qtbot.addWidget(area)
    told: list[int] = []
    area.columns_changed.connect(told.append)
    area.resize(1200, 700)
    area.show()
    for width in (1200, 1800, 900):
        area.resize(width, 700)
        qtbot.waitUntil(lambda: bool(told) and told[-1] == max(200, area.flow.canvas.width()))
        assert area.flow.canvas.width() > width / 3
