import pytest
import torch
from torch import nn

from gradviz.nets.build import build_model
from gradviz.nets.registry import Tokens

CLASSES = 3
WIDTH = 32


def linears(built):
    return [module for module in built.model.modules() if type(module) is nn.Linear]


def kaiming(built_as, shape, seed=0):
    return linears(build_model(built_as, shape, CLASSES, seed))


@pytest.fixture
def residual(layer, net):
    """A residual network of `depth` layers in branches of two."""

    def make(depth, initializer="fixup", **given):
        linear = layer("Linear", out_features=WIDTH)
        block = layer("Residual", linear, layer("ReLU"), linear)
        end = layer("Linear", out_features="classes")
        return net(
            linear,
            layer("Repeat", block, times=depth // 2),
            layer("ReLU"),
            end,
            initializer=initializer,
            **given,
        )

    return make


def test_branches_end_at_zero_and_begin_scaled_by_their_number(residual):
    built = build_model(residual(20), (WIDTH,), CLASSES, seed=0)
    plain = kaiming(residual(20, "kaiming_normal", nonlinearity="auto"), (WIDTH,))
    first, *inside, last = linears(built)
    assert torch.equal(first.weight, plain[0].weight)
    assert not last.weight.any()
    for index, module in enumerate(inside):
        if index % 2:
            assert not module.weight.any()
        else:
            assert torch.allclose(module.weight, plain[1 + index].weight * 10**-0.5)
    assert not any(module.bias.any() for module in linears(built))


@pytest.mark.parametrize(("m", "power"), [(2, 1 / 2), (3, 1 / 4), (4, 1 / 6)])
def test_the_scale_depends_on_how_deep_a_branch_is(m, power, layer, net):
    linear = layer("Linear", out_features=WIDTH)
    block = layer("Residual", *[linear] * m)
    layers = (layer("Repeat", block, times=16), layer("Linear", out_features="classes"))
    found = linears(build_model(net(*layers, initializer="fixup"), (WIDTH,), CLASSES, 0))
    plain = kaiming(net(*layers, initializer="lecun_normal"), (WIDTH,))
    for index in range(m - 1):
        assert torch.allclose(found[index].weight, plain[index].weight * 16**-power)
    assert not found[m - 1].weight.any()


def test_a_projection_is_no_part_of_the_branch(layer, net):
    block = layer("Residual", layer("Linear", out_features=8), layer("ReLU"), layer("Linear", out_features=8))
    layers = (block, block, layer("Linear", out_features="classes"))
    shortcut, one, two, three, four, last = linears(
        build_model(net(*layers, initializer="fixup"), (WIDTH,), CLASSES, 0)
    )
    plain = kaiming(net(*layers, initializer="kaiming_normal", nonlinearity="auto"), (WIDTH,))
    assert torch.equal(shortcut.weight, plain[0].weight)
    assert torch.allclose(one.weight, plain[1].weight * 2**-0.5)
    assert torch.allclose(three.weight, plain[3].weight * 2**-0.5)
    assert not any(module.weight.any() for module in (two, four, last))


def test_a_residual_inside_a_branch_is_a_branch_of_its_own(layer, net):
    linear = layer("Linear", out_features=WIDTH)
    inner = layer("Residual", linear, linear)
    layers = (layer("Residual", linear, linear, inner), layer("Linear", out_features="classes"))
    found = linears(build_model(net(*layers, initializer="fixup"), (WIDTH,), CLASSES, 0))
    plain = kaiming(net(*layers, initializer="lecun_normal"), (WIDTH,))
    zero = [not module.weight.any() for module in found]
    assert zero == [False, True, False, True, True]
    assert torch.allclose(found[0].weight, plain[0].weight * 2**-0.5)
    assert torch.allclose(found[2].weight, plain[2].weight * 2**-0.5)


def test_side_by_side_in_a_branch_all_ends_are_zero_and_the_deepest_way_counts(layer, net):
    linear = layer("Linear", out_features=WIDTH)
    ways = layer("Parallel", linear, layer("Sequential", linear, linear))
    block = layer("Residual", linear, ways)
    layers = (layer("Repeat", block, times=4), layer("Linear", out_features="classes"))
    found = linears(build_model(net(*layers, initializer="fixup"), (WIDTH,), CLASSES, 0))
    plain = kaiming(net(*layers, initializer="lecun_normal"), (WIDTH,))
    assert [not module.weight.any() for module in found[:4]] == [False, True, False, True]
    assert torch.allclose(found[0].weight, plain[0].weight * 4**-0.25)


def test_a_gate_does_not_keep_its_branch_from_zero(layer, net):
    linear = layer("Linear", out_features=WIDTH)
    gate = layer(
        "Parallel", layer("Identity"), layer("Sequential", linear, layer("Sigmoid")), combine="product"
    )
    layers = (linear, layer("Residual", linear, linear, gate), layer("Linear", out_features="classes"))
    built = build_model(net(*layers, initializer="fixup"), (WIDTH,), CLASSES, 0)
    x = torch.randn(4, WIDTH, generator=torch.Generator().manual_seed(0))
    stem, block = built.model[0], built.model[1]
    assert torch.equal(block(stem(x)), stem(x))


def test_transformer_blocks_start_as_the_identity(layer, net):
    layers = (
        layer("Embedding", embedding_dim=8),
        layer("Repeat", layer("TransformerBlock", num_heads=2, norm_first=True), times=3),
        layer("MeanOverTime"),
        layer("Linear", out_features="classes"),
    )
    network = build_model(net(*layers, initializer="fixup"), Tokens((5,), 11), CLASSES, 0).model
    ids = torch.randint(11, (4, 5), generator=torch.Generator().manual_seed(0))
    table = network[0](ids)
    assert torch.equal(network[:2](ids), table)
    assert not network[-1].weight.any()
    attention = [m for m in network.modules() if isinstance(m, nn.MultiheadAttention)]
    assert all(m.in_proj_weight.any() and not m.out_proj.weight.any() for m in attention)


def test_a_network_without_residual_blocks_starts_by_kaiming_but_for_its_end(layer, net):
    layers = (layer("Linear", out_features=8), layer("ReLU"), layer("Linear", out_features="classes"))
    first, last = linears(build_model(net(*layers, initializer="fixup"), (WIDTH,), CLASSES, 0))
    plain = kaiming(net(*layers, initializer="kaiming_normal"), (WIDTH,))
    assert torch.equal(first.weight, plain[0].weight)
    assert not last.weight.any()


def change_after(model, steps=3):
    """How large the output before the classes is at the start, and by how much a few steps change it."""
    built = build_model(model, (WIDTH,), CLASSES, seed=1)
    x = torch.randn(64, WIDTH, generator=torch.Generator().manual_seed(0))
    y = torch.arange(64) % CLASSES
    body = built.model[:-1]
    before = body(x).detach()
    optimizer = torch.optim.SGD(built.model.parameters(), lr=0.05)
    for _ in range(steps):
        optimizer.zero_grad()
        nn.functional.cross_entropy(built.model(x), y).backward()
        optimizer.step()
    return before.norm().item(), (body(x) - before).norm().item()


def test_neither_the_output_nor_its_change_depends_on_depth(residual):
    """100 layers start as 4 do, and three steps change them alike; with Kaiming's start they blow up."""
    size, change = change_after(residual(4))
    deep_size, deep_change = change_after(residual(100))
    assert deep_size == pytest.approx(size, rel=1e-6)
    assert 1 / 3 < deep_change / change < 3
    plain_size, _ = change_after(residual(4, "kaiming_normal"))
    exploded, _ = change_after(residual(100, "kaiming_normal"))
    assert exploded > 1e4 * plain_size
