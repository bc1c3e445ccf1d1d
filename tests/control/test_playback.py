"""The film on a clock of its own: what is shown depends on time alone."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "views"))

from recorded_runs import record

from gradviz.control.playback import FILM_S, SPEEDS, Playback
from gradviz.control.refresh_clock import RefreshClock
from gradviz.control.run_entry import RunEntry


@pytest.fixture
def clock(qapp):
    clock = RefreshClock(interval_ms=5)
    yield clock
    clock.close()


@pytest.fixture
def follow(clock, tmp_path, qtbot):
    def show(steps: int = 1000, name: str = "run") -> None:
        path = tmp_path / f"{name}.sqlite"
        record(path, run_id=name, layers=2, steps=steps)
        clock.follow(RunEntry(id=name, name=name, source=path))
        qtbot.waitUntil(lambda: clock.snapshot is not None)
        qtbot.waitUntil(lambda: not clock.is_ticking)

    return show


@pytest.fixture
def film(clock):
    """A film whose time goes on by 0.1 s with each picture."""
    times = iter(range(1, 100_000))
    return Playback(clock, clock, now=lambda: next(times) * 0.1)


def steps_of(clock):
    shown = []
    clock.refreshed.connect(lambda snapshot: shown.append(snapshot and snapshot.cursor))
    return shown


def test_it_goes_from_the_beginning_to_the_end_and_stops(clock, film, follow, qtbot) -> None:
    follow()
    shown = steps_of(clock)
    with qtbot.waitSignals([film.changed, film.changed], timeout=20_000):
        film.play()
    qtbot.waitUntil(lambda: not clock.is_ticking)
    assert not film.is_playing
    assert shown[0] == 0
    assert shown == sorted(shown)
    assert clock.snapshot.cursor == 999
    assert len(shown) == pytest.approx(FILM_S / 0.1, rel=0.02)


@pytest.mark.parametrize("speed", SPEEDS)
def test_speed(clock, film, follow, qtbot, speed: float) -> None:
    follow()
    film.set_speed(speed)
    shown = steps_of(clock)
    film.play()
    qtbot.waitUntil(lambda: len(shown) >= 11)
    film.pause()
    assert shown[10] == pytest.approx(10 * 0.1 * 999 / FILM_S * speed, abs=1.01)


def test_a_short_run_does_not_crawl(clock, film, follow, qtbot) -> None:
    follow(steps=30)
    shown = steps_of(clock)
    film.play()
    qtbot.waitUntil(lambda: len(shown) >= 11)
    assert shown[10] == 15


def test_pausing_stays_and_playing_goes_on(clock, film, follow, qtbot) -> None:
    follow()
    film.play()
    qtbot.waitUntil(lambda: clock.snapshot.cursor > 20)
    film.toggle()
    qtbot.waitUntil(lambda: not clock.is_ticking)
    there = clock.snapshot.cursor
    shown = steps_of(clock)
    film.toggle()
    qtbot.waitUntil(lambda: len(shown) > 2)
    assert shown[0] == there
    assert shown[2] > there


def test_it_goes_on_from_where_the_user_puts_the_cursor(clock, film, follow, qtbot) -> None:
    follow()
    film.play()
    qtbot.waitUntil(lambda: clock.snapshot.cursor > 20)
    clock.set_cursor(700)
    qtbot.waitUntil(lambda: clock.snapshot.cursor > 720)
    assert film.is_playing


def test_live_and_another_run_end_it(clock, film, follow, qtbot) -> None:
    follow()
    film.play()
    clock.set_cursor(None)
    qtbot.waitUntil(lambda: not film.is_playing)
    assert clock.cursor is None
    film.play()
    follow(name="other")
    assert not film.is_playing


def test_it_rests_while_nothing_is_seen(clock, film, follow, qtbot) -> None:
    follow()
    film.play()
    qtbot.waitUntil(lambda: clock.snapshot.cursor > 20)
    clock.set_visible(False)
    assert not clock.is_ticking
    there = clock.cursor
    clock.set_visible(True)
    qtbot.waitUntil(lambda: clock.cursor > there)


def test_without_steps_there_is_no_film(clock, film, follow) -> None:
    film.play()
    assert not film.is_playing
    follow(steps=1)
    film.play()
    assert not film.is_playing


def test_at_the_end_it_begins_again(clock, film, follow, qtbot) -> None:
    follow()
    clock.set_cursor(999)
    qtbot.waitUntil(lambda: clock.snapshot.cursor == 999)
    shown = steps_of(clock)
    film.play()
    qtbot.waitUntil(lambda: len(shown) > 1)
    assert shown[0] == 0
