from __future__ import annotations

import os
from dataclasses import replace

import pytest
import torch

from gradviz.records.run import FinishReason
from gradviz.spec.experiment import TrainingSpec
from gradviz.training import trainer
from gradviz.training.determinism import deterministic
from gradviz.training.numerics import NumericsError

CPU = torch.device("cpu")


def state() -> tuple[object, ...]:
    return (
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
        torch.backends.cudnn.benchmark,
        os.environ.get("CUBLAS_WORKSPACE_CONFIG"),
    )


@pytest.mark.parametrize("workspace", [None, ":16:8"])
def test_everything_is_as_it_was_afterwards(workspace, monkeypatch) -> None:
    monkeypatch.setattr(torch.backends.cudnn, "benchmark", True)
    if workspace is None:
        monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG", raising=False)
    else:
        monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", workspace)
    before = state()
    with deterministic(CPU, wanted=True):
        assert state() == (True, False, False, workspace or ":4096:8")
    assert state() == before
    with pytest.raises(KeyError), deterministic(CPU, wanted=True):
        raise KeyError
    assert state() == before
    with deterministic(CPU, wanted=False):
        assert state() == before


def test_an_operation_without_a_kernel_is_named() -> None:
    with pytest.raises(NumericsError) as caught, deterministic(CPU, wanted=True):
        torch.zeros(5).put_(torch.tensor([1, 1]), torch.tensor([1.0, 2.0]))
    assert str(caught.value) == (
        "training.deterministic is true, but “put_”, which this run needs, has no deterministic kernel on "
        "cpu; train without it or on another device"
    )
    with pytest.raises(RuntimeError, match="other"), deterministic(CPU, wanted=True):
        raise RuntimeError("other")


def test_a_run_is_deterministic_and_the_next_one_is_not(bench, experiment, monkeypatch) -> None:
    seen = []

    class Watched(trainer.Trainer):
        def _loop(self):
            seen.append(torch.are_deterministic_algorithms_enabled())
            return super()._loop()

    monkeypatch.setattr("gradviz.training.run.Trainer", Watched)
    spec = replace(experiment(), training=TrainingSpec(steps=3, device="cpu", deterministic=True))
    for one in (spec, experiment(steps=3)):
        assert bench.train(one)[0].finish is FinishReason.COMPLETED
    assert seen == [True, False]


def test_a_run_that_cannot_be_deterministic_says_so(bench, experiment, monkeypatch) -> None:
    class Scattering(trainer.Trainer):
        def _step(self, step):
            torch.zeros(5).put_(torch.tensor([1, 1]), torch.tensor([1.0, 2.0]))
            return super()._step(step)

    monkeypatch.setattr("gradviz.training.run.Trainer", Scattering)
    spec = replace(experiment(), training=TrainingSpec(steps=3, device="cpu", deterministic=True))
    status, _ = bench.train(spec)
    assert status.finish is FinishReason.FAILED
    assert status.reason.startswith("training.deterministic is true, but “put_”")
    assert not torch.are_deterministic_algorithms_enabled()
