"""Every schedule against torch's own over a whole run; warm-up, bounds and what is left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler

from gradviz.spec.experiment import OptimizerSpec, ScheduleSpec
from gradviz.spec.problem import SpecError
from gradviz.training.learning_rate import LearningRate, build_schedule, check_schedule, is_scheduled
from gradviz.training.optimizers import build_optimizer
from gradviz.training.schedules import schedules

STEPS, LR = 60, 0.3
Twin = Callable[[torch.optim.Optimizer], Any]
TWINS: dict[str, list[tuple[dict[str, Any], Twin]]] = {
    "constant": [({}, lambda o: lr_scheduler.ConstantLR(o, factor=1.0))],
    "step": [
        ({"step_size": 7, "gamma": 0.5}, lambda o: lr_scheduler.StepLR(o, 7, 0.5)),
        ({}, lambda o: lr_scheduler.StepLR(o, 20, 0.1)),
    ],
    "multi_step": [
        ({"milestones": [20, 5, 20], "gamma": 0.5}, lambda o: lr_scheduler.MultiStepLR(o, [5, 20, 20], 0.5)),
        ({}, lambda o: lr_scheduler.MultiStepLR(o, [30, 45], 0.1)),
    ],
    "exponential": [({"gamma": 0.9}, lambda o: lr_scheduler.ExponentialLR(o, 0.9))],
    "linear": [
        ({"end_factor": 0.2, "steps": 25}, lambda o: lr_scheduler.LinearLR(o, 1.0, 0.2, 25)),
        ({}, lambda o: lr_scheduler.LinearLR(o, 1.0, 0.0, STEPS)),
    ],
    "cosine": [
        ({"eta_min": 0.1}, lambda o: lr_scheduler.CosineAnnealingLR(o, STEPS, 0.1 * LR)),
        ({}, lambda o: lr_scheduler.CosineAnnealingLR(o, STEPS)),
    ],
    "warm_restarts": [
        (
            {"first_cycle": 5, "multiply": 3, "eta_min": 0.1},
            lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 5, 3, 0.1 * LR),
        ),
        ({"first_cycle": 8, "multiply": 1}, lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 8, 1)),
        ({}, lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 9, 2)),
    ],
    "one_cycle": [
        ({}, lambda o: lr_scheduler.OneCycleLR(o, LR, STEPS)),
        (
            {
                "pct_start": 0.41,
                "div_factor": 10.0,
                "final_div_factor": 50.0,
                "anneal_strategy": "linear",
                "base_momentum": 0.7,
                "max_momentum": 0.9,
            },
            lambda o: lr_scheduler.OneCycleLR(
                o,
                LR,
                STEPS,
                pct_start=0.41,
                div_factor=10,
                final_div_factor=50,
                anneal_strategy="linear",
                base_momentum=0.7,
                max_momentum=0.9,
            ),
        ),
        ({"cycle_momentum": False}, lambda o: lr_scheduler.OneCycleLR(o, LR, STEPS, cycle_momentum=False)),
    ],
    "plateau": [
        (
            {"patience": 2, "factor": 0.5, "cooldown": 1, "min_factor": 0.2},
            lambda o: lr_scheduler.ReduceLROnPlateau(o, "min", 0.5, 2, cooldown=1, min_lr=0.2 * LR),
        ),
        (
            {"patience": 0, "threshold": 0.05, "threshold_mode": "abs"},
            lambda o: lr_scheduler.ReduceLROnPlateau(
                o, "min", 0.1, 0, threshold=0.05, threshold_mode="abs", eps=0
            ),
        ),
        ({}, lr_scheduler.ReduceLROnPlateau),
    ],
}
CASES = [
    pytest.param(name, *case, id=f"{name}-{i}") for name in schedules for i, case in enumerate(TWINS[name])
]


def optimizer(name: str = "SGD") -> torch.optim.Optimizer:
    spec = OptimizerSpec(name=name, lr=LR, parameters={"momentum": 0.9} if name == "SGD" else {})
    return build_optimizer(spec, [nn.Parameter(torch.zeros(1))])


def loss_at(step: int) -> float:
    """Falls, then stands still: something for a plateau to see."""
    return max(1.0 / (1 + step), 0.1) + 0.001 * (step % 3)


def course(spec: ScheduleSpec, made: torch.optim.Optimizer) -> list[tuple[float, float]]:
    rate = LearningRate(spec, made, LR, STEPS)
    seen = []
    for step in range(STEPS):
        rate.at(step)
        assert made.param_groups[0]["lr"] == pytest.approx(rate.now)
        seen.append(state(made))
        rate.observe(loss_at(step))
    return seen


def state(made: torch.optim.Optimizer) -> tuple[float, float]:
    group = made.param_groups[0]
    return group["lr"], group["betas"][0] if "betas" in group else group["momentum"]


@pytest.mark.parametrize("kind", ["SGD", "Adam"])
@pytest.mark.parametrize(("name", "given", "twin"), CASES)
@pytest.mark.filterwarnings("ignore:Detected call of `lr_scheduler.step")
def test_every_schedule_is_torchs(name: str, given: dict, twin: Twin, kind: str) -> None:
    theirs = optimizer(kind)
    scheduler = twin(theirs)
    wanted = []
    for step in range(STEPS):
        wanted.append(state(theirs))
        scheduler.step(*([loss_at(step)] if name == "plateau" else []))
    got = course(ScheduleSpec(name=name, parameters=given), optimizer(kind))
    torch.testing.assert_close(torch.tensor(got), torch.tensor(wanted), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", [name for name in schedules if name not in ("plateau", "one_cycle")])
@pytest.mark.filterwarnings("ignore:Detected call of `lr_scheduler.step")
def test_warm_up_in_front_is_torchs(name: str) -> None:
    theirs = optimizer()
    given, twin = {
        "cosine": ({"steps": 50}, lambda o: lr_scheduler.CosineAnnealingLR(o, 50)),
        "linear": ({"steps": 50}, lambda o: lr_scheduler.LinearLR(o, 1.0, 0.0, 50)),
        "step": ({"step_size": 7}, lambda o: lr_scheduler.StepLR(o, 7)),
        "multi_step": ({"milestones": [9]}, lambda o: lr_scheduler.MultiStepLR(o, [9])),
        "warm_restarts": (
            {"first_cycle": 9},
            lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 9, 2),
        ),
    }.get(name, TWINS[name][0])
    rise = lr_scheduler.LinearLR(theirs, 0.1, 1.0, 9)
    for step in range(10):
        rise_wanted = 0.1 + 0.9 * step / 9
        assert theirs.param_groups[0]["lr"] == pytest.approx(LR * rise_wanted)
        rise.step()
    then = optimizer()
    scheduler = twin(then)
    wanted = [LR * (step + 1) / 10 for step in range(10)]
    for _ in range(STEPS - 10):
        wanted.append(then.param_groups[0]["lr"])
        scheduler.step()
    got = [lr for lr, _ in course(ScheduleSpec(name=name, warmup=10, parameters=given), optimizer())]
    assert got == pytest.approx(wanted, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("name", list(schedules))
@pytest.mark.parametrize("steps", [1, 2, 3, 5])
@pytest.mark.parametrize("warmup", [0, 2, 9])
def test_the_shortest_runs_and_what_comes_after_them_have_a_rate(name: str, steps: int, warmup: int) -> None:
    schedule = build_schedule(ScheduleSpec(name=name, warmup=warmup), steps)
    for step in (*range(steps), steps, 10 * steps, 10**9):
        assert 0 <= schedule.factor(step) <= 1
        assert schedule.momentum is None or 0.85 <= schedule.momentum(step) <= 0.95


@pytest.mark.parametrize("name", list(schedules))
def test_every_parameter_has_a_twin(name: str) -> None:
    given = {key for case in TWINS[name] for key in case[0]}
    assert {parameter.name for parameter in schedules.entry(name).parameters} - given <= {
        "steps",
        "threshold",
        "threshold_mode",
    }


def test_the_rest_of_the_run_is_the_schedules() -> None:
    with_warmup = build_schedule(ScheduleSpec(name="cosine", warmup=10), STEPS)
    alone = build_schedule(ScheduleSpec(name="cosine"), STEPS - 10)
    assert [with_warmup.factor(step + 10) for step in range(50)] == [alone.factor(s) for s in range(50)]


def test_cosine_and_one_cycle_stay_at_their_end() -> None:
    assert build_schedule(ScheduleSpec(name="cosine", parameters={"eta_min": 0.1}), 10).factor(25) == 0.1
    last = build_schedule(ScheduleSpec(name="one_cycle"), 10)
    assert last.factor(25) == pytest.approx(1 / 25 / 1e4)


def test_momentum_that_nobody_asked_for_stays_off() -> None:
    made = build_optimizer(OptimizerSpec(lr=LR), [nn.Parameter(torch.zeros(1))])
    LearningRate(ScheduleSpec(name="one_cycle"), made, LR, STEPS).at(5)
    assert made.param_groups[0]["momentum"] == 0


def test_another_base_keeps_schedule_and_factors() -> None:
    groups = [{"params": [nn.Parameter(torch.zeros(1))], "lr_factor": factor} for factor in (1.0, 0.1)]
    made = build_optimizer(OptimizerSpec(lr=LR), groups)
    rate = LearningRate(ScheduleSpec(name="step", parameters={"step_size": 10}), made, LR, STEPS)
    rate.at(10)
    rate.change(0.5)
    assert [group["lr"] for group in made.param_groups] == pytest.approx([0.05, 0.005])
    rate.at(20)
    assert [group["lr"] for group in made.param_groups] == pytest.approx([0.005, 0.0005])
    assert rate.now == pytest.approx(0.005)


def test_without_a_schedule_only_a_command_moves_it() -> None:
    made = optimizer()
    rate = LearningRate(ScheduleSpec(), made, LR, STEPS)
    rate.at(30)
    assert (rate.scheduled, rate.now, made.param_groups[0]["lr"]) == (False, LR, LR)
    rate.change(0.1)
    rate.at(31)
    assert (rate.now, made.param_groups[0]["lr"]) == (0.1, 0.1)


@pytest.mark.parametrize("name", list(schedules))
def test_a_state_goes_on_where_it_was_taken(name: str) -> None:
    given = {"patience": 3} if name == "plateau" else {}
    spec = ScheduleSpec(name=name, warmup=4, parameters=given)
    whole = course(spec, optimizer())
    made = optimizer()
    first = LearningRate(spec, made, LR, STEPS)
    for step in range(33):
        first.at(step)
        first.observe(loss_at(step))
    later = optimizer()
    second = LearningRate(spec, later, LR, STEPS)
    second.load_state_dict(first.state_dict())
    rest = []
    for step in range(33, STEPS):
        second.at(step)
        rest.append(state(later))
        second.observe(loss_at(step))
    assert rest == whole[33:]


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"base": "x"},
        {"base": float("nan")},
        {"base": 0.1},
        {"base": 0.1, "factor": 1},
        {"base": 0.1, "factor": 1, "plateau": {"bad": 1}},
    ],
)
def test_a_state_that_is_none_is_a_sentence(state: dict) -> None:
    with pytest.raises(ValueError, match="lacks"):
        LearningRate(ScheduleSpec(name="plateau"), optimizer(), LR, STEPS).load_state_dict(state)


def test_a_loss_that_is_not_finite_is_no_better() -> None:
    spec = ScheduleSpec(name="plateau", parameters={"patience": 1})
    rate = LearningRate(spec, optimizer(), LR, STEPS)
    answers = [rate.observe(loss) for loss in (1.0, float("nan"), float("inf"))]
    assert answers == [None, None, pytest.approx(0.1 * LR)]


def test_what_is_recorded_at_every_step() -> None:
    assert not is_scheduled(ScheduleSpec())
    assert is_scheduled(ScheduleSpec(warmup=1))
    assert is_scheduled(ScheduleSpec(name="plateau"))


@pytest.mark.parametrize(("spec", "where"), [({"name": "cosine"}, "name"), ({"warmup": 5}, "warmup")])
def test_rprop_takes_no_schedule(spec: dict, where: str) -> None:
    check_schedule(ScheduleSpec(**spec), OptimizerSpec(name="SGD"))
    check_schedule(ScheduleSpec(), OptimizerSpec(name="Rprop"))
    with pytest.raises(SpecError, match=f"schedule.{where}: changes nothing"):
        check_schedule(ScheduleSpec(**spec), OptimizerSpec(name="Rprop"))
