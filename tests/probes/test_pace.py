from __future__ import annotations

import pytest

from gradviz.probes.pace import Pace


class Samples:
    def __init__(self) -> None:
        self.kept: dict[str, list[tuple[int, float]]] = {}
        self.lines: list[tuple[str, str]] = []

    def sample(self, quantity: str, step: int, value: float) -> None:
        self.kept.setdefault(quantity, []).append((step, value))

    def log(self, level: str, text: str) -> None:
        self.lines.append((level, text))


def test_about_four_times_a_second() -> None:
    samples = Samples()
    pace = Pace(samples)
    for step in range(1000):
        pace.step(step, total=0.001, cost=0.0002)
    assert len(samples.kept["steps_per_second"]) == pytest.approx(4, abs=1)
    for _, speed in samples.kept["steps_per_second"]:
        assert speed == pytest.approx(1000)
    for _, cost in samples.kept["measuring_cost"]:
        assert cost == pytest.approx(0.25)


def test_a_last_moment_of_measuring_is_not_told_as_what_measuring_costs() -> None:
    """The last step measures everything; alone it would look dearer than the training."""
    samples = Samples()
    pace = Pace(samples)
    for step in range(300):
        pace.step(step, total=0.001, cost=0.0001)
    pace.flush(299)
    told = len(samples.kept["measuring_cost"])
    pace.step(300, total=0.01, cost=0.009)
    pace.flush(300)
    assert len(samples.kept["measuring_cost"]) == told
    assert max(cost for _, cost in samples.kept["measuring_cost"]) < 0.2


def test_flush_tells_of_a_short_run_and_only_once() -> None:
    samples = Samples()
    pace = Pace(samples)
    pace.flush(0)
    pace.step(0, total=0.1, cost=0.0)
    pace.flush(0)
    pace.flush(0)
    assert samples.kept == {"steps_per_second": [(0, pytest.approx(10))], "measuring_cost": [(0, 0.0)]}


@pytest.mark.parametrize(("always", "lines"), [(0.00008, 1), (0.00002, 0)])
def test_norms_that_exceed_the_budget_are_told_of_once(always: float, lines: int) -> None:
    samples = Samples()
    pace = Pace(samples, 0.05)
    for step in range(5_000):
        pace.step(step, total=0.0011, cost=0.0001, always=always)
    assert len(samples.lines) == lines
    for level, text in samples.lines:
        assert level == "info"
        assert "8.0%" in text
        assert "5.0%" in text


def test_slow_first_steps_and_no_budget_are_not_told_of() -> None:
    for budget, steps in ((0.05, 3), (0.0, 50)):
        samples = Samples()
        pace = Pace(samples, budget)
        for step in range(steps):
            pace.step(step, total=0.3, cost=0.1, always=0.1)
        assert not samples.lines


def test_the_cost_is_that_of_the_last_seconds() -> None:
    samples = Samples()
    pace = Pace(samples)
    for step in range(10_000):  # one step in 1,000 takes as much as 40 others
        pace.step(step, total=0.001 if step % 1000 else 0.041, cost=0 if step % 1000 else 0.04)
    settled = [cost for step, cost in samples.kept["measuring_cost"] if step > 5000]
    assert max(settled) == pytest.approx(0.04, rel=0.3)
    assert min(settled) == pytest.approx(0.04, rel=0.3)


def test_what_was_asked_for_is_no_cost_of_the_budget() -> None:
    samples = Samples()
    pace = Pace(samples)
    pace.step(0, total=0.5, cost=0.4, always=0.005, asked=True)
    assert samples.kept["measuring_cost"] == [(0, pytest.approx(0.05))]
    assert samples.kept["steps_per_second"] == [(0, pytest.approx(2))]


def test_one_slow_moment_does_not_make_the_norms_dear() -> None:
    samples = Samples()
    pace = Pace(samples, 0.05)
    for step in range(5_000):
        slow = step == 1_000
        pace.step(
            step,
            total=0.5 if slow else 0.0011,
            cost=0.4 if slow else 0.00002,
            always=0.4 if slow else 0.00002,
        )
    assert not samples.lines
