"""Parts that are small enough to be tested on one page: strips, sections, dialogs, the palette."""

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLabel,
    QPushButton,
    QStyle,
    QStyleOptionComboBox,
    QWidget,
)
from recorded_runs import layer

from gradviz.control.engine_state import EngineState, EngineStatus
from gradviz.views.elided_label import ElidedLabel
from gradviz.views.help_dialogs import AboutDialog, ShortcutsDialog
from gradviz.views.layer_selection import LayerSelection
from gradviz.views.message_strip import MessageStrip, Tone
from gradviz.views.plots.difference_switch import DifferenceSwitch
from gradviz.views.section import Section
from gradviz.views.status_pill import StatusPill
from gradviz.views.theme import LIGHT


@pytest.mark.parametrize("tone", list(Tone))
def test_a_strip_speaks_until_it_is_closed(app, qtbot, tone: Tone) -> None:
    strip = MessageStrip()
    qtbot.addWidget(strip)
    acted = []
    assert strip.isHidden()
    strip.say(tone, "The disk is full.", "Retry", lambda: acted.append(1))
    assert strip.isVisible()
    assert strip.text == "The disk is full."
    qtbot.mouseClick(strip.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert acted == [1]


def test_a_section_folds_by_mouse_and_key(app, qtbot) -> None:
    body = QWidget()
    section = Section("Data", body)
    qtbot.addWidget(section)
    section.show()
    QTest.mouseClick(section.heading, Qt.MouseButton.LeftButton)
    assert not body.isVisible()
    QTest.keyClick(section.heading, Qt.Key.Key_Space)
    assert body.isVisible()


def test_where_there_is_no_room_the_section_opened_first_folds(window) -> None:
    model, data, training, _ = window.left.sections
    training.set_open(is_open=True)
    assert not model.is_open
    model.set_open(is_open=True)
    assert not training.is_open
    window.resize(1280, 2000)
    for section in window.left.sections:
        section.set_open(is_open=True)
    assert all(section.is_open for section in window.left.sections)
    window.resize(1280, 800)
    assert not model.is_open
    assert data.is_open or not training.is_open


def test_a_long_text_ends_in_dots_and_is_in_the_tooltip(app, qtbot) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.setText("a very long text that has no room at all")
    label.resize(40, 20)
    assert label.minimumSizeHint().width() == 0
    assert label.toolTip() == label.text()
    assert label.shown_text().endswith("…")


def test_what_dots_separate_stays_whole(app, qtbot) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.setText("SGD · lr 0.1 · one cycle")
    width = label.fontMetrics().horizontalAdvance
    for room, shown in (
        (label.text(), label.text()),
        ("SGD · lr 0.1 · one …", "SGD · lr 0.1 …"),
        ("SGD · lr …", "SGD …"),
    ):
        label.resize(width(room), 20)
        assert label.shown_text() == shown


def test_a_few_words_are_shown_whole_or_not_at_all_where_asked_for(app, qtbot) -> None:
    label = ElidedLabel(short_whole=True)
    qtbot.addWidget(label)
    label.setText("at step 1,240")
    label.resize(label.fontMetrics().horizontalAdvance("at step …"), 20)
    assert label.shown_text() == ""
    label.resize(200, 20)
    assert label.shown_text() == "at step 1,240"


def test_words_fit_into_their_boxes_at_the_usual_size(window, document) -> None:
    panel = window.left.training
    window.left.sections[2].set_open(is_open=True)
    panel.sections[panel.start].set_open(is_open=True)
    QApplication.processEvents()
    for combo, longest in ((panel.length.unit, "epochs"), (panel.start.initializer.combo, "xavier_uniform")):
        option = QStyleOptionComboBox()
        combo.initStyleOption(option)
        room = combo.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, combo
        )
        assert room.width() >= combo.fontMetrics().horizontalAdvance(longest)


@pytest.mark.parametrize("state", list(EngineState))
def test_every_state_has_a_word(app, qtbot, state: EngineState) -> None:
    pill = StatusPill()
    qtbot.addWidget(pill)
    pill.show_status(EngineStatus(state=state, text=""))
    assert pill.text in pill.accessibleName()
    assert pill.grab().size() == QSize(96, 28)


def test_about_names_all_versions(app, qtbot) -> None:
    dialog = AboutDialog({"torch": "2.13.0"})
    qtbot.addWidget(dialog)
    texts = [label.text() for label in dialog.findChildren(QLabel)]
    assert {"gradviz", "Qt", "PySide6", "torch", "2.13.0"} <= set(texts)


def test_all_shortcuts_are_listed(window, qtbot) -> None:
    dialog = ShortcutsDialog(window.actions_by_key, window)
    texts = {label.text() for label in dialog.findChildren(QLabel)}
    assert {"Train", "F5", "Undo", "Ctrl+Z"} <= texts
    dialog.deleteLater()


@pytest.mark.parametrize("key", ["help.about", "help.shortcuts"])
def test_help_opens_a_dialog_that_goes_away(window, qtbot, key: str) -> None:
    window.actions_by_key[key].trigger()
    dialog = next(d for d in window.findChildren(QDialog) if d.isVisible())
    qtbot.mouseClick(dialog.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()


def test_another_run_keeps_the_selected_layer_by_name(app, qtbot) -> None:
    selection = LayerSelection()
    selection.set_layers([layer(i) for i in range(5)])
    assert selection.row == 0
    selection.select_row(3)
    selection.set_layers([layer(0, "stem"), *(layer(i) for i in range(5))])
    assert selection.row == 4
    selection.set_layers([layer(0, "other")])
    assert selection.row == 0
    selection.set_layers([])
    assert selection.row is None


def test_a_clicked_heading_has_the_keyboard_whatever_it_folds(window, qtbot) -> None:
    window.activateWindow()
    window.left.builder.tree.setFocus()
    training = window.left.sections[2]
    window.resize(1280, 700)
    QApplication.processEvents()
    qtbot.mouseClick(training.heading, Qt.MouseButton.LeftButton)
    assert training.is_open
    assert QApplication.focusWidget() is training.heading


def test_words_of_a_menu_stand_below_each_other(window) -> None:
    entries = window.menuBar().actions()  # held: PySide takes a menu for deleted with the action that gave it
    menu = next(entry.menu() for entry in entries if entry.text() == "&View")
    menu.popup(window.mapToGlobal(window.rect().center()))
    QApplication.processEvents()
    picture = menu.grab().toImage()
    ratio = picture.devicePixelRatio()

    def left(text: str) -> int:
        """Where the ink of an entry begins, right of icons and checks."""
        action = next(action for action in menu.actions() if action.text() == text)
        room = menu.actionGeometry(action)
        rows = range(round((room.top() + 4) * ratio), round((room.bottom() - 3) * ratio))
        ground = picture.pixelColor(round((room.left() + 2) * ratio), rows[0]).lightness()
        for x in range(round(28 * ratio), round(80 * ratio)):
            if any(abs(picture.pixelColor(x, y).lightness() - ground) > 60 for y in rows):
                return x
        raise AssertionError(text)

    assert left("Left panel") == left("Log")
    menu.hide()


def test_the_switch_of_a_difference_looks_like_one(app, qtbot) -> None:
    switch = DifferenceSwitch()
    qtbot.addWidget(switch)
    switch.setText("relative to Run 1")
    switch.show()
    QApplication.processEvents()

    def edge() -> str:
        picture = switch.grab().toImage()
        return picture.pixelColor(0, picture.height() // 2).name()

    assert edge() == LIGHT.field_line.lower()
    switch.setChecked(True)
    assert edge() == LIGHT.accent.lower()
