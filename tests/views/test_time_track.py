"""The track paints only what differs: outside of it the old picture and the new one are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QHelpEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from gradviz.views.time_track import TimeTrack, TrackMark

MARKS = [
    TrackMark(step=step, glyph=glyph, tone=tone, text="")
    for step, glyph, tone in ((3, "↑", "exploding"), (400, "✕", "non_finite"), (401, "↑", "exploding"))
]


class Painted(QObject):
    """Which pixels of a widget were painted since it was last asked."""

    def __init__(self, track: TimeTrack) -> None:
        super().__init__(track)
        self.pixels = np.zeros((track.height(), track.width()), bool)
        track.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint:
            for rect in event.region():
                self.pixels[rect.top() : rect.bottom() + 1, rect.left() : rect.right() + 1] = True
        return False


@pytest.fixture
def track(app, qtbot) -> Iterator[TimeTrack]:
    track = TimeTrack()
    qtbot.addWidget(track)
    track.resize(600, 28)
    track.show_steps(500, 799, 1000)
    track.show_marks(MARKS)
    track.show()
    qtbot.waitExposed(track)
    return track


def picture(track: TimeTrack) -> np.ndarray:
    image = QImage(track.size(), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.white)
    track.render(image)
    return np.frombuffer(image.constBits(), np.uint32).reshape(track.height(), track.width()).copy()


def share_painted(track: TimeTrack, change: Callable[[], object], qtbot) -> float:
    """How much of the track a change paints; fails where more than that differs."""
    qtbot.wait(50)
    before, painted = picture(track), Painted(track)
    painted.pixels[:] = False
    change()
    qtbot.waitUntil(lambda: bool(painted.pixels.any()))
    pixels = painted.pixels.copy()
    differs = before != picture(track)
    assert differs.any()
    assert not (differs & ~pixels).any()
    return float(pixels.mean())


@pytest.mark.parametrize("step", [3, 410, 505, 799])
def test_a_scrub_paints_the_handle(track, qtbot, step) -> None:
    assert share_painted(track, lambda: track.show_steps(step, 799, 1000), qtbot) < 0.12


def test_so_do_keys_and_the_ring_of_the_focus_moves_along(track, qtbot) -> None:
    track.window().activateWindow()
    track.setFocus()
    qtbot.waitUntil(track.hasFocus)
    assert share_painted(track, lambda: QTest.keyClick(track, Qt.Key.Key_PageUp), qtbot) < 0.12


def test_a_run_that_grows_paints_its_end(track, qtbot) -> None:
    assert share_painted(track, lambda: track.show_steps(500, 850, 1000), qtbot) < 0.2


def test_what_moves_everything_paints_everything(track, qtbot) -> None:
    assert share_painted(track, lambda: track.show_steps(500, 799, 2000), qtbot) == 1
    assert share_painted(track, lambda: track.show_marks(MARKS[:2]), qtbot) == 1
    assert share_painted(track, lambda: track.show_steps(0, -1, 1000), qtbot) == 1


def test_nothing_new_paints_nothing(track, qtbot) -> None:
    qtbot.wait(50)
    painted = Painted(track)
    painted.pixels[:] = False
    track.show_steps(500, 799, 1000)
    track.show_marks(list(MARKS))
    qtbot.wait(50)
    assert not painted.pixels.any()


def test_a_crowd_of_events_on_one_pixel_looks_like_one(track) -> None:
    alone = picture(track)
    track.show_marks([mark for mark in MARKS for _ in range(50)])
    assert (picture(track) == alone).all()


def test_behind_the_last_step_the_tooltip_names_it(track) -> None:
    track.setToolTip("Drag")
    for place, said in ((track.width() - 4, "The shown run’s last step is 799"), (20, "Drag")):
        at = QPoint(place, 5)
        QApplication.sendEvent(track, QHelpEvent(QEvent.Type.ToolTip, at, track.mapToGlobal(at)))
        assert QToolTip.text() == said
    QToolTip.hideText()
