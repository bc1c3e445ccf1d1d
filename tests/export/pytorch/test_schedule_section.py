"""Schedules in a script are the engine's, step by step."""

from __future__ import annotations

import pytest
from exported import small

from gradviz.export.pytorch import export_pytorch, schedule_section
from gradviz.export.registry import ExportError
from gradviz.spec.experiment import OptimizerSpec, ScheduleSpec, TrainingSpec
from gradviz.training.learning_rate import build_schedule
from gradviz.training.schedules import schedules

CASES = [
    ("step", {"step_size": 3, "gamma": 0.5}),
    ("multi_step", {"milestones": [2, 7], "gamma": 0.3}),
    ("linear", {"end_factor": 0.1, "steps": 6}),
    ("cosine", {"eta_min": 0.2, "steps": 7}),
    ("warm_restarts", {"first_cycle": 3, "multiply": 1, "eta_min": 0.1}),
    ("warm_restarts", {"first_cycle": 2, "multiply": 3}),
    ("one_cycle", {"anneal_strategy": "linear", "cycle_momentum": False}),
    ("one_cycle", {"pct_start": 0.0}),
    ("plateau", {"factor": 0.5, "patience": 0, "threshold": 0.5, "threshold_mode": "abs"}),
]


def factor_of(spec):
    """The function of the script."""
    settings, definitions = schedule_section.schedule_texts(spec, schedule_section.Sources())
    module = {}
    exec("\n".join(["import math", *settings, *definitions]), module)
    return module["lr_factor"]


@pytest.mark.parametrize("warmup", [0, 1, 4])
@pytest.mark.parametrize(
    ("name", "given"),
    [case for case in [*((name, {}) for name in schedules), *CASES] if case[0] != "plateau"],
)
def test_the_factor_is_the_engines_at_every_step(name, given, warmup):
    spec = ScheduleSpec(name=name, warmup=warmup, parameters=given)
    for steps in (1, 2, 10, 100):
        wanted, got = build_schedule(spec, steps).factor, factor_of(spec)
        for step in range(steps + 20):
            assert got(step, steps) == pytest.approx(wanted(step), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(
    ("name", "given", "warmup"), [*((name, {}, 4) for name in schedules), ("cosine", {}, 0), (*CASES[-1], 0)]
)
def test_every_schedule_has_the_same_losses(same_losses, name, given, warmup):
    spec = ScheduleSpec(name=name, warmup=warmup, parameters=given)
    same_losses(small(schedule=spec, training=TrainingSpec(steps=12, device="cpu")), steps=14)


@pytest.mark.parametrize(
    "optimizer",
    [
        OptimizerSpec(name="Adam", lr=0.05),
        OptimizerSpec(name="SGD", lr=0.05, parameters={"momentum": 0.9}),
        OptimizerSpec(name="Muon", lr=0.05),
    ],
)
@pytest.mark.parametrize("warmup", [0, 3])
def test_one_cycle_moves_the_momentum(same_losses, optimizer, warmup):
    same_losses(small(optimizer=optimizer, schedule=ScheduleSpec(name="one_cycle", warmup=warmup)))


def test_a_constant_rate_has_no_function():
    assert "lr_factor" not in export_pytorch(small())


def test_a_schedule_that_no_script_has_is_told(monkeypatch):
    monkeypatch.delitem(schedule_section._BODIES, "cosine")
    with pytest.raises(ExportError) as caught:
        export_pytorch(small(schedule=ScheduleSpec(name="cosine")))
    assert str(caught.value) == (
        "schedule.name = “cosine” cannot be written as a script; take it out to export the rest"
    )


def test_a_schedule_that_would_change_nothing_is_refused():
    with pytest.raises(ExportError, match="Rprop takes the learning rate as its first step only"):
        export_pytorch(small(optimizer=OptimizerSpec(name="Rprop"), schedule=ScheduleSpec(name="cosine")))
