from __future__ import annotations

import pytest

from gradviz.probes.agenda import REPLAY_SHARE, SEEN, Agenda
from gradviz.probes.passing import GRADIENTS, HISTOGRAM, STATISTICS
from gradviz.probes.schedule import AFTERMATH, EARLY, LEAST

OF_ALL = {GRADIENTS, STATISTICS, "largest_gradient", "update_ratio"}


def test_everything_is_each_quantity_of_each_layer_once() -> None:
    agenda = Agenda([0, 2], 4, 0.05)
    agenda.begin(0, everything=True)
    due = [(item.quantity, item.layer) for item in agenda.due]
    assert len(due) == len(set(due)) == len(agenda.items)
    assert {quantity for quantity, layer in due if layer < 0} == OF_ALL
    assert {layer for quantity, layer in due if quantity == HISTOGRAM} == {0, 1, 2, 3}
    for quantity in ("gradient_histogram", "weight_histogram", "update_histogram"):
        assert {layer for name, layer in due if name == quantity} == {0, 1}


@pytest.mark.parametrize("measured", [1, 2, 7, 100])
def test_whatever_the_size_each_item_has_its_turn(measured: int) -> None:
    agenda = Agenda(range(measured), measured, 0.05)
    seen = set()
    for step in range(40 * measured + 40):
        agenda.begin(step, everything=False)
        for item in agenda.due:
            item.paid(step, 1e-4)
            seen.add(item)
        agenda.account(1.0, 0.0, 1e-4 * len(agenda.due), 0.0)
    assert seen == set(agenda.items)


@pytest.mark.parametrize("always", [0.0, 0.05], ids=["norms for nothing", "norms for all of it"])
@pytest.mark.parametrize("dear", [0.001, 0.1, 2.0])
def test_what_is_looked_at_leaves_half_to_the_others(dear: float, always: float, monkeypatch) -> None:
    """However dear the histograms of that layer are, and however often somebody wants to see them."""
    monkeypatch.setattr("gradviz.probes.agenda.FOCUS_SECONDS", 0.0)
    agenda = Agenda(range(3), 3, 0.05)
    agenda.focus = 1
    steps, seconds = 20_000, {True: 0.0, False: 0.0}
    taken = dict.fromkeys(agenda.items, 0)
    for step in range(steps):
        agenda.begin(step, everything=False)
        spent = 0.0
        for item in agenda.due:
            cost = dear if item.layer == 1 else 0.001
            item.paid(step, cost)
            taken[item] += 1
            spent += cost
            seconds[item in agenda._out_of_turn] += cost
        agenda.account(1.0, always, spent, 0.0)
    earned = steps * max(SEEN * 0.05 - always, 2 * LEAST * SEEN * 0.05) + EARLY
    for spent in seconds.values():
        assert AFTERMATH * spent < 0.55 * earned + 2 * AFTERMATH * sum(item.cost for item in agenda.items)
    assert min(taken.values()) >= 2
    assert min(item.last for item in agenda.items if item.layer != 1) > steps / 2


def test_a_budget_of_one_is_for_everything_at_every_step_second_passes_too() -> None:
    agenda = Agenda([0], 1, 1.0)
    agenda.expect_replays("again")
    for step in range(5):
        agenda.begin(step, everything=False)
        assert agenda.due == agenda.items
        assert [item.quantity for item in agenda.replays] == ["again"]
        agenda.account(1.0, 0.5, 20.0, 20.0)


def test_second_passes_take_their_share_of_the_budget() -> None:
    agenda = Agenda([0], 1, 0.05)
    agenda.expect_replays("again")
    agenda.expect_replays("once more")
    assert agenda._replays.budget == pytest.approx(REPLAY_SHARE * SEEN * 0.05)
    assert agenda._schedule.budget == pytest.approx((1 - REPLAY_SHARE) * SEEN * 0.05)
