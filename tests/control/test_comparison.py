"""Compared runs are read by readers of their own, no more often than needed, and let go of."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gradviz.control import comparison as module
from gradviz.control.comparison import COMPARED, RUN_NUMBERS, Comparison
from gradviz.control.engine_state import RunChange
from gradviz.control.refresh_clock import RefreshClock
from gradviz.control.step_horizon import horizon
from gradviz.records.run import FinishReason, RunState, RunStatus


@pytest.fixture
def clock(document, qtbot):
    clock = RefreshClock()
    yield clock
    clock.close()


@pytest.fixture
def comparison(document, clock, monkeypatch):
    monkeypatch.setattr(module, "SLICE_S", math.inf)  # a busy machine splits nothing
    comparison = Comparison(document, clock)
    yield comparison
    comparison.close()
    assert comparison.open_readers == 0
    assert not comparison.is_ticking


@pytest.fixture
def runs(document, recorded):
    """Three recorded runs of 10, 20 and 30 steps."""
    ids = []
    for steps in (10, 20, 30):
        request = document.new_run()
        status = recorded(request.store, request.run_id, steps)
        document.on_run_changed(RunChange(run_id=request.run_id, store=request.store, status=status))
        ids.append(request.run_id)
    return ids


@pytest.fixture
def hurried(clock, comparison, runs, qtbot, monkeypatch):
    """Two runs are compared with the third, and there is time for one at each look."""
    for run in runs[:2]:
        comparison.set_compared(run, on=True)
    show(clock, comparison._document, runs[2], qtbot)
    monkeypatch.setattr(module, "SLICE_S", -1.0)
    return comparison


def show(clock, document, run_id, qtbot):
    clock.follow(document.run(run_id))
    qtbot.waitUntil(lambda: clock.snapshot is not None and clock.snapshot.run.id == run_id)


def test_chosen_runs_are_read_once_and_the_shown_one_is_not_among_them(
    document, clock, comparison, runs, qtbot
) -> None:
    told = []
    comparison.changed.connect(told.append)
    comparison.set_compared(runs[0], on=True)
    comparison.set_compared(runs[2], on=True)
    assert comparison.runs == ()
    assert comparison.open_readers == 0
    show(clock, document, runs[2], qtbot)
    assert [run.id for run in comparison.runs] == [runs[0]]
    assert comparison.runs[0].numbers["train_loss"].mean[0].tolist() == list(range(10))
    assert comparison.runs[0].layers == ("Linear 1",)
    assert comparison.runs[0].flow is None
    assert comparison.open_readers == 1
    assert not comparison.is_ticking
    assert len(told) == 1


@pytest.mark.parametrize("lengths", [(2, 0, 8), (0, 2, 1), (1, 2, 1)])
def test_runs_of_different_lengths_are_drawn_in_columns_of_one_width(
    document, clock, comparison, runs, *, qtbot, lengths
) -> None:
    shown, other, together = lengths
    clock.set_columns(10)  # 30 steps are drawn by eight, 10 and 20 one by one
    comparison.set_compared(runs[other], on=True)
    show(clock, document, runs[shown], qtbot)
    for recorded in (clock.snapshot, comparison.runs[0]):
        assert recorded.numbers["train_loss"].counts[0] == together


def test_the_profile_follows_the_cursor_up_to_the_run_s_own_end(
    document, clock, comparison, runs, qtbot
) -> None:
    comparison.set_compared(runs[0], on=True)
    show(clock, document, runs[2], qtbot)
    assert comparison.runs[0].step == 9
    numbers = comparison.runs[0].numbers
    clock.set_cursor(4)
    qtbot.waitUntil(lambda: comparison.runs[0].step == 4)
    assert comparison.runs[0].profile.tolist() == [4.0]
    assert comparison.runs[0].numbers is numbers


def test_the_map_is_read_only_for_the_difference_and_a_view_for_all(
    document, clock, comparison, runs, qtbot
) -> None:
    for run in runs[:2]:
        comparison.set_compared(run, on=True)
    show(clock, document, runs[2], qtbot)
    comparison.set_difference(runs[1])
    first, second = comparison.runs
    assert first.flow is None
    assert np.array_equal(second.flow.mean, [np.arange(20)])
    clock.set_view(5, 8)
    qtbot.waitUntil(lambda: len(comparison.runs[1].flow.steps) == 4)
    assert comparison.runs[0].numbers["train_loss"].steps.tolist() == [5, 6, 7, 8]


def test_update_ratios_are_read_as_curves_only_while_they_are_shown(
    document, clock, comparison, runs, qtbot
) -> None:
    comparison.set_compared(runs[1], on=True)
    show(clock, document, runs[2], qtbot)
    assert "update_ratio_median" not in comparison.runs[0].curves
    clock.set_layer(0)
    clock.set_wanted(frozenset({"update_ratio"}))
    qtbot.waitUntil(lambda: "update_ratio_layer" in comparison.runs[0].curves)
    steps, ratios = comparison.runs[0].curves["update_ratio_layer"]
    assert (steps.tolist(), ratios.tolist()) == ([0, 8, 16], [1, 9, 17])
    clock.set_layer(None)
    qtbot.waitUntil(lambda: "update_ratio_layer" not in comparison.runs[0].curves)
    clock.set_wanted(frozenset())
    qtbot.waitUntil(lambda: "update_ratio_median" not in comparison.runs[0].curves)


def test_a_growing_run_is_looked_at_until_it_has_ended(clock, comparison, runs, begun, qtbot) -> None:
    document = comparison._document
    request = document.new_run()
    comparison.set_compared(request.run_id, on=True)
    show(clock, document, runs[0], qtbot)
    assert comparison.runs == ()
    assert comparison.is_ticking
    writer = begun(request.store, request.run_id, 5)
    qtbot.waitUntil(lambda: bool(comparison.runs))
    assert comparison.runs[0].last_step == 4
    status = RunStatus(state=RunState.FINISHED, finish=FinishReason.COMPLETED, steps=5)
    writer.finish(status)
    writer.close()
    qtbot.waitUntil(lambda: not comparison.is_ticking)
    comparison.set_visible(False)
    comparison.set_visible(True)
    assert not comparison.is_ticking


def test_nothing_ticks_while_nothing_is_seen(document, clock, comparison, runs, qtbot) -> None:
    request = document.new_run()
    comparison.set_compared(request.run_id, on=True)
    show(clock, document, runs[0], qtbot)
    comparison.set_visible(False)
    assert not comparison.is_ticking
    comparison.set_visible(True)
    assert comparison.is_ticking


def test_a_run_keeps_its_number_when_another_goes(document, clock, comparison, runs, qtbot) -> None:
    for run in runs:
        comparison.set_compared(run, on=True)
    assert list(comparison.chosen.values()) == [1, 2, 3]
    show(clock, document, runs[2], qtbot)
    document.remove_run(runs[0])
    assert comparison.chosen == {runs[1]: 2, runs[2]: 3}
    assert comparison.open_readers == 1
    assert document.layout[COMPARED] == runs
    assert document.layout[RUN_NUMBERS] == {run: number for number, run in enumerate(runs, 1)}


def test_a_run_that_goes_on_as_another_keeps_colour_and_place(document, comparison, runs, recorded) -> None:
    comparison.set_compared(runs[0], on=True)
    old = document.run(runs[0])
    request = document.new_run()
    recorded(request.store, request.run_id, 7)
    new = document.run(request.run_id)
    document._set_runs(run for run in document.runs if run is not new)
    document._replace_run(old, new)
    assert comparison.chosen == {new.id: 1}


def test_the_choice_is_saved_with_the_session(document, comparison, runs, tmp_path, qtbot) -> None:
    comparison.set_compared(runs[1], on=True)
    with qtbot.waitSignal(document.save_finished) as saved:
        document.save(tmp_path / "a.gradviz")
    assert not saved.args[0].error
    document.new()
    assert comparison.chosen == {}
    document.open(tmp_path / "a.gradviz")
    assert comparison.chosen == {runs[1]: 2}


@pytest.mark.parametrize(
    "layout", [{COMPARED: 3, RUN_NUMBERS: []}, {COMPARED: [1, None], RUN_NUMBERS: {"a": "b"}}]
)
def test_a_layout_of_something_else_compares_nothing(document, comparison, runs, layout) -> None:
    document.set_layout(layout)
    document.reopened.emit()
    assert comparison.chosen == {}
    comparison.set_compared(runs[0], on=True)
    assert comparison.chosen == {runs[0]: 1}


def test_a_run_that_cannot_be_read_is_said_and_compared_no_longer(
    document, clock, comparison, runs, qtbot
) -> None:
    show(clock, document, runs[2], qtbot)
    document.run(runs[0]).source.write_bytes(b"no store")
    with qtbot.waitSignal(comparison.failed) as said:
        comparison.set_compared(runs[0], on=True)
    assert said.args[0].endswith(".")
    assert comparison.chosen == {}
    assert comparison.open_readers == 0


def test_without_a_shown_run_nothing_is_held_open(document, clock, comparison, runs, qtbot) -> None:
    comparison.set_compared(runs[0], on=True)
    show(clock, document, runs[2], qtbot)
    clock.follow(None)
    assert comparison.runs == ()
    assert comparison.open_readers == 0
    assert comparison.chosen == {runs[0]: 1}


def test_where_time_is_short_runs_are_read_in_turns(hurried, clock, runs, qtbot) -> None:
    """One at each look; none is forgotten, and the others stay drawn as they were."""
    before = hurried.runs
    told = []
    hurried.changed.connect(told.append)
    clock.set_view(2, 5)
    qtbot.waitUntil(lambda: len(told) == 2)
    assert hurried.is_late is False
    half, whole = told
    assert sum(new is old for new, old in zip(half, before, strict=True)) == 1
    assert [run.numbers["train_loss"].steps.tolist() for run in whole] == [[2, 3, 4, 5]] * 2
    assert [run.id for run in whole] == runs[:2]


def test_whoever_scrubs_on_and_on_sees_every_run_follow(hurried, clock, runs, qtbot) -> None:
    followed = set()
    for step in list(range(20)) * 10:
        before = hurried.runs
        clock.set_cursor(step)
        qtbot.waitUntil(lambda step=step: clock.snapshot.cursor == step)
        followed |= {new.id for new, old in zip(hurried.runs, before, strict=True) if new is not old}
        if followed == set(runs[:2]):
            return
    pytest.fail(f"only {followed} followed")


def test_a_longer_run_is_read_to_its_end_and_says_how_far_that_is(
    document, clock, comparison, runs, qtbot
) -> None:
    clock.set_columns(10)
    comparison.set_compared(runs[1], on=True)
    comparison.set_compared(runs[2], on=True)
    assert comparison.reach == -1
    show(clock, document, runs[0], qtbot)
    assert comparison.reach == 29
    qtbot.waitUntil(lambda: not comparison.is_late)
    assert [run.numbers["train_loss"].steps[-1] for run in comparison.runs] == [19, 29]
    assert {run.numbers["train_loss"].level for run in comparison.runs} == {0}
    comparison.set_compared(runs[2], on=False)
    assert comparison.reach == 19


def test_one_that_grows_reaches_round_steps(clock, comparison, runs, begun, qtbot) -> None:
    document = comparison._document
    request = document.new_run()
    comparison.set_compared(request.run_id, on=True)
    writer = begun(request.store, request.run_id, 5)
    show(clock, document, runs[0], qtbot)
    qtbot.waitUntil(lambda: bool(comparison.runs))
    assert comparison.reach == horizon(4, comparison._followed[request.run_id].reader.info.steps) > 4
    writer.finish(RunStatus(state=RunState.FINISHED, finish=FinishReason.COMPLETED, steps=5))
    writer.close()
    qtbot.waitUntil(lambda: comparison.reach == 4)


def test_a_run_that_waits_still_has_its_new_name(hurried, document, runs) -> None:
    for run in runs[:2]:
        document.rename_run(run, f"new {run}")
    assert [run.name for run in hurried.runs] == [f"new {run}" for run in runs[:2]]
