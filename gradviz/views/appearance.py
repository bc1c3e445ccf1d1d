"""Which theme is shown now: the system's, followed live, or the user's own choice.

One object per program. Widgets that paint themselves listen to `changed`; all others follow the
palette and the style sheet.
"""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

from gradviz.views.style_sheet import style_sheet
from gradviz.views.theme import DARK, LIGHT, TEXT_PX, Theme, palette


class ThemeChoice(StrEnum):
    """What the user chose in the View menu."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Appearance(QObject):
    """Puts a theme on the application and tells when it changes."""

    changed = Signal(object)
    """The Theme that is shown from now on."""

    def __init__(self, application: QApplication, choice: ThemeChoice = ThemeChoice.SYSTEM) -> None:
        super().__init__(application)
        self._application = application
        self._choice = choice
        self._scheme = application.styleHints().colorScheme()
        self._theme: Theme | None = None
        application.setStyle("Fusion")
        application.setFont(interface_font())
        application.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)
        self._apply()

    @property
    def theme(self) -> Theme:
        """The theme that is shown."""
        return self._theme or LIGHT

    @property
    def choice(self) -> ThemeChoice:
        """What the user chose."""
        return self._choice

    def choose(self, choice: ThemeChoice) -> None:
        """Show that theme, or follow the system."""
        self._choice = choice
        self._apply()

    @Slot(Qt.ColorScheme)
    def _on_scheme_changed(self, scheme: Qt.ColorScheme) -> None:
        self._scheme = scheme
        self._apply()

    def _apply(self) -> None:
        dark = self._choice is ThemeChoice.DARK or (
            self._choice is ThemeChoice.SYSTEM and self._scheme is Qt.ColorScheme.Dark
        )
        theme = DARK if dark else LIGHT
        if theme is self._theme:
            return
        self._theme = theme
        self._application.setPalette(palette(theme))
        self._application.setStyleSheet(style_sheet(theme))
        self.changed.emit(theme)


def appearance() -> Appearance:
    """The program's appearance; made on first use."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        raise TypeError("the appearance needs a QApplication")
    found = application.findChild(Appearance)
    return found if isinstance(found, Appearance) else Appearance(application)


def interface_font() -> QFont:
    """The system's interface font at 13 px with tabular figures, so that live numbers do not dance."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font.setPixelSize(TEXT_PX)
    return tabular(font)


def tabular(font: QFont) -> QFont:
    """The same font with figures of one width, where the font has them."""
    font.setFeature(QFont.Tag("tnum"), 1)
    return font
