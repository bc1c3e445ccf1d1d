"""The learning-rate range test is a run with a growing rate that ends when there is nothing more to learn."""

from __future__ import annotations

import tempfile
from dataclasses import replace

import pytest
import torch

from gradviz.data.load import load
from gradviz.spec.experiment import (
    ExperimentSpec,
    GroupSpec,
    OptimizerSpec,
    RegularizationSpec,
    ScheduleSpec,
    TrainingSpec,
)
from gradviz.spec.problem import SpecError
from gradviz.training.control import RunControl
from gradviz.training.optimizers import optimizers
from gradviz.training.range_curve import End
from gradviz.training.range_test import RangeTest, RangeTestError, run_range_test

SHORT = RangeTest(low=1e-4, high=1.0, steps=30)


@pytest.fixture
def small(experiment):
    return experiment(optimizer=OptimizerSpec(lr=0.1))


def twin(experiment: ExperimentSpec, test: RangeTest) -> list[float]:
    """By hand: plain SGD on the same network and batches, at rates in equal ratios."""
    from gradviz.data.batches import Batches
    from gradviz.nets.model import build

    data = load(experiment.data, experiment.seed)
    model = build(experiment.model, data.info, experiment.seed).model
    batches = Batches(data.train_x, data.train_y, experiment.data.batch_size, experiment.seed)
    losses = []
    for step in range(test.steps):
        x, y = batches.take(step)
        loss = torch.nn.functional.cross_entropy(model(x), y)
        model.zero_grad()
        loss.backward()
        losses.append(loss.item())
        lr = 10 ** (-4 + 4 * step / (test.steps - 1))
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.sub_(lr * parameter.grad)
    return losses


def test_it_is_the_runs_own_losses_at_growing_rates(small) -> None:
    curve = run_range_test(small, SHORT)
    assert curve.losses == pytest.approx(twin(small, SHORT), rel=1e-4)
    assert (curve.rates[0], curve.rates[-1]) == pytest.approx((1e-4, 1.0))
    ratios = {round(b / a, 9) for a, b in zip(curve.rates, curve.rates[1:], strict=False)}
    assert len(ratios) == 1
    assert curve.ended is End.RANGE
    assert curve.lowest is not None


def test_the_experiments_own_rate_length_and_schedule_do_not_matter(small) -> None:
    other = replace(
        small,
        optimizer=replace(small.optimizer, lr=7.0),
        schedule=ScheduleSpec(name="cosine", warmup=9),
        training=TrainingSpec(epochs=1, device="cpu", patience=1, keep_best=True, checkpoint_every=1),
    )
    assert run_range_test(other, SHORT).losses == run_range_test(small, SHORT).losses


def test_penalties_and_groups_do(small) -> None:
    plain = run_range_test(small, SHORT).losses
    for changed in (
        replace(small, regularization=RegularizationSpec(l2=1.0)),
        replace(
            small, optimizer=replace(small.optimizer, groups=(GroupSpec(layers="Linear 1", frozen=True),))
        ),
    ):
        assert run_range_test(changed, SHORT).losses[1:] != plain[1:]


@pytest.mark.parametrize("name", [name for name in optimizers if name != "Rprop"])
def test_every_optimizer_is_tested(small, name: str) -> None:
    curve = run_range_test(
        replace(small, optimizer=OptimizerSpec(name=name)), RangeTest(low=1e-5, high=10.0, steps=60)
    )
    assert curve.proposal is not None, curve.sentence
    assert 1e-5 < curve.proposal <= 10


def test_rprop_has_no_rate_to_test(small) -> None:
    with pytest.raises(SpecError, match=r"optimizer\.name: has no learning rate"):
        run_range_test(replace(small, optimizer=OptimizerSpec(name="Rprop")), SHORT)


def test_it_ends_when_the_loss_explodes(small) -> None:
    test = RangeTest(low=1e-2, high=1e6, steps=200)
    curve = run_range_test(small, test)
    assert curve.ended is End.EXPLODED
    assert len(curve.rates) < 190
    assert max(curve.losses) > 2 * min(curve.losses)
    assert all(torch.isfinite(torch.tensor(curve.losses)))


def test_a_loss_that_is_not_finite_ends_it(small) -> None:
    curve = run_range_test(small, RangeTest(low=1e20, high=1e38, steps=20))
    assert curve.ended is End.EXPLODED
    assert curve.proposal is None
    assert "begin at a lower rate" in curve.sentence


def test_time_is_up(small) -> None:
    curve = run_range_test(small, RangeTest(steps=10_000), seconds=0.2)
    assert curve.ended is End.STOPPED
    assert 0 < len(curve.rates) < 10_000


def test_it_stops_when_told_and_does_not_pause(small) -> None:
    def poll(waiting: bool) -> None:
        seen.append(waiting)
        control.pause()
        if control.steps_done == 12:
            control.stop()

    seen: list[bool] = []
    control = RunControl(poll)
    curve = run_range_test(small, RangeTest(), control=control)
    assert (curve.ended, len(curve.rates)) == (End.STOPPED, 12)
    assert set(seen) == {False}
    stopped = RunControl()
    stopped.stop()
    with pytest.raises(RangeTestError, match="stopped before its first step"):
        run_range_test(small, RangeTest(), control=stopped)


def test_it_leaves_nothing_behind(small, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    run_range_test(small, SHORT)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(RangeTestError, match="CUDA"):
        run_range_test(replace(small, training=TrainingSpec(steps=1, device="cuda")), SHORT)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"low": 0.0}, "must rise from a rate above 0"),
        ({"low": -1.0}, "must rise"),
        ({"low": 1.0, "high": 1.0}, "must rise"),
        ({"high": float("inf")}, "must rise"),
        ({"low": float("nan")}, "must rise"),
        ({"steps": 5}, "20 to 10,000 steps, not 5"),
        ({"steps": 10**6}, "20 to 10,000 steps"),
    ],
)
def test_a_range_that_is_none(given: dict, said: str) -> None:
    with pytest.raises(RangeTestError, match=said):
        RangeTest(**given)
