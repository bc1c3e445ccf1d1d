from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from gradviz.control.run_entry import RunEntry
from gradviz.records.happenings import Event
from gradviz.records.marked import MarkedStep
from gradviz.views.event_marks import EventMarks, track_marks
from gradviz.views.time_bar import TimeBar
from gradviz.views.time_track import TrackMark


@pytest.fixture
def bar(app, qtbot):
    bar = TimeBar()
    qtbot.addWidget(bar)
    bar.resize(900, 36)
    bar.show()
    qtbot.waitExposed(bar)
    return bar


def told(bar):
    steps = []
    bar.cursor_moved.connect(steps.append)
    return steps


def place(bar, step: int) -> QPoint:
    return QPoint(round(bar.track.place_of(step)), 18)


def test_before_a_run_it_rests(bar) -> None:
    assert not bar.track.isEnabled()
    assert not bar.field.isEnabled()
    assert not bar.live.isEnabled()


def test_live_it_stands_at_the_newest_step(bar, snapshot) -> None:
    bar.show_snapshot(snapshot(steps=1000, done=300), 999)
    assert bar.track.value() == 299
    assert bar.track.maximum() == 999
    assert bar.field.value() == 299
    assert bar.live.isChecked()


def test_the_last_step_is_never_left_unread(bar, snapshot) -> None:
    """The number changes four times a second while training; the end must not fall between two readings."""
    bar.show_snapshot(snapshot(steps=300, done=290, finish=False), 299)
    bar.show_snapshot(snapshot(steps=300, done=300), 299)
    assert bar.field.value() == 299


def test_a_click_goes_to_the_very_step(bar, snapshot) -> None:
    bar.show_snapshot(snapshot(steps=1000, done=300), 999)
    steps = told(bar)
    QTest.mouseClick(bar.track, Qt.MouseButton.LeftButton, pos=place(bar, 150))
    assert abs(steps[-1] - 150) <= 1


def test_dragging_scrubs_and_stays_inside_what_is_recorded(bar, snapshot) -> None:
    bar.show_snapshot(snapshot(steps=1000, done=300), 999)
    steps = told(bar)
    QTest.mousePress(bar.track, Qt.MouseButton.LeftButton, pos=place(bar, 250))
    for step in (200, 100, 800):
        QTest.mouseMove(bar.track, place(bar, step))
    QTest.mouseRelease(bar.track, Qt.MouseButton.LeftButton, pos=place(bar, 800))
    assert abs(steps[-2] - 100) <= 1
    assert steps[-1] == 299


def test_a_new_snapshot_does_not_take_the_handle_away(bar, snapshot) -> None:
    bar.show_snapshot(snapshot(steps=1000, done=300), 999)
    QTest.mousePress(bar.track, Qt.MouseButton.LeftButton, pos=place(bar, 50))
    bar.show_snapshot(snapshot(steps=1000, done=310), 999)
    assert abs(bar.track.value() - 50) <= 1
    QTest.mouseRelease(bar.track, Qt.MouseButton.LeftButton, pos=place(bar, 50))


@pytest.mark.parametrize(
    ("key", "step"),
    [(Qt.Key.Key_Left, 298), (Qt.Key.Key_Home, 0), (Qt.Key.Key_PageUp, 285), (Qt.Key.Key_PageDown, 299)],
)
def test_keys(bar, snapshot, key: Qt.Key, step: int) -> None:
    bar.show_snapshot(snapshot(steps=1000, done=300), 999)
    steps = told(bar)
    QTest.keyClick(bar.track, key)
    assert (steps or [299])[-1] == step


def test_page_down_goes_on_by_as_much_as_page_up_goes_back(bar, snapshot) -> None:
    bar.show_snapshot(snapshot(steps=1000, done=300, cursor=100), 999)
    steps = told(bar)
    QTest.keyClick(bar.track, Qt.Key.Key_PageDown)
    QTest.keyClick(bar.track, Qt.Key.Key_PageUp)
    assert steps == [114, 100]


def test_end_is_the_newest_step(bar, snapshot) -> None:
    bar.show_snapshot(snapshot(steps=1000, done=300, cursor=10), 999)
    steps = told(bar)
    QTest.keyClick(bar.track, Qt.Key.Key_End)
    assert steps == [299]


def test_a_typed_step(bar, snapshot, qtbot) -> None:
    bar.show_snapshot(snapshot(steps=100), 99)
    steps = told(bar)
    bar.field.setFocus()
    bar.field.selectAll()
    qtbot.keyClicks(bar.field, "42")
    bar.show_snapshot(snapshot(steps=100), 99)
    assert bar.field.text() == "42"
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    assert steps == [42]


def test_back_to_live(bar, snapshot, qtbot) -> None:
    bar.show_snapshot(snapshot(steps=100, cursor=10), 99)
    assert not bar.live.isChecked()
    steps = told(bar)
    qtbot.mouseClick(bar.live, Qt.MouseButton.LeftButton)
    assert steps == [None]


def test_the_nearest_kept_step_is_said(bar, snapshot) -> None:
    from dataclasses import replace

    shot = snapshot(steps=100, cursor=10)
    bar.show_snapshot(shot, 99)
    assert not bar.note.text()
    bar.show_snapshot(replace(shot, exact=False), 99)
    assert bar.note.text() == "nearest kept step 10"


def test_events_are_marks_with_words(bar, snapshot) -> None:
    shot = snapshot(steps=100, non_finite_from=80)
    bar.show_snapshot(shot, 99)
    marks = bar.track.marks
    assert {(mark.step, mark.glyph) for mark in marks} == {(80, "✕"), (60, "◆")}
    words = {mark.step: mark.text for mark in track_marks(shot.events)}
    assert words[80] == "Step 80: first value that is not finite, in Linear 4"
    assert words[60] == "Step 60: learning rate 0.0500, before 0.100"


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (
            Event(step=99, kind="early_stop", layer=None, detail={"best_step": 39, "best": 0.25}),
            "Step 99: training ended early, best at step 39",
        ),
        (
            Event(step=70, kind="spike", layer="LSTM 1", detail={"factor": 34.2, "value": 8.0}),
            "Step 70: the gradient is 34.2 times what it was of late, largest in LSTM 1",
        ),
        (
            Event(step=4, kind="skipped_step", layer=None, detail={"loss_scale": 65536.0}),
            "Step 4: skipped: the gradient overflowed at a loss scale of 65,536",
        ),
        (
            Event(step=250, kind="resumed", layer=None, detail={"recorded": 252}),
            "Step 250: goes on from a checkpoint",
        ),
        (
            Event(step=0, kind="started_from", layer=None, detail={"run": "Digits", "after": 600}),
            "Step 0: starts from the weights of Digits, after 600 steps",
        ),
    ],
)
def test_what_training_does_by_itself_has_words(event: Event, words: str) -> None:
    assert [mark.text for mark in track_marks([event])] == [words]


def test_runs_are_offered_newest_first(bar, run, qtbot) -> None:
    first: RunEntry = run("one", steps=3)
    bar.show_runs([first, run("two", steps=3)], "one")
    assert [bar.runs.itemData(i) for i in range(3)] == [None, "two", "one"]
    assert bar.runs.currentData() == "one"
    with qtbot.waitSignal(bar.run_chosen) as chosen:
        bar.runs.setFocus()
        qtbot.keyClick(bar.runs, Qt.Key.Key_Home)
    assert chosen.args == [None]


def test_the_cursor_goes_from_event_to_event(bar, snapshot, qtbot) -> None:
    with qtbot.waitSignal(bar.events_there) as there:
        shot = snapshot(steps=100, non_finite_from=80)
        bar.show_snapshot(replace(shot, cursor=20, live=False), 99)
    assert there.args == [True]
    with qtbot.waitSignal(bar.cursor_moved) as moved:
        bar.go_to_next_event()
    assert moved.args == [60]
    bar.show_snapshot(replace(shot, cursor=60, live=False), 99)
    with qtbot.waitSignal(bar.cursor_moved) as moved:
        bar.go_to_next_event()
    assert moved.args == [80]
    with qtbot.assertNotEmitted(bar.cursor_moved):
        bar.go_to_previous_event()
    bar.show_snapshot(replace(shot, cursor=99, live=True), 99)
    with qtbot.assertNotEmitted(bar.cursor_moved):
        bar.go_to_next_event()
    with qtbot.waitSignal(bar.cursor_moved) as moved:
        bar.go_to_previous_event()
    assert moved.args == [80]
    with qtbot.waitSignal(bar.events_there) as there:
        bar.show_nothing()
    assert there.args == [False]
    assert bar.track.marks == ()


def test_what_the_event_is_or_that_there_is_none_is_said_above_it_and_goes(bar, snapshot, qtbot) -> None:
    note = bar.passing
    shot = snapshot(steps=100, non_finite_from=80)
    width = bar.track.width()
    bar.show_snapshot(replace(shot, cursor=60, live=False), 99)
    assert note.isHidden()
    bar.go_to_next_event()
    assert note.isVisible()
    assert note.text().startswith("Step 80: first value that is not finite")
    bar.show_snapshot(replace(shot, cursor=80, live=False), 99)
    bar.go_to_next_event()
    assert note.text() == "No later event"
    assert abs(note.geometry().center().x() - bar.track.mapTo(bar, place(bar, 80)).x()) <= 1
    bar.show_snapshot(replace(shot, cursor=3, live=False), 99)
    bar.go_to_previous_event()
    assert note.text() == "No earlier event"
    assert note.x() >= 0
    assert bar.track.width() == width
    note._ends.setInterval(10)
    note._ends.start()
    qtbot.waitUntil(note.isHidden)


def test_of_many_events_at_one_step_some_are_told(bar) -> None:
    bar.track.show_marks([TrackMark(step=7, glyph="↑", tone="text", text=str(at)) for at in range(9)])
    bar.go_to_next_event()
    assert bar.passing.text().splitlines() == ["0", "1", "2", "3", "4", "and 4 more"]


def test_keys_say_why_there_is_nothing_to_go_to(window, run, qtbot) -> None:
    note = window.time_bar.passing
    QTest.keyClick(window, Qt.Key.Key_F3)
    assert note.text() == "There are no events."
    QTest.keyClick(window, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    assert note.text() == "No step is shown."
    note.hide()
    QTest.keyClick(window, Qt.Key.Key_F12)
    assert note.isHidden()
    window.runs.show_run(run("one", steps=40, non_finite_from=20))
    qtbot.waitUntil(lambda: window.time_bar.track.marks != ())
    QTest.keyClick(window, Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    assert note.text().startswith("Step 20: ")
    above = window.time_bar.mapTo(window, QPoint(0, 0)).y()
    assert note.geometry().bottom() <= above + window.time_bar.height() // 2
    assert note.parentWidget() is window


def test_the_film_is_played_by_button_space_and_action(window, run, qtbot) -> None:
    playback, bar = window.runs.playback, window.time_bar
    assert not bar.film.play.isEnabled()
    window.runs.show_run(run("one", steps=2000, layers=3))
    qtbot.waitUntil(bar.film.play.isEnabled)
    qtbot.mouseClick(bar.film.play, Qt.MouseButton.LeftButton)
    assert playback.is_playing
    assert bar.film.play.accessibleName() == "Pause"
    qtbot.waitUntil(lambda: bar.track.value() > 0)
    assert window.plots.plot("profile")._snapshot.cursor == bar.track.value()
    QTest.keyClick(bar.track, Qt.Key.Key_Space)
    assert not playback.is_playing
    window.actions_by_key["view.play"].trigger()
    assert playback.is_playing
    bar.film.speed.setFocus()
    QTest.keyClick(bar.film.speed, Qt.Key.Key_Up)
    assert playback.speed == 0.5
    window.runs.show_run(None)
    assert not playback.is_playing


def test_every_speed_of_the_film_is_offered(bar) -> None:
    from gradviz.control.playback import FILM_S, SPEEDS
    from gradviz.views import film_controls

    assert film_controls.FILM_S == FILM_S
    assert tuple(bar.film.speed.itemData(i) for i in range(bar.film.speed.count())) == SPEEDS


def event(step: int, kind: str = "spike") -> Event:
    return Event(step=step, kind=kind, layer="Linear 1", detail={"factor": step})


def test_marks_are_made_once_and_new_ones_are_added() -> None:
    marks = EventMarks()
    first = (event(1), event(2, "blocks"))
    one = marks.of(first)
    assert marks.of(first) is one
    grown = (*first, event(3))
    two = marks.of(grown)
    assert two[0] is one[0]
    assert list(two) == list(track_marks(grown))
    other = (event(7), event(8), event(9))
    assert list(marks.of(other)) == list(track_marks(other))  # another run
    assert marks.of(()) == ()


def test_marked_steps_stand_among_the_events() -> None:
    marks = EventMarks()
    mark = MarkedStep(5, 5, np.zeros(1, np.float32), None)
    found = marks.of((event(1),), (mark,))
    assert [each.step for each in found] == [5, 1]
    assert marks.of((event(1),), ())[0].step == 1
