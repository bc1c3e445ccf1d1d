import pytest
import torch
from torch import nn


@pytest.mark.parametrize("given", [{}, {"causal": True}, {"bias": False}])
def test_the_outputs_are_those_of_torch_while_training_and_validating(given, layer, built_layer):
    module = built_layer(layer("MultiheadAttention", num_heads=4, **given), (7, 8))
    plain = nn.MultiheadAttention(8, 4, bias=given.get("bias", True), batch_first=True)
    plain.load_state_dict(module.state_dict())
    mask = nn.Transformer.generate_square_subsequent_mask(7) if "causal" in given else None
    x = torch.randn(5, 7, 8)
    expected, _ = plain(x, x, x, attn_mask=mask)
    assert torch.allclose(module(x), expected, atol=1e-6)
    module.eval()
    with torch.no_grad():
        assert torch.allclose(module(x), expected, atol=1e-6)


def test_causal_attention_sees_nothing_that_comes_later(layer, built_layer):
    module = built_layer(layer("MultiheadAttention", num_heads=2, causal=True), (7, 8))
    x = torch.randn(5, 7, 8)
    changed = x.clone()
    changed[:, 4:] += 1
    assert torch.allclose(module(x)[:, :4], module(changed)[:, :4], atol=1e-6)
    assert not torch.allclose(module(x)[:, 4:], module(changed)[:, 4:], atol=1e-2)
    assert module(x[:, :3]).shape == (5, 3, 8)


def test_its_parameters_are_counted_once(layer, built_layer, net):
    module = built_layer(layer("MultiheadAttention", num_heads=2), (7, 8))
    assert sum(p.numel() for p in module.parameters()) == 4 * 8 * 8 + 4 * 8


def test_dropout_while_training_only(layer, built_layer):
    module = built_layer(layer("MultiheadAttention", num_heads=2, dropout=0.5), (7, 8))
    x = torch.randn(5, 7, 8)
    assert not torch.equal(module(x), module(x))
    module.eval()
    assert torch.equal(module(x), module(x))


@pytest.mark.parametrize(
    ("heads", "shape", "message"),
    [
        (5, (7, 64), "a number of features that num_heads = 5 divides: set num_heads to 4, the nearest"),
        (100, (7, 64), "set num_heads to 64"),
        (2, (3, 8, 8), "a sequence [length, features]: a Flatten with start_dim = 2 and a Transpose"),
    ],
)
def test_what_does_not_fit(heads, shape, message, layer, output_shape):
    text = output_shape(layer("MultiheadAttention", num_heads=heads), shape)
    assert text.startswith("MultiheadAttention 1 got ")
    assert message in text
