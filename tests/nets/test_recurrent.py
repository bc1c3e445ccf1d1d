import pytest
import torch
from torch import nn

KINDS = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}
SETTINGS = [
    {},
    {"num_layers": 3},
    {"bidirectional": True, "num_layers": 2},
    {"bias": False},
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("given", SETTINGS)
def test_the_outputs_are_those_of_torch(kind, given, layer, built_layer, output_shape):
    spec = layer(kind, hidden_size=6, **given)
    module = built_layer(spec, (7, 4))
    plain = KINDS[kind](4, 6, batch_first=True, **given)
    plain.load_state_dict(module.state_dict())
    x = torch.randn(5, 7, 4)
    assert torch.equal(module(x), plain(x)[0])
    assert output_shape(spec, (7, 4)) == (7, 12 if given.get("bidirectional") else 6)


def test_a_plain_net_can_have_relu(layer, built_layer):
    module = built_layer(layer("RNN", hidden_size=6, nonlinearity="relu"), (7, 4))
    assert module.nonlinearity == "relu"
    assert (module(torch.randn(5, 7, 4)) >= 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_dropout_lies_between_the_layers_while_training(kind, layer, built_layer):
    module = built_layer(layer(kind, hidden_size=64, num_layers=2, dropout=0.5), (7, 4))
    x = torch.randn(5, 7, 4)
    assert not torch.equal(module(x), module(x))
    module.eval()
    assert torch.equal(module(x), module(x))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("given", "shape", "message"),
    [
        ({}, (3, 8, 8), "needs a sequence [length, features]: a Flatten with start_dim = 2 and a Transpose"),
        ({}, (64,), "needs a sequence [length, features]: put it before the Flatten"),
        ({"dropout": 0.5}, (7, 4), "needs num_layers above 1 for its dropout"),
    ],
)
def test_what_does_not_fit(*, kind, given, shape, message, layer, output_shape):
    text = output_shape(layer(kind, hidden_size=6, **given), shape)
    assert text.startswith(f"{kind} 1 got ")
    assert message in text
