from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from gradviz.probes.schedule import AFTERMATH, EARLY, GROWTH, LEAST, TOGETHER, Item, Schedule


def items(count: int = 4) -> list[Item]:
    return [Item(quantity="histogram", layer=layer) for layer in range(count)]


def simulate(
    schedule: Schedule, steps: int, *, bare: float, always: float, cost: float
) -> list[tuple[int, Item]]:
    """Run the schedule as a recorder would, with made-up times."""
    turns = []
    for step in range(steps):
        chosen = schedule.due(step, everything=step == 0)
        for item in chosen:
            item.paid(step, cost)
            turns.append((step, item))
        schedule.account(bare, always, cost * len(chosen))
    return turns


def test_first_step_measures_everything() -> None:
    schedule = Schedule(items(), 0.05)
    assert schedule.due(0, everything=True) == schedule.items


@pytest.mark.parametrize(("always", "share"), [(0.0, 0.05), (0.03, 0.02), (0.2, LEAST * 0.05)])
def test_cost_with_its_aftermath_keeps_to_what_the_budget_leaves(always: float, share: float) -> None:
    turns = simulate(Schedule(items(50), 0.05), 100_000, bare=1.0, always=always, cost=0.5)
    spent = 0.5 * sum(1 for step, _ in turns if step > 0)
    assert AFTERMATH * spent / 100_000 == pytest.approx(share, rel=0.1)


def test_several_are_measured_in_a_row() -> None:
    turns = simulate(Schedule(items(50), 0.05), 5_000, bare=1.0, always=0.0, cost=0.1)
    in_step = Counter(step for step, _ in turns)
    assert set(in_step.values()) <= {50, TOGETHER}
    assert len(in_step) > 10


def test_items_take_turns() -> None:
    turns = simulate(Schedule(items(), 0.05), 2_000, bare=1.0, always=0.0, cost=0.5)
    layers = [item.layer for step, item in turns if step > 0]
    assert layers[:8] == [0, 1, 2, 3, 0, 1, 2, 3]


def test_item_that_stands_twice_has_two_turns() -> None:
    norms, other = items(2)
    schedule = Schedule([norms, other, norms], 0.05)
    turns = simulate(schedule, 5_000, bare=1.0, always=0.0, cost=0.5)
    counts = [sum(1 for _, item in turns if item is one) for one in (norms, other)]
    assert counts[0] == pytest.approx(2 * counts[1], abs=3)
    assert len(schedule.due(6_000, everything=True)) == 2


def test_long_run_is_measured_less_often() -> None:
    turns = simulate(Schedule(items(1), 1.0), 20_000, bare=1.0, always=0.0, cost=0.001)
    late = [step for step, _ in turns if step >= 10_000]
    assert min(b - a for a, b in pairwise(late)) >= 10_000 // GROWTH
    assert len(turns) < 3_000


def test_without_a_budget_only_everything_is_measured() -> None:
    turns = simulate(Schedule(items(), 0.0), 1_000, bare=1.0, always=0.0, cost=0.001)
    assert {step for step, _ in turns} == {0}


def test_one_stall_does_not_silence_measuring() -> None:
    schedule = Schedule(items(), 0.05)
    simulate(schedule, 100, bare=1.0, always=0.0, cost=0.1)
    schedule.account(1.0, 0.0, 1_000.0)
    assert any(schedule.due(100 + step) or schedule.account(1.0, 0.0, 0.0) for step in range(40))


def test_nothing_to_measure() -> None:
    schedule = Schedule([], 0.05)
    assert schedule.due(0) == []
    schedule.account(1.0, 0.0, 0.0)


def test_a_short_run_is_measured_between_its_ends_where_norms_take_the_whole_budget() -> None:
    turns = simulate(Schedule(items(20), 0.05), 1_000, bare=0.0015, always=0.0003, cost=0.0002)
    between = {step for step, _ in turns if 0 < step < 1_000}
    assert len(between) >= 10
    assert max(between) > 600
    longer = simulate(Schedule(items(20), 0.05), 100_000, bare=0.0015, always=0.0003, cost=0.0002)
    spent = AFTERMATH * 0.0002 * sum(1 for step, _ in longer if step)
    assert spent == pytest.approx(EARLY + LEAST * 0.05 * 0.0015 * 100_000, rel=0.1)


def test_what_was_asked_for_is_no_debt() -> None:
    schedule = Schedule(items(), 0.05)
    schedule.due(0, everything=True)
    schedule.account(1.0, 0.0, 1_000.0)
    later = [step for step in range(1, 20) if schedule.due(step) or schedule.account(1.0, 0.0, 0.0)]
    assert later[0] < 5
