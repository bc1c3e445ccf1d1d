"""Marks are kept for each run in the session's layout, read once, and taken away again."""

from __future__ import annotations

import pytest

from gradviz.control.engine_state import RunChange
from gradviz.control.marked_steps import MARKED, MOST, MarkedSteps
from gradviz.control.refresh_clock import RefreshClock


@pytest.fixture
def clock(document, qtbot):
    clock = RefreshClock(interval_ms=1)
    yield clock
    clock.close()


@pytest.fixture
def marked(document, clock):
    return MarkedSteps(document, clock)


@pytest.fixture
def follow(document, clock, recorded, qtbot):
    """Record a run of 20 steps in the session, or take one again, and show it."""

    def show(run_id=None):
        entry = document.run(run_id) if run_id else None
        if entry is None:
            request = document.new_run()
            status = recorded(request.store, request.run_id, 20)
            document.on_run_changed(RunChange(run_id=request.run_id, store=request.store, status=status))
            entry = document.run(request.run_id)
        clock.follow(entry)
        qtbot.waitUntil(lambda: clock.snapshot is not None and clock.snapshot.run.id == entry.id)
        return entry.id

    return show


def at(clock, qtbot, step) -> None:
    clock.set_cursor(step)
    qtbot.waitUntil(lambda: clock.snapshot.cursor == step)


def test_the_shown_step_is_marked_and_no_longer(marked, clock, document, follow, qtbot) -> None:
    run = follow()
    for step in (12, 3):
        at(clock, qtbot, step)
        marked.toggle()
    assert marked.steps == (3, 12)
    qtbot.waitUntil(lambda: len(clock.snapshot.marked) == 2)
    first = clock.snapshot.marked[0]
    assert (first.step, first.kept) == (3, 3)
    assert document.layout[MARKED] == {run: [3, 12]}
    at(clock, qtbot, 12)
    assert clock.snapshot.marked[0] is first  # read once
    with qtbot.waitSignal(marked.changed) as told:
        marked.toggle()
    assert told.args == [(3,)]
    marked.clear()
    assert document.layout[MARKED] == {}
    qtbot.waitUntil(lambda: clock.snapshot.marked == ())


def test_every_run_has_its_own_marks(marked, clock, follow, qtbot) -> None:
    one = follow()
    at(clock, qtbot, 5)
    marked.toggle()
    follow()
    assert marked.steps == ()
    follow(one)
    assert marked.steps == (5,)
    qtbot.waitUntil(lambda: [mark.step for mark in clock.snapshot.marked] == [5])


def test_no_more_than_can_be_told_apart(marked, clock, follow, qtbot) -> None:
    follow()
    for step in range(MOST + 1):
        at(clock, qtbot, step)
        assert marked.is_full == (step >= MOST)
        marked.toggle()
    assert marked.steps == tuple(range(MOST))


def test_a_run_that_goes_on_keeps_its_marks(marked, document, follow, recorded) -> None:
    run = follow()
    marked.toggle()
    new = document.new_run()
    status = recorded(new.store, new.run_id, 9)
    document.on_run_changed(RunChange(run_id=new.run_id, store=new.store, status=status))
    document.run_replaced.emit(run, document.run(new.run_id))
    assert document.layout[MARKED][new.run_id] == [19]


@pytest.mark.parametrize("kept", [None, [], {"run": 3}, {"run": [1.5, "a", -2, True]}, 7])
def test_a_layout_of_nonsense_has_no_marks(marked, document, follow, kept) -> None:
    run = follow()
    document.set_layout({MARKED: {run: kept["run"]} if isinstance(kept, dict) else kept})
    assert marked.steps == ()


def test_without_a_step_nothing_is_marked(marked, document) -> None:
    marked.toggle()
    marked.clear()
    assert marked.steps == ()
    assert MARKED not in document.layout
