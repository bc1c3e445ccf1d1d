"""Connects the film's controls with the playback; how fast it runs is a habit, kept for all runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from gradviz.views.film_controls import SPEEDS

if TYPE_CHECKING:
    from gradviz.control.playback import Playback
    from gradviz.control.settings import Settings
    from gradviz.views.film_controls import FilmControls

_SPEED = "film/speed"


class FilmConductor(QObject):
    """Plays as fast as when the program was last used."""

    def __init__(
        self, controls: FilmControls, playback: Playback, settings: Settings, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._playback = playback
        self._settings = settings
        controls.play_wanted.connect(playback.toggle)
        controls.speed_chosen.connect(self._on_speed)
        playback.changed.connect(controls.show_playing)
        kept = settings.text(_SPEED)
        speed = next((speed for speed in SPEEDS.values() if str(speed) == kept), playback.speed)
        controls.show_speed(speed)
        playback.set_speed(speed)

    def _on_speed(self, speed: float) -> None:
        self._playback.set_speed(speed)
        self._settings.set_text(_SPEED, str(speed))
