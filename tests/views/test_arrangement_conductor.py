"""View ▸ Plots and View ▸ Arrangements in the whole window, and what a second start finds."""

import json

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QMessageBox

from gradviz.control.session_document import SessionDocument
from gradviz.control.settings import Settings
from gradviz.views import menus
from gradviz.views.app import build_window
from gradviz.views.arrangement_conductor import CURRENT, NAMED
from gradviz.views.ask_name import name_dialog
from gradviz.views.plots.arrangement import Place, from_json, to_json, to_raw
from gradviz.views.plots.registry import default_arrangement, offers


@pytest.fixture
def arranging(window):
    return window.plots.arranging


@pytest.fixture
def saved(window, monkeypatch):
    """Save the arrangement under a name."""

    def save(name: str, *, agreed: bool = True) -> None:
        answer = QInputDialog.DialogCode.Accepted if agreed else QInputDialog.DialogCode.Rejected

        def typed(dialog) -> int:
            dialog.setTextValue(name)
            return answer

        monkeypatch.setattr(QInputDialog, "exec", typed)
        window.arrangements.save_as()

    return save


@pytest.fixture
def again(app, host):
    """Start the window once more, on what was remembered."""
    opened = []

    def start():
        document = SessionDocument()
        document.open("example:vanishing")
        second = build_window(app)
        second.open_session(document, host)
        second.load_plots()
        second.resize(1280, 800)
        second.show()
        app.processEvents()
        opened.append((second, document))
        return second

    yield start
    for second, document in opened:
        second.files.may_close = lambda: True
        second.close()
        document.close()
        second.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def entries(menu) -> dict:
    menu.aboutToShow.emit()
    return {action.text(): action for action in menu.actions() if not action.isSeparator()}


def test_all_plots_are_in_the_menu_the_shown_ones_checked(window, arranging) -> None:
    menu = window.arrangements.shown
    found = entries(menu)
    assert len(menu.actions()) == len(offers()) + 3
    checked = {str(action.data()) for action in found.values() if action.isChecked()}
    assert {"flow", "layers", "histograms"} <= checked
    assert not found["Clipping"].isEnabled()
    assert "nothing" in found["Clipping"].toolTip()
    found["Layers"].trigger()
    assert "layers" not in window.plots.places[Place.TOP_RIGHT].keys
    found = entries(menu)
    assert not found["Layers"].isChecked()
    found["Layers"].trigger()
    assert window.plots.places[Place.TOP_RIGHT].key == "layers"


def test_a_plot_that_is_opened_at_the_left_takes_the_diagrams_place(window, arranging) -> None:
    arranging.close("flow")
    diagram = window.actions_by_key["view.diagram"]
    diagram.setChecked(True)
    entries(window.arrangements.shown)["Gradient flow"].trigger()
    assert not diagram.isChecked()
    assert window.plots.flow.isVisible()


def test_ctrl_w_closes_the_plot_of_the_clicked_place(window, app) -> None:
    window.activateWindow()
    app.processEvents()
    heading = window.plots.plot("profile").heading.parentWidget()
    QTest.mouseClick(heading, Qt.MouseButton.LeftButton)
    QTest.keyClick(app.focusWidget(), Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    assert window.plots.places[Place.TOP_RIGHT].key == "layers"
    window.actions_by_key["view.close_plot"].trigger()
    assert window.plots.places[Place.TOP_RIGHT].key == "updates"


def test_arrangements_have_names_and_are_deleted_by_them(window, arranging, saved) -> None:
    menu = window.arrangements.arrangements
    assert list(entries(menu)) == ["Default", "Save as…"]
    arranging.move("profile", Place.BOTTOM_LEFT)
    saved("Mine")
    saved("  ")
    saved("Not this", agreed=False)
    entries(menu)["Default"].trigger()
    assert window.plots.places[Place.TOP_RIGHT].keys[0] == "profile"
    assert list(entries(menu)) == ["Default", "Mine", "Save as…", "Delete"]
    entries(menu)["Mine"].trigger()
    assert window.plots.places[Place.BOTTOM_LEFT].key == "profile"
    (action,) = window.arrangements.delete_menu.actions()
    action.trigger()
    assert window.plots.places[Place.BOTTOM_LEFT].key == "profile"
    assert list(entries(menu)) == ["Default", "Save as…"]


def test_a_name_is_not_taken_twice_without_a_question(window, arranging, saved, monkeypatch) -> None:
    saved("Mine")
    arranging.close("map")
    for answer, closed in ((QMessageBox.StandardButton.No, False), (QMessageBox.StandardButton.Yes, True)):
        monkeypatch.setattr(QMessageBox, "question", lambda *_, answer=answer: answer)
        saved("Mine")
        assert ("map" not in window.arrangements.named["Mine"].tabs(Place.BOTTOM_RIGHT)) is closed


def test_the_default_comes_back_from_behind_the_diagram(window, saved, app) -> None:
    saved("Mine")
    diagram = window.actions_by_key["view.diagram"]
    for name in ("Default", "Mine"):
        diagram.setChecked(True)
        app.processEvents()
        assert window.plots.shows_diagram
        menu = window.arrangements.arrangements
        menu.aboutToShow.emit()
        entries(menu)[name].trigger()
        assert not window.plots.shows_diagram
        assert not diagram.isChecked()
        assert window.plots.places[Place.TOP_LEFT].isVisible()


def test_the_question_for_a_name_is_as_wide_as_its_title(window) -> None:
    dialog = name_dialog(window, "Save arrangement")
    dialog.show()
    title = dialog.fontMetrics().horizontalAdvance("Save arrangement – gradviz")
    assert dialog.width() > title + 120  # of a title bar the buttons take their part
    dialog.close()


def test_a_second_start_finds_everything_where_it_was(window, arranging, again, app) -> None:
    arranging.move("layers", Place.BOTTOM_RIGHT, "histograms")
    arranging.close("map")
    arranging.float("updates")
    arranging.windows["updates"].setGeometry(30, 50, 500, 380)
    window.plots.grid.share((500, 470), (300, 420))
    app.processEvents()
    window.plots.show_plot("histograms")
    window.plots.enlarging.toggle(window.plots.places[Place.BOTTOM_RIGHT])
    told = arranging.arrangement
    window.files.may_close = lambda: True
    window.close()
    assert arranging.windows == {}
    second = again().plots
    found = second.arranging.arrangement
    assert found.seats == told.seats
    assert second.arranging.windows["updates"].place == (30, 50, 500, 380)
    assert not second.arranging.windows["updates"].isActiveWindow()
    assert second.places[Place.BOTTOM_RIGHT].keys == ("layers", "histograms")
    assert second.places[Place.BOTTOM_RIGHT].key == "histograms"
    assert second.enlarging.place is second.places[Place.BOTTOM_RIGHT]
    second.enlarging.end()
    assert second.grid.heights[0] == pytest.approx(second.grid.height() * 300 / 720, abs=4)


@pytest.mark.parametrize("text", ["", "{", '{"schema": 99}', "[]", '{"schema": 1, "plots": 3}'])
def test_a_broken_setting_is_the_default(window, again, text) -> None:
    window.files.may_close = lambda: True
    window.close()
    Settings().set_text(CURRENT, text)
    Settings().set_text(NAMED, text)
    second = again()
    assert second.plots.arranging.arrangement.seats == default_arrangement().seats
    assert second.arrangements.named == {}


def test_plots_of_a_newer_version_keep_their_seats(window, again) -> None:
    window.files.may_close = lambda: True
    window.close()
    raw = to_raw(default_arrangement())
    raw["plots"].insert(1, {"key": "sharpness", "place": "top_left", "standing": "shown"})
    del raw["plots"][-1]
    Settings().set_text(CURRENT, json.dumps(raw))
    second = again()
    assert second.plots.places[Place.TOP_LEFT].keys == ("flow",)
    assert second.plots.places[Place.BOTTOM_RIGHT].keys == ("histograms", "map")
    kept = from_json(second.settings.text(CURRENT) or to_json(second.plots.arranging.arrangement))
    assert kept.seat("sharpness") is not None


def test_before_the_plots_are_there_the_menus_are_empty(app) -> None:
    window = build_window(app)
    for key in (menus.PLOTS, menus.ARRANGEMENTS):
        assert not window._open_ended[key].isEnabled()
    window.deleteLater()


def test_f11_fills_the_screen(window, app) -> None:
    QTest.keyClick(window, Qt.Key.Key_F11)
    assert window.isFullScreen()
    assert window.actions_by_key["view.full_screen"].isChecked()
    QTest.keyClick(window, Qt.Key.Key_F11)
    assert not window.isFullScreen()
    assert not window.actions_by_key["view.full_screen"].isChecked()


def test_a_run_is_followed_while_only_a_floating_plot_is_seen(window, arranging, app) -> None:
    clock = window.runs.clock
    arranging.float("profile")
    window.setWindowState(Qt.WindowState.WindowMinimized)
    assert clock._visible
    assert window.plots.in_sight == ("profile",)
    arranging.put_back("profile")
    assert not clock._visible
    window.setWindowState(Qt.WindowState.WindowNoState)
    assert clock._visible
