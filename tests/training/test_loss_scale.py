from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from gradviz.nets.model import build
from gradviz.records.run import FinishReason
from gradviz.spec.experiment import (
    ClipSpec,
    InitializerSpec,
    LayerSpec,
    MeasureSpec,
    RegularizationSpec,
    TrainingSpec,
)
from gradviz.training import loss_scale, run, trainer
from gradviz.training.loss_scale import LossScale


def scaled(experiment, **changes):
    training = TrainingSpec(steps=12, device="cpu", precision="float16")
    return replace(experiment(), **{"training": training, **changes})


@pytest.fixture
def from_scale(monkeypatch):
    """Lets runs begin with another scale."""

    def begin(first: float) -> None:
        real = LossScale.__init__

        def init(self, *arguments, **given):
            real(self, *arguments, **{**given, "first": first})

        monkeypatch.setattr(LossScale, "__init__", init)

    return begin


def series(reader, quantity: str) -> list[float]:
    return [float(reader.at(quantity, step)[1][0]) for step in range(reader.last_step + 1)]


def test_scale_and_skipped_steps_are_recorded_at_every_step(bench, experiment) -> None:
    status, reader = bench.train(scaled(experiment))
    assert status.finish is FinishReason.COMPLETED
    assert series(reader, "loss_scale") == [65536.0] * 12
    assert series(reader, "skipped_step") == [0.0] * 12
    assert not [e for e in reader.events() if e.kind == "skipped_step"]


def test_steps_that_overflow_are_left_out_until_the_scale_fits(bench, experiment, from_scale) -> None:
    from_scale(2.0**22)
    status, reader = bench.train(scaled(experiment, clip=ClipSpec(method="global_norm")))
    assert status.finish is FinishReason.COMPLETED, status.reason
    skipped = series(reader, "skipped_step")
    count = int(sum(skipped))
    assert 1 <= count < 11
    assert skipped == [1.0] * count + [0.0] * (12 - count)
    scales = series(reader, "loss_scale")
    assert scales == [2.0 ** (22 - min(step, count)) for step in range(12)]
    events = [e for e in reader.events() if e.kind == "skipped_step"]
    assert [(e.step, e.detail) for e in events] == [(s, {"loss_scale": scales[s]}) for s in range(count)]
    assert not [e for e in reader.events() if e.kind == "nonfinite"]
    assert not np.isfinite(reader.at("grad_norm", 0)[1]).all()
    assert np.isfinite(reader.at("grad_norm_clipped", 11)[1]).all()


def test_a_skipped_step_moves_no_weight_and_no_optimizer(bench, experiment, from_scale, monkeypatch) -> None:
    from_scale(2.0**22)
    seen = []

    class Watched(trainer.Trainer):
        def _step(self, step):
            before = [p.detach().clone() for p in self.parameters]
            broken = super()._step(step)
            same = all(torch.equal(a, b) for a, b in zip(before, self.parameters, strict=True))
            seen.append((same, len(self.optimizer.state)))
            return broken

    monkeypatch.setattr("gradviz.training.run.Trainer", Watched)
    optimizer = replace(experiment().optimizer, name="Adam")
    _, reader = bench.train(scaled(experiment, optimizer=optimizer))
    for skipped, (same, states) in zip(series(reader, "skipped_step"), seen, strict=True):
        assert same is (skipped == 1.0)
        assert (states == 0) is (skipped == 1.0)


def test_penalties_and_clipping_see_gradients_as_they_are(bench, experiment, from_scale) -> None:
    clip = ClipSpec(method="global_norm", parameters={"threshold": 0.05})
    spec = scaled(experiment, clip=clip, regularization=RegularizationSpec(l2=0.01))
    readers = []
    for first in (1.0, 2.0**12):
        from_scale(first)
        readers.append(bench.train(spec)[1])
    for quantity in ("grad_norm", "grad_norm_clipped"):
        for step in (0, 11):
            one, other = (reader.at(quantity, step)[1] for reader in readers)
            assert other == pytest.approx(one, rel=0.02)
    assert np.linalg.norm(readers[1].at("grad_norm_clipped", 11)[1]) == pytest.approx(0.05, rel=1e-3)


def test_a_gradient_that_no_scale_makes_finite_ends_the_run(
    bench, experiment, from_scale, monkeypatch
) -> None:
    from_scale(2.0**-22)

    class Root(nn.Module):
        """Its backward pass is infinite where its forward pass is zero."""

        def forward(self, x):
            return (x * 0).sqrt() + x

    def build_broken(*arguments):
        built = build(*arguments)
        tanh = next(layer.module for layer in built.layers if layer.kind == "Tanh")
        built.model.set_submodule(tanh, Root())
        return built

    monkeypatch.setattr(run, "build", build_broken)
    status, reader = bench.train(scaled(experiment))
    assert status.finish is FinishReason.DIVERGED
    assert status.steps == 3
    assert status.reason == (
        "The gradient is not finite at step 2, even with the loss scale down to 2.98e-08: the first "
        "non-finite value appears in the backward pass of Tanh 1."
    )
    assert series(reader, "skipped_step") == [1.0] * 3


def test_state_goes_on_where_it_was(bench, experiment, monkeypatch) -> None:
    made = []
    real = loss_scale.LossScale

    def keep(*arguments, **given):
        made.append(real(*arguments, **given))
        return made[-1]

    monkeypatch.setattr(trainer, "LossScale", keep)
    bench.train(scaled(experiment, measure=MeasureSpec(budget=0.0)))
    state = made[0].state_dict()
    assert (state["scale"], state["_growth_tracker"]) == (65536.0, 12)
    bench.train(scaled(experiment))
    made[1].load_state_dict({**state, "scale": 8.0, "_growth_tracker": 5})
    assert made[1].value == 8.0
    assert made[1].state_dict()["_growth_tracker"] == 5


def test_an_overflow_of_the_forward_pass_is_no_skip_but_the_end(bench, experiment) -> None:
    """What no float16 can hold, no scale of the loss can mend; in float32 the same network trains."""
    model = experiment().model
    wide = LayerSpec(kind="Linear", parameters={"out_features": 8})
    layers = (wide, wide, wide, model.layers[-1])
    start = InitializerSpec(name="normal", parameters={"std": 60.0})
    spec = scaled(experiment, model=replace(model, layers=layers, initializer=start))
    status, reader = bench.train(spec)
    assert (status.finish, status.steps) == (FinishReason.DIVERGED, 1)
    assert status.reason == (
        "The loss is not finite at step 0: "
        "the first non-finite value appears in the forward pass of Linear 3."
    )
    assert not [e for e in reader.events() if e.kind == "skipped_step"]
    exact = replace(spec, training=TrainingSpec(steps=1, device="cpu"))
    assert bench.train(exact)[0].finish is FinishReason.COMPLETED
