from __future__ import annotations

import pytest

from gradviz.probes.agenda import REPLAY_SHARE, SEEN, Agenda
from gradviz.probes.passing import GRADIENTS, HISTOGRAM, STATISTICS

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
