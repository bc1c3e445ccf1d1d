"""The run chooser: a name shows a run, the check beside it compares."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from gradviz.control.run_entry import RunEntry
from gradviz.views.run_chooser import RunChooser
from gradviz.views.theme import LIGHT


@pytest.fixture
def entries(tmp_path):
    return [RunEntry(id=name, name=name, source=tmp_path / name) for name in ("one", "two", "three")]


@pytest.fixture
def chooser(app, qtbot, entries):
    chooser = RunChooser()
    qtbot.addWidget(chooser)
    chooser.show_runs(entries, "three")
    chooser.show()
    yield chooser
    chooser.hidePopup()


def place(chooser, row: int, *, on_check: bool) -> QPoint:
    view = chooser.view()
    rect = view.visualRect(chooser.model().index(row, 0))
    return QPoint(view.viewport().width() - 60 if on_check else 20, rect.center().y())


def click(chooser, row: int, *, on_check: bool) -> None:
    QTest.mouseClick(
        chooser.view().viewport(), Qt.MouseButton.LeftButton, pos=place(chooser, row, on_check=on_check)
    )


def test_a_click_on_the_check_compares_and_leaves_the_list_open(chooser) -> None:
    wanted, shown = [], []
    chooser.compare_wanted.connect(lambda run, on: wanted.append((run, on)))
    chooser.activated.connect(shown.append)
    chooser.showPopup()
    click(chooser, 2, on_check=True)
    assert wanted == [("two", True)]
    assert shown == []
    assert chooser.view().isVisible()
    chooser.show_compared({"two": 2})
    assert chooser.is_compared(chooser.model().index(2, 0))
    click(chooser, 2, on_check=True)
    assert wanted == [("two", True), ("two", False)]


def test_a_click_on_the_name_shows_the_run(chooser) -> None:
    wanted, shown = [], []
    chooser.compare_wanted.connect(lambda run, on: wanted.append((run, on)))
    chooser.activated.connect(shown.append)
    chooser.showPopup()
    QTest.qWait(350)  # a list takes no release so soon after it has opened
    click(chooser, 3, on_check=False)
    assert shown == [3]
    assert wanted == []


def test_space_compares_the_row_of_the_keyboard(chooser) -> None:
    wanted = []
    chooser.compare_wanted.connect(lambda run, on: wanted.append((run, on)))
    chooser.showPopup()
    QTest.keyClick(chooser.view(), Qt.Key.Key_Down)
    QTest.keyClick(chooser.view(), Qt.Key.Key_Space)
    assert wanted == [("two", True)]
    assert chooser.view().isVisible()


def test_the_empty_plots_of_a_new_run_have_no_check(chooser) -> None:
    wanted = []
    chooser.compare_wanted.connect(lambda run, on: wanted.append((run, on)))
    chooser.showPopup()
    chooser.view().setCurrentIndex(chooser.model().index(0, 0))
    QTest.keyClick(chooser.view(), Qt.Key.Key_Space)
    assert wanted == []


def test_the_check_has_the_run_s_colour_whatever_is_shown(chooser, entries) -> None:
    chooser.show_compared({"one": 4})
    chooser.showPopup()
    assert colour_at_check(chooser, 3) == LIGHT.run_4
    assert colour_at_check(chooser, 2) != LIGHT.run_4
    chooser.show_runs(entries[:2], "two")
    assert chooser.is_compared(chooser.model().index(2, 0))
    assert chooser.currentData() == "two"


def colour_at_check(chooser, row: int) -> str:
    view = chooser.view()
    image = view.viewport().grab().toImage()
    ratio = image.devicePixelRatio()
    rect = view.visualRect(chooser.model().index(row, 0))
    x, y = rect.right() - 92 + 8 + 2, rect.center().y() + 4
    return image.pixelColor(round(x * ratio), round(y * ratio)).name().upper()


def test_a_run_taken_from_the_open_list_is_picked_and_one_reached_by_keys_is_not(chooser) -> None:
    picked = []
    chooser.picked.connect(lambda: picked.append(chooser.currentText()))
    chooser.showPopup()
    QTest.qWait(350)  # a list takes no release so soon after it has opened
    click(chooser, 3, on_check=False)
    assert picked == ["one"]
    QTest.keyClick(chooser, Qt.Key.Key_Up)
    assert chooser.currentText() == "two"
    chooser.showPopup()
    QTest.keyClick(chooser.view(), Qt.Key.Key_Escape)
    QTest.keyClick(chooser, Qt.Key.Key_Up)
    assert chooser.currentText() == "three"
    assert picked == ["one"]
