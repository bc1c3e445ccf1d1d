"""Precision, accumulation, compiling, determinism, early stopping and seeds of their own in a script."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from exported import layer, same_network, small

from gradviz.data.load import describe
from gradviz.export.pytorch import export_pytorch
from gradviz.spec.experiment import (
    AugmentationSpec,
    ClipSpec,
    DataSpec,
    InitializerSpec,
    OptimizerSpec,
    SeedsSpec,
    TrainingSpec,
)

DRAWING = (
    layer("Flatten"),
    layer("Linear", out_features=8),
    layer("Tanh"),
    layer("Dropout"),
    layer("Linear", out_features="classes"),
)


def trained(*layers, training=None, **changes):
    return small(
        *(layers or DRAWING), training=TrainingSpec(steps=12, device="cpu", **(training or {})), **changes
    )


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
@pytest.mark.parametrize("accumulate", [1, 2])
def test_a_precision_has_the_same_losses_and_validation(workshop, same_losses, precision, accumulate):
    experiment = trained(
        training={"precision": precision, "accumulate": accumulate},
        clip=ClipSpec(method="global_norm", parameters={"threshold": 0.05}),
    )
    same_losses(experiment)
    same_losses(replace(experiment, training=replace(experiment.training, patience=9)))


def test_a_step_that_overflows_is_left_out(same_losses, monkeypatch):
    """The first scale, 65,536, is too large for such weights."""
    scales = []

    class Watched(torch.amp.GradScaler):
        def update(self):
            super().update()
            scales.append(self.get_scale())

    monkeypatch.setattr(torch.amp, "GradScaler", Watched)
    start = InitializerSpec(name="normal", parameters={"std": 20.0})
    wide = layer("Linear", out_features=64, initializer=start)
    same_losses(trained(wide, layer("Linear", out_features="classes"), training={"precision": "float16"}))
    engine, script = scales[:10], scales[10:]
    assert engine == script
    assert min(script) < 2**16


def test_no_scale_that_is_low_enough_ends_training_on_both_sides(workshop, same_losses, monkeypatch):
    class Falling(torch.amp.GradScaler):
        def update(self):
            super().update(self.get_scale() / 2**10)

    monkeypatch.setattr(torch.amp, "GradScaler", Falling)
    experiment = trained(training={"precision": "float16"})
    assert len(workshop.engine_losses(experiment, 10)) == 5
    same_losses(experiment)


@pytest.mark.parametrize("accumulate", [2, 3, 7])
def test_several_batches_a_step_have_the_same_losses(same_losses, accumulate):
    same_losses(trained(training={"accumulate": accumulate}))


def test_epochs_are_as_many_steps_of_several_batches(workshop):
    experiment = small(training=TrainingSpec(epochs=3, device="cpu", accumulate=2))
    assert len(workshop.script(experiment).train()) == 8


def test_compiling_is_a_line_and_draws_the_same(workshop, same_losses, monkeypatch):
    asked = []
    monkeypatch.setattr(torch, "compile", lambda model, **given: asked.append(given) or model)
    experiment = trained(training={"compile": True})
    plain = workshop.engine_losses(trained(), 10)
    assert workshop.script(experiment).train(steps=10) == pytest.approx(plain, rel=1e-6)
    assert asked == [{"options": {"fallback_random": True}}]


@pytest.mark.parametrize("device", ["cpu", "auto"])
def test_deterministic_kernels_are_asked_for_when_it_runs(device, monkeypatch):
    text = export_pytorch(trained(training={"deterministic": True}))
    assert "    torch.use_deterministic_algorithms(True)\n    model = build_model()" in text
    assert "CUBLAS" not in text
    other = export_pytorch(small(training=TrainingSpec(steps=12, deterministic=True)))
    assert 'os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")' in other


@pytest.mark.parametrize("accumulate", [1, 2])
def test_training_ends_early_where_the_engine_does(workshop, capsys, accumulate):
    experiment = small(
        optimizer=OptimizerSpec(lr=30.0),
        training=TrainingSpec(steps=60, device="cpu", patience=2, accumulate=accumulate),
    )
    wanted = workshop.engine_losses(experiment, 60)
    assert len(wanted) < 60
    assert workshop.script(experiment).train() == pytest.approx(wanted, rel=1e-4)
    assert f"stopped early at step {len(wanted)}" in capsys.readouterr().out


@pytest.mark.parametrize("use", ["weights", "data", "dropout"])
def test_a_seed_of_its_own_moves_what_it_is_for(workshop, same_losses, use):
    experiment = replace(
        trained(augmentation=AugmentationSpec(flip=True), seeds=SeedsSpec(**{use: 2**62 + 7})),
        data=DataSpec(name="digits", batch_size=16),
    )
    same_losses(experiment)
    wanted, other = (
        workshop.engine_losses(spec, 3) for spec in (experiment, replace(experiment, seeds=SeedsSpec()))
    )
    assert wanted != other
    lines = export_pytorch(experiment).splitlines()
    assert {f"{use.upper()}_SEED = {2**62 + 7}", "SEED = 0"} <= set(lines)


def test_a_start_that_looks_at_data_takes_the_seed_of_the_data(workshop):
    start = InitializerSpec(name="lsuv")
    experiment = trained(seeds=SeedsSpec(data=5, weights=6), model=small(*DRAWING, initializer=start).model)
    module = workshop.script(experiment)
    batch, _ = module.Batches(*module.load_data()[:2], 16, 5).take(0)
    same_network(module, experiment.model, describe(experiment.data), seed=6, batch=batch)


def test_three_seeds_leave_no_use_for_the_one():
    lines = export_pytorch(small(seeds=SeedsSpec(weights=1, data=2, dropout=3))).splitlines()
    assert not any(line.startswith("SEED") for line in lines)
