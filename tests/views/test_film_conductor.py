"""How fast films run is a habit: the next window has it too."""

import pytest
from PySide6.QtCore import QObject

from gradviz.control.playback import Playback
from gradviz.control.refresh_clock import RefreshClock
from gradviz.control.settings import Settings
from gradviz.views.film_conductor import FilmConductor
from gradviz.views.film_controls import FilmControls


@pytest.fixture
def film(app, qtbot):
    owner = QObject()

    def make() -> tuple[FilmControls, Playback]:
        controls, playback = FilmControls(), Playback(RefreshClock(owner), owner)
        qtbot.addWidget(controls)
        FilmConductor(controls, playback, Settings(owner), owner)
        return controls, playback

    yield make
    owner.deleteLater()


def test_the_speed_is_remembered(film) -> None:
    controls, playback = film()
    assert (controls.speed.currentText(), playback.speed) == ("1×", 1.0)
    controls.speed.setCurrentText("4×")
    controls.speed.activated.emit(controls.speed.currentIndex())
    assert playback.speed == 4.0
    again, other = film()
    assert (again.speed.currentText(), other.speed) == ("4×", 4.0)


@pytest.mark.parametrize("kept", ["", "fast", "3.0", "nan"])
def test_a_speed_that_is_none_is_the_normal_one(film, kept) -> None:
    Settings().set_text("film/speed", kept)
    controls, playback = film()
    assert (controls.speed.currentText(), playback.speed) == ("1×", 1.0)
