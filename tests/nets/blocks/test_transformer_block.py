import itertools

import pytest
import torch
from torch import nn

from gradviz.nets.build import inspect_model
from gradviz.nets.registry import Tokens

SHAPE = (5, 12)


@pytest.fixture
def pair(layer, built_layer):
    """Our block and torch's layer with the same weights, none of them as they start."""

    def make(other, *, norm_first, **given):
        block = built_layer(layer("TransformerBlock", dropout=0, norm_first=norm_first, **given), SHAPE)
        order = ("self_attn", "norm1", "linear1", "linear2", "norm2")
        if norm_first:
            order = ("norm1", "self_attn", "norm2", "linear1", "linear2")
        theirs = [parameter for name in order for parameter in getattr(other, name).parameters()]
        with torch.no_grad():
            for mine, its in zip(block.parameters(), theirs, strict=True):
                its.copy_(mine.add_(torch.randn(mine.shape), alpha=0.1))
        return block, other

    return make


@pytest.mark.parametrize(("norm_first", "bias"), list(itertools.product((False, True), (False, True))))
def test_it_is_torchs_encoder_layer(norm_first, bias, pair):
    for activation in ("ReLU", "GELU"):
        torchs = nn.TransformerEncoderLayer(
            12, 3, 48, 0.0, activation.lower(), batch_first=True, norm_first=norm_first, bias=bias
        )
        block, torchs = pair(torchs, norm_first=norm_first, num_heads=3, bias=bias, activation=activation)
        x = torch.randn(4, *SHAPE)
        for training in (True, False):
            assert torch.allclose(block.train(training)(x), torchs.train(training)(x), atol=1e-5)


def test_causal_is_torchs_with_a_mask(pair):
    torchs = nn.TransformerEncoderLayer(12, 2, 7, 0.0, batch_first=True)
    block, torchs = pair(torchs, norm_first=False, num_heads=2, causal=True, dim_feedforward=7)
    x = torch.randn(4, *SHAPE)
    mask = nn.Transformer.generate_square_subsequent_mask(5)
    assert torch.allclose(block(x), torchs(x, src_mask=mask, is_causal=True), atol=1e-5)
    changed = x.clone()
    changed[:, 3:] = 0
    assert torch.allclose(block(x)[:, :3], block(changed)[:, :3], atol=1e-6)


def kinds(infos):
    return [info.kind for info in infos]


def test_pre_and_post_normalisation(layer, leaves):
    post = ["MultiheadAttention", "LayerNorm", "Linear", "ReLU", "Linear", "LayerNorm"]
    pre = ["LayerNorm", "MultiheadAttention", "LayerNorm", "Linear", "ReLU", "Linear"]
    assert kinds(leaves(layer("TransformerBlock", num_heads=2, dropout=0), SHAPE)) == post
    assert kinds(leaves(layer("TransformerBlock", num_heads=2, dropout=0, norm_first=True), SHAPE)) == pre


def test_dropout_is_where_torch_has_it(layer, leaves, built_layer):
    spec = layer("TransformerBlock", num_heads=2, dropout=0.25, normalization="none", activation="none")
    drops = ["MultiheadAttention", "Dropout", "Linear", "Dropout", "Linear", "Dropout"]
    assert kinds(leaves(spec, SHAPE)) == drops
    attention = [m for m in built_layer(spec, SHAPE).modules() if isinstance(m, nn.MultiheadAttention)]
    assert [module.dropout for module in attention] == [0.25]


def test_scales_stochastic_depth_and_plain_rows(layer, leaves):
    spec = layer("TransformerBlock", num_heads=2, branch_scale="rezero", stochastic_depth=0.1, dropout=0)
    names = [info.name for info in leaves(spec, SHAPE)]
    assert [name for name in names if name.startswith("Residual")] == [
        "Residual 1 scale",
        "Residual 1 drop",
        "Residual 2 scale",
        "Residual 2 drop",
    ]
    plain = layer("TransformerBlock", num_heads=2, residual=False, dropout=0, normalization="RMSNorm")
    infos = leaves(plain, SHAPE)
    assert kinds(infos) == ["MultiheadAttention", "RMSNorm", "Linear", "ReLU", "Linear", "RMSNorm"]
    assert infos[1].parameters == 12


def test_heads_that_do_not_divide_and_inputs_that_are_no_sequence(layer, refused, net):
    assert refused(layer("TransformerBlock", num_heads=5), SHAPE) == (
        "TransformerBlock 1 got [5, 12] and needs a number of features that num_heads = 5 divides: "
        "set num_heads to 4, the nearest that does"
    )
    assert refused(layer("TransformerBlock", num_heads=2), (6,)).startswith(
        "TransformerBlock 1 got [6] and needs a sequence [length, features]"
    )
    [problem] = inspect_model(net(layer("TransformerBlock", num_heads=2)), Tokens((5,), 9), 3).problems
    assert problem.message == (
        "TransformerBlock 1 got [5] and needs numbers, but these are token ids: put an Embedding first"
    )
