from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from gradviz.views.appearance import ThemeChoice, appearance, interface_font
from gradviz.views.theme import DARK, LIGHT


def test_choosing_a_theme_changes_palette_and_tells(app: QApplication, qtbot) -> None:
    with qtbot.waitSignal(appearance().changed) as told:
        appearance().choose(ThemeChoice.DARK)
    assert told.args == [DARK]
    assert app.palette().window().color().name().upper() == DARK.ground
    assert DARK.accent in app.styleSheet()


def test_the_system_is_followed_live(app: QApplication) -> None:
    appearance().choose(ThemeChoice.SYSTEM)
    app.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    dark = appearance().theme
    app.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert (dark, appearance().theme) == (DARK, LIGHT)


def test_a_chosen_theme_stays_whatever_the_system_does(app: QApplication) -> None:
    appearance().choose(ThemeChoice.LIGHT)
    app.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert appearance().theme is LIGHT


def test_the_same_theme_again_is_no_change(app: QApplication, qtbot) -> None:
    with qtbot.assertNotEmitted(appearance().changed):
        appearance().choose(ThemeChoice.LIGHT)


def test_text_is_thirteen_pixels_high(app: QApplication) -> None:
    assert interface_font().pixelSize() == 13
