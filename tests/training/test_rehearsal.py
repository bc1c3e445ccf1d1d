from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

from gradviz.nets.model import build
from gradviz.records.run import FinishReason
from gradviz.spec.experiment import LayerSpec, TrainingSpec
from gradviz.training import run


class Picky(nn.Module):
    """Computes in some numbers and not in others."""

    def __init__(self, *refused: torch.dtype) -> None:
        super().__init__()
        self.refused = refused

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.dtype in self.refused:
            raise RuntimeError("could not create a primitive descriptor. Run with more words\nand more")
        return x.tanh()


@pytest.fixture
def picky(monkeypatch):
    def refuse(*dtypes: torch.dtype) -> None:
        def build_picky(*arguments):
            built = build(*arguments)
            tanh = next(layer.module for layer in built.layers if layer.kind == "Tanh")
            built.model.set_submodule(tanh, Picky(*dtypes))
            return built

        monkeypatch.setattr(run, "build", build_picky)

    return refuse


def spec(experiment, precision: str):
    return replace(experiment(), training=TrainingSpec(steps=3, device="cpu", precision=precision))


@pytest.mark.parametrize(
    ("precision", "instead"), [("float16", "“bfloat16” or “float32”"), ("bfloat16", "“float32”")]
)
def test_numbers_that_the_device_cannot_compute_in_are_named_before_the_first_step(
    precision: str, instead: str, bench, experiment, picky
) -> None:
    picky(getattr(torch, precision))
    status, reader = bench.train(spec(experiment, precision))
    assert (status.finish, status.steps, reader.last_step) == (FinishReason.FAILED, 0, -1)
    assert status.reason == (
        f"training.precision is “{precision}”, in which this device cannot compute this network "
        f"(could not create a primitive descriptor); use {instead}."
    )


def test_what_fails_in_any_numbers_is_not_the_precisions_fault(bench, experiment, picky) -> None:
    picky(torch.float16, torch.float32)
    status, _ = bench.train(spec(experiment, "float16"))
    assert status.finish is FinishReason.FAILED
    assert "precision" not in status.reason
    assert "could not create a primitive" in status.reason


def test_the_trial_leaves_no_trace(bench, experiment, monkeypatch) -> None:
    plain = spec(experiment, "bfloat16")
    layers = plain.model.layers
    dropout, norm = LayerSpec(kind="Dropout"), LayerSpec(kind="BatchNorm1d")
    plain = replace(plain, model=replace(plain.model, layers=(*layers[:2], norm, dropout, layers[2])))
    _, with_trial = bench.train(plain)
    monkeypatch.setattr("gradviz.training.computation.rehearse", lambda *_, **__: None)
    _, without = bench.train(plain)
    for step in range(3):
        for quantity in ("train_loss", "grad_norm"):
            assert (with_trial.at(quantity, step)[1] == without.at(quantity, step)[1]).all()
    for quantity in ("val_loss", "val_accuracy"):
        assert (with_trial.samples(quantity)[1] == without.samples(quantity)[1]).all()
