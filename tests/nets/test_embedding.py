import math

import pytest
import torch

from gradviz.nets.registry import Tokens

TEXT = Tokens((5,), 11)


def test_the_vocabulary_is_that_of_the_data_unless_given(layer, built_layer, output_shape):
    assert output_shape(layer("Embedding", embedding_dim=6), TEXT) == (5, 6)
    assert built_layer(layer("Embedding", embedding_dim=6), TEXT).weight.shape == (11, 6)
    assert built_layer(layer("Embedding", embedding_dim=6, num_embeddings=50), TEXT).weight.shape == (50, 6)


def test_a_token_is_looked_up(layer, built_layer):
    module = built_layer(layer("Embedding", embedding_dim=6), TEXT)
    ids = torch.tensor([[0, 3, 10, 3, 1]])
    assert torch.equal(module(ids)[0], module.weight[ids[0]])


def test_padding_is_zero_and_learns_nothing(layer, built_layer):
    module = built_layer(layer("Embedding", embedding_dim=6, padding_idx=3), TEXT)
    assert (module.weight[3] == 0).all()
    module(torch.tensor([[0, 3, 10, 3, 1]])).sum().backward()
    assert (module.weight.grad[3] == 0).all()
    assert (module.weight.grad[0] == 1).all()


def test_gradients_of_frequent_tokens_can_be_scaled(layer, built_layer):
    module = built_layer(layer("Embedding", embedding_dim=6, scale_grad_by_freq=True), TEXT)
    module(torch.tensor([[0, 3, 10, 3, 3]])).sum().backward()
    assert module.weight.grad[3].tolist() == pytest.approx([1] * 6)


@pytest.mark.parametrize(
    ("given", "shape", "message"),
    [
        ({}, (64,), "got [64] and needs token ids, which text data give: put it first, or use a Linear"),
        ({"num_embeddings": 10}, TEXT, "needs num_embeddings of at least 11, since the data have as many"),
        ({"padding_idx": 11}, TEXT, "needs a padding_idx below 11, the number of tokens, not 11"),
    ],
)
def test_what_does_not_fit(given, shape, message, layer, output_shape):
    text = output_shape(layer("Embedding", embedding_dim=6, **given), shape)
    assert text.startswith("Embedding 1 got ")
    assert message in text


def test_numbers_are_asked_for_ids_in_every_other_layer(layer, output_shape):
    assert output_shape(layer("LSTM", hidden_size=3), TEXT).endswith("put an Embedding first")


@pytest.mark.parametrize("width", [1, 6, 7])
def test_waves_are_those_of_the_paper(width, layer, built_layer, output_shape):
    assert output_shape(layer("PositionalEncoding"), (9, width)) == (9, width)
    module = built_layer(layer("PositionalEncoding"), (9, width))
    added = module(torch.zeros(1, 9, width))[0]
    for t in range(9):
        for feature in range(width):
            angle = t / 10_000 ** ((feature - feature % 2) / width)
            expected = math.cos(angle) if feature % 2 else math.sin(angle)
            assert added[t, feature].item() == pytest.approx(expected, abs=1e-5)
    assert not list(module.parameters())
    assert not module.state_dict()


def test_learned_positions_are_a_parameter(layer, built_layer):
    module = built_layer(layer("PositionalEncoding", encoding="learned"), (90, 60))
    assert module.weight.shape == (90, 60)
    assert module.weight.requires_grad
    assert module.weight.std().item() == pytest.approx(0.02, rel=0.05)
    x = torch.randn(4, 50, 60)
    assert torch.equal(module(x), x + module.weight[:50])


def test_positions_have_dropout_while_training(layer, built_layer):
    module = built_layer(layer("PositionalEncoding", dropout=0.5), (40, 60))
    x = torch.ones(2, 40, 60)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        assert (module(x) == 0).float().mean().item() == pytest.approx(0.5, abs=0.05)
    assert (module.eval()(x) != 0).any()
    assert torch.equal(module(x), module(x))


def test_positions_need_a_sequence(layer, output_shape):
    assert "needs a sequence [length, features]" in output_shape(layer("PositionalEncoding"), (64,))
