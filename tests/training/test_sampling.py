"""What a language model writes, and that training does not feel it."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
import torch
from exported import layer
from torch import nn

from gradviz.data.load import load
from gradviz.nets.model import build
from gradviz.spec.experiment import DataSpec, ModelSpec, OptimizerSpec, TrainingSpec
from gradviz.training import sampling
from gradviz.training.sampling import sample_tokens, wordiest


class Alphabet(nn.Module):
    """Gives the next letter of five nearly for certain; draws random numbers, to be caught at it."""

    def __init__(self) -> None:
        super().__init__()
        self.sure = nn.Parameter(torch.tensor(20.0))
        self.seen: list[tuple[list[int], bool]] = []

    def forward(self, x):
        self.seen.append((x[0].tolist(), self.training))
        torch.rand(3)
        return self.sure * nn.functional.one_hot((x + 1) % 5, 5).float()


def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize("training", [True, False])
def test_the_last_tokens_are_read_and_nothing_is_touched(training: bool) -> None:
    model = Alphabet().train(training)
    before = torch.get_rng_state()
    prompt = torch.tensor([0, 1, 2])
    assert sample_tokens(model, model, prompt, 6, rng()) == [3, 4, 0, 1, 2, 3]
    windows = [[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 0], [4, 0, 1], [0, 1, 2]]
    assert model.seen == [(window, False) for window in windows]
    assert torch.equal(torch.get_rng_state(), before)
    assert model.training is training
    assert prompt.tolist() == [0, 1, 2]


@pytest.mark.parametrize("temperature", [0.5, 0.8, 2.0])
def test_tokens_are_drawn_from_the_softmax_at_the_temperature(temperature: float) -> None:
    logits = torch.tensor([0.0, 1.0, -1.0, 0.5])
    model = nn.Identity()
    draws = sample_tokens(
        model,
        lambda x: logits.expand(1, x.shape[1], 4),
        torch.tensor([0, 1]),
        4000,
        rng(),
        temperature=temperature,
    )
    expected = [math.exp(value / temperature) for value in logits.tolist()]
    share = np.bincount(draws, minlength=4) / 4000
    assert share.tolist() == pytest.approx([value / sum(expected) for value in expected], abs=0.025)


def test_it_ends_where_scores_are_not_finite_or_time_is_over() -> None:
    model = Alphabet()
    with torch.no_grad():
        model.sure.fill_(math.nan)
    assert sample_tokens(model, model, torch.tensor([0, 1]), 5, rng()) == []
    assert len(sample_tokens(Alphabet(), Alphabet(), torch.tensor([0, 1]), 10**9, rng(), seconds=0.05)) > 5


@pytest.mark.parametrize(
    "body",
    [
        (layer("Embedding", embedding_dim=6), layer("RNN", hidden_size=5)),
        (layer("Embedding", embedding_dim=6), layer("LSTM", hidden_size=5, num_layers=2)),
        (layer("Embedding", embedding_dim=6), layer("GRU", hidden_size=5), layer("Dropout", p=0.5)),
        (
            layer("Embedding", embedding_dim=6),
            layer("PositionalEncoding", encoding="learned"),
            layer("TransformerBlock", num_heads=2, causal=True),
        ),
    ],
)
def test_every_kind_of_language_model_writes(body) -> None:
    spec = DataSpec(name="reber", parameters={"length": 12, "samples": 20})
    data = load(spec, 0)
    model = build(ModelSpec(layers=(*body, layer("Linear", out_features="classes"))), data.info, 0).model
    model.train()
    ids = sample_tokens(model, model, data.val_x[0], 30, rng())
    assert len(ids) == 30
    assert all(0 <= i < 7 for i in ids)
    assert model.training


def test_the_prompt_is_the_window_with_the_most_letters_in_it() -> None:
    tokens = ("a", "b", "=", " ")
    windows = torch.tensor([[2, 2, 2, 0], [0, 1, 3, 0], [1, 0, 3, 1]])
    assert wordiest(windows, tokens).tolist() == [0, 1, 3, 0]


@pytest.fixture
def language_model(experiment):
    return partial(
        experiment,
        data=DataSpec(name="reber", batch_size=20, parameters={"length": 12, "samples": 100}),
        model=ModelSpec(
            layers=(
                layer("Embedding", embedding_dim=6),
                layer("Dropout", p=0.2),
                layer("GRU", hidden_size=16),
                layer("Linear", out_features="classes"),
            )
        ),
    )


def samples(reader):
    return [event for event in reader.events() if event.kind == "text_sample"]


def losses(reader):
    return [float(reader.at("train_loss", step)[1][0]) for step in range(reader.last_step + 1)]


def test_a_run_writes_at_its_validations_but_not_too_often(bench, language_model, monkeypatch) -> None:
    _, seldom = bench.train(language_model(steps=10))
    assert [event.step for event in samples(seldom)] == [3, 9]
    monkeypatch.setattr(sampling, "SECONDS", 0.0)
    monkeypatch.setattr(sampling, "_SHARE", math.inf)
    _, often = bench.train(language_model(steps=10))
    assert [event.step for event in samples(often)] == [3, 7, 9]
    assert samples(often)[-1].detail == samples(seldom)[-1].detail
    detail = samples(often)[-1].detail
    assert len(detail["text"]) == 300
    assert set(detail["text"]) <= set("BTSXPVE")
    assert len(detail["prompt"]) == 12
    monkeypatch.setattr(sampling, "sample_tokens", lambda *_, **__: [])
    _, silent = bench.train(language_model(steps=10))
    assert losses(silent) == losses(often) == losses(seldom)


def test_perplexity_is_e_to_the_loss(bench, language_model) -> None:
    _, reader = bench.train(language_model(steps=10))
    for step in (3, 7, 9):
        loss = reader.sample_at("val_loss", step)[1][0]
        assert reader.sample_at("val_perplexity", step)[1][0] == pytest.approx(math.exp(loss), rel=1e-6)


def test_a_run_that_is_stopped_early_ends_with_a_sample(bench, language_model) -> None:
    stuck = language_model(
        optimizer=OptimizerSpec(name="SGD", lr=1e-30),
        training=TrainingSpec(epochs=50, patience=1, device="cpu"),
    )
    status, reader = bench.train(stuck)
    assert status.steps == 8
    assert [event.step for event in samples(reader)] == [3, 7]


def test_other_data_have_neither(bench, experiment) -> None:
    _, reader = bench.train(experiment(steps=5))
    assert samples(reader) == []
    assert reader.sample_at("val_perplexity", 4) is None
