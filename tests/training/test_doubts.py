"""What is surely a mistake is warned of; a batch of one sample before a batch normalisation is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gradviz.records.run import FinishReason
from gradviz.spec.experiment import DataSpec, GroupSpec, LayerSpec, ModelSpec, OptimizerSpec, ScheduleSpec
from gradviz.training.control import RunControl
from gradviz.training.run import train

DATA = {"samples": 60}  # 48 of them train


def warned(reader) -> list[str]:
    return [line.text for line in reader.logs() if line.level == "warning"]


def frozen_until(step: int) -> OptimizerSpec:
    return OptimizerSpec(groups=(GroupSpec(layers="Linear 1", frozen=True, unfreeze_at=step),))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"optimizer": frozen_until(3)}, "optimizer.groups[0].unfreeze_at = 3 is never reached"),
        ({"optimizer": frozen_until(2)}, ""),
        ({"schedule": ScheduleSpec(warmup=3)}, "schedule.warmup = 3 takes the whole run of 3 steps"),
        ({"schedule": ScheduleSpec(warmup=2)}, ""),
        (
            {"data": DataSpec(name="moons", batch_size=49, parameters=DATA)},
            "more than the 48 training samples",
        ),
        ({"data": DataSpec(name="moons", batch_size=48, parameters=DATA)}, ""),
    ],
)
def test_what_has_no_effect_is_warned_of(bench, experiment, changes, said) -> None:
    status, reader = bench.train(replace(experiment(steps=3), **changes))
    assert status.finish is FinishReason.COMPLETED
    assert len(warned(reader)) == bool(said)
    assert said in "".join(warned(reader))


def with_norm(experiment, batch_size: int, steps: int):
    layers = (
        LayerSpec(kind="Linear", parameters={"out_features": 4}),
        LayerSpec(kind="BatchNorm1d"),
        LayerSpec(kind="Linear", parameters={"out_features": "classes"}),
    )
    data = DataSpec(name="moons", batch_size=batch_size, parameters=DATA)
    return replace(experiment(steps=steps), data=data, model=ModelSpec(layers=layers))


@pytest.mark.parametrize(
    ("batch_size", "steps", "said"),
    [
        (1, 1, "every batch has a single sample, and BatchNorm1d 1 normalises"),
        (47, 2, "the last batch of an epoch of 48 samples has a single sample"),
        (47, 1, ""),
        (46, 2, ""),
    ],
)
def test_a_single_sample_before_a_batch_normalisation(experiment, tmp_path, batch_size, steps, said) -> None:
    store = tmp_path / "store"
    status = train(with_norm(experiment, batch_size, steps), store, RunControl(), run_id="r")
    assert status.finish is (FinishReason.FAILED if said else FinishReason.COMPLETED)
    assert said in status.reason
    assert store.exists() is not bool(said)
    if said:
        assert status.reason.startswith("data.batch_size: ")
        assert "or use LayerNorm" in status.reason


def test_a_frozen_batch_normalisation_takes_single_samples(experiment, tmp_path) -> None:
    frozen = OptimizerSpec(groups=(GroupSpec(layers="BatchNorm*", frozen=True),))
    asked = replace(with_norm(experiment, 1, 2), optimizer=frozen)
    status = train(asked, tmp_path / "store", RunControl(), run_id="r")
    assert status.finish is FinishReason.COMPLETED
