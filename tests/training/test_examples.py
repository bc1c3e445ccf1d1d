"""What the bundled experiments are there to show, in figures."""

from __future__ import annotations

from dataclasses import replace

from gradviz.engine.catalogue import full_catalogue
from gradviz.paths import resources
from gradviz.records.run import FinishReason
from gradviz.spec.examples import load_experiment


def example(name: str, *settings: str):
    return load_experiment(f"example:{name}", full_catalogue(), resources() / "examples", settings)


def ratio(reader, step: int) -> float:
    norms = reader.at("grad_norm", step)[1]
    return float(norms[0]) / float(norms[-1])


def test_vanishing(bench) -> None:
    _, reader = bench.train(example("vanishing", "training.steps=60"))
    assert 0 < ratio(reader, 0) < 1e-6
    assert 0 < ratio(reader, 59) < 1e-6


def test_vanishing_cured(bench) -> None:
    _, reader = bench.train(example("vanishing-cured"))
    assert ratio(reader, 0) > 1e-2
    assert ratio(reader, 999) > 1e-2
    assert reader.sample_at("val_accuracy", 999)[1][0] >= 0.93


def test_exploding(bench) -> None:
    _, reader = bench.train(example("exploding", "training.steps=300"))
    assert all(ratio(reader, step) > 1e3 for step in (0, 100, 200, 299))
    assert ratio(reader, 0) > 1e4


def test_exploding_vanishes_where_a_step_is_large(bench) -> None:
    _, reader = bench.train(example("exploding", "training.steps=20", "optimizer.lr=0.01"))
    assert ratio(reader, 0) > 1e4
    assert ratio(reader, 19) < 1e-3


def test_exploding_cured(bench) -> None:
    _, reader = bench.train(example("exploding-cured"))
    assert 1e-2 < ratio(reader, 0) < 1e2
    assert reader.sample_at("val_accuracy", 999)[1][0] >= 0.90


def test_overflow(bench) -> None:
    status, reader = bench.train(example("overflow"))
    assert status.finish is FinishReason.DIVERGED
    assert "at step 1: " in status.reason
    assert "forward pass of Linear 4" in status.reason
    (event,) = [e for e in reader.events() if e.kind == "nonfinite"]
    assert (event.step, event.layer, event.detail["direction"]) == (1, "Linear 4", "forward")


def test_fifty_sigmoid_layers_have_a_first_norm_that_is_tiny_and_not_zero(bench) -> None:
    spec = example("vanishing", "training.steps=3")
    block = spec.model.layers[1]
    deeper = replace(block, parameters={**block.parameters, "times": 50})
    layers = (spec.model.layers[0], deeper, spec.model.layers[2])
    _, reader = bench.train(replace(spec, model=replace(spec.model, layers=layers)))
    norms = reader.at("grad_norm", 0)[1]
    assert len(norms) == 51
    assert 1e-33 < norms[0] < 1e-29
    assert (norms > 0).all()


def test_residual_cnn(bench) -> None:
    status, reader = bench.train(example("residual-cnn"))
    assert status.finish is FinishReason.COMPLETED
    assert reader.sample_at("val_accuracy", 10**6)[1][0] >= 0.95
    clipped = reader.at("grad_norm_clipped", 0)[1]
    assert (clipped <= 2**0.5 * 1.0001).all()  # two tensors a layer, each of a norm of at most 1


def test_long_memory(bench) -> None:
    """The full figures take minutes; on thirty numbers the difference shows in seconds."""
    errors = {}
    for cell in ("lstm", "rnn"):
        spec = example(f"long-memory-{cell}")
        assert (spec.data.parameters["length"], spec.training.steps) == (100, 2500)
        short = ["data.length=30", "data.samples=1500", "training.steps=160"]
        _, reader = bench.train(example(f"long-memory-{cell}", *short))
        errors[cell] = float(reader.sample_at("val_loss", 159)[1][0])
    assert errors["lstm"] < 0.05
    assert errors["rnn"] > 0.1


def test_char_lm(bench) -> None:
    _, reader = bench.train(example("char-lm", "training.steps=60", "data.validation=0.02"))
    assert reader.sample_at("val_perplexity", 59)[1][0] < 20
    (sample,) = [event for event in reader.events() if event.kind == "text_sample"]
    assert len(sample.detail["text"]) == 300
