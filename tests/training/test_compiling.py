from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from gradviz.records.run import FinishReason
from gradviz.spec.experiment import DataSpec, LayerSpec, TrainingSpec
from gradviz.training import compiling
from gradviz.training.compiling import Compiled


def compiled(experiment, **changes):
    training = TrainingSpec(steps=6, device="cpu", compile=True)
    data = DataSpec(name="moons", batch_size=80, parameters={"samples": 100})
    return replace(experiment(), data=data, training=training, **changes)


def losses(reader) -> list[float]:
    return [float(reader.at("train_loss", step)[1][0]) for step in range(reader.last_step + 1)]


def test_a_compiled_network_trains_as_without_and_is_let_go(bench, experiment, monkeypatch) -> None:
    """With dropout, since random numbers must be those that are drawn without compiling."""
    made = []

    class Watched(Compiled):
        def close(self):
            made.append(self.works)
            super().close()

    monkeypatch.setattr("gradviz.training.computation.Compiled", Watched)
    spec = compiled(experiment)
    layers = (*spec.model.layers[:2], LayerSpec(kind="Dropout"), spec.model.layers[2])
    spec = replace(spec, model=replace(spec.model, layers=layers))
    status, reader = bench.train(spec)
    assert status.finish is FinishReason.COMPLETED, status.reason
    assert made == [True], [line.text for line in reader.logs()]
    _, plain = bench.train(replace(spec, training=replace(spec.training, compile=False)))
    assert losses(reader) == pytest.approx(losses(plain), rel=1e-5)
    for step in (0, 5):
        assert reader.at("grad_norm", step)[1] == pytest.approx(plain.at("grad_norm", step)[1], rel=1e-4)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (RuntimeError("InvalidCxxCompiler: No working C++ compiler found in x"), "there is no C++ compiler"),
        (ValueError("\nsome graph broke:\nmore"), "torch.compile failed (some graph broke)"),
        (KeyError(), "torch.compile failed (KeyError)"),
    ],
)
@pytest.mark.parametrize("when", ["making", "first", "later"])
def test_where_compiling_fails_the_run_goes_on_without(
    when: str, error: Exception, said: str, *, bench, experiment, monkeypatch
) -> None:
    def compile_badly(model, **_given):
        calls = []

        def call(x):
            calls.append(1)
            if when == "first" or len(calls) > 3:
                raise error
            return model(x)

        if when == "making":
            raise error
        return call

    monkeypatch.setattr(compiling, "import_module", lambda _name: None)
    monkeypatch.setattr(torch, "compile", compile_badly)
    spec = compiled(experiment)
    status, reader = bench.train(spec)
    assert status.finish is FinishReason.COMPLETED, status.reason
    (line,) = [line for line in reader.logs() if line.level == "warning"]
    assert line.text.startswith(f"The network is trained without compiling: {said}")
    assert "\n" not in line.text
    _, plain = bench.train(replace(spec, training=replace(spec.training, compile=False)))
    assert losses(reader) == losses(plain)


def test_a_network_that_is_broken_says_so_itself(bench, experiment, monkeypatch) -> None:
    def compile_badly(model, **_given):
        def call(x):
            raise RuntimeError("compiler")

        monkeypatch.setattr(type(model), "forward", lambda *_: 1 / 0)
        return call

    monkeypatch.setattr(compiling, "import_module", lambda _name: None)
    monkeypatch.setattr(torch, "compile", compile_badly)
    status, _ = bench.train(compiled(experiment))
    assert status.finish is FinishReason.FAILED
    assert "division by zero" in status.reason
