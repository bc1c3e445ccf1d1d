import pytest
import torch
from torch import nn

from gradviz.nets.blocks.residual import Residual
from gradviz.nets.build import build_model, inspect_model
from gradviz.nets.registry import Tokens


def end(layer):
    return layer("Flatten"), layer("Linear", out_features="classes")


def test_a_residual_adds_the_identity(layer, built_layer):
    block = built_layer(layer("Residual", layer("Linear", out_features=6), layer("Tanh")), (6,))
    x = torch.randn(4, 6)
    linear = block.body[0]
    assert torch.equal(block(x), x + torch.tanh(x @ linear.weight.T + linear.bias))
    assert block.shortcut is None


def test_a_residual_adds_a_projection_of_a_vector(layer, built_layer):
    block = built_layer(layer("Residual", layer("Linear", out_features=9), layer("ReLU")), (6,))
    x = torch.randn(4, 6)
    linear = block.body[0]
    expected = x @ block.shortcut.weight.T + torch.relu(x @ linear.weight.T + linear.bias)
    assert torch.allclose(block(x), expected, atol=1e-6)
    assert block.shortcut.bias is None


def test_a_residual_adds_a_strided_projection_of_an_image(layer, built_layer):
    convolution = layer("Conv2d", out_channels=5, kernel_size=3, stride=[2, 1], padding=1)
    block = built_layer(layer("Residual", convolution, layer("BatchNorm2d")), (3, 9, 8))
    x = torch.randn(4, 3, 9, 8)
    every_second = x[:, :, ::2, :]
    projected = torch.einsum("oi,nihw->nohw", block.shortcut.weight[:, :, 0, 0], every_second)
    assert torch.allclose(block(x), projected + block.body(x), atol=1e-5)
    assert block.shortcut.stride == (2, 1)


@pytest.mark.parametrize(
    ("shortcut", "width", "projected"),
    [("auto", 6, False), ("auto", 7, True), ("identity", 6, False), ("projection", 6, True)],
)
def test_when_a_shortcut_has_weights(shortcut, width, projected, layer, net):
    block = layer("Residual", layer("Linear", out_features=width), shortcut=shortcut)
    names = [info.name for info in inspect_model(net(block, *end(layer)), (6,), 3).layers]
    assert ("Residual 1 shortcut" in names) is projected


def test_a_sequence_is_projected_along_its_last_dimension(layer, net):
    model = net(layer("Residual", layer("Linear", out_features=9)), *end(layer))
    assert inspect_model(model, (5, 6), 3).layers[0].output_shape == (5, 9)


@pytest.mark.parametrize("shortcut", ["auto", "identity", "projection", "padded"])
def test_a_body_of_another_rank(shortcut, layer, complaints):
    [(path, message)] = complaints(layer("Residual", layer("Flatten"), shortcut=shortcut), shape=(3, 8, 8))
    assert path == (0,)
    assert message == (
        "Residual 1 got [3, 8, 8] and needs a body that gives 3 dimensions too, not [192]: take what changes "
        "them (Flatten, Unflatten, LastStep) out of the body, and put it before or after the block"
    )


def test_a_size_that_no_stride_reaches(layer, complaints):
    convolution = layer("Conv2d", out_channels=4, kernel_size=2)
    [(_, message)] = complaints(layer("Residual", convolution), shape=(3, 8, 8))
    assert message.startswith(
        "Residual 1 got [3, 8, 8] and needs a body whose output a projection can reach, not [4, 7, 7]"
    )


def test_an_identity_that_does_not_meet(layer, complaints):
    block = layer("Residual", layer("Linear", out_features=5), shortcut="identity")
    [(path, message)] = complaints(layer("Flatten"), block)
    assert path == (1,)
    assert message == (
        "Residual 1 got [64] and needs a body that gives the same shape, not [5]: set shortcut to “auto”"
    )


def test_the_body_of_a_residual_that_does_not_fit_is_still_shown(layer, net):
    block = layer("Residual", layer("Linear", out_features=5), shortcut="identity")
    inspection = inspect_model(net(block), (64,), 5)
    assert [(node.path, node.output_shape) for node in inspection.nodes] == [((0, 0), (5,))]


def test_the_shortcut_runs_before_the_body():
    order = []
    ways = nn.Identity(), nn.Identity()
    for name, module in zip(("body", "shortcut"), ways, strict=True):
        module.register_forward_hook(lambda *_, name=name: order.append(name))
    assert torch.equal(Residual(*ways)(torch.ones(3)), torch.full((3,), 2.0))
    assert order == ["shortcut", "body"]


CARRIED = {
    "branch_scale": "layer_scale",
    "scale_init": 0.5,
    "activation": "Tanh",
    "stochastic_depth": 0.4,
    "shortcut": "projection_norm",
}


@pytest.mark.parametrize("place", ["after", "before"])
def test_everything_at_once(place, layer, built_layer):
    body = (layer("Linear", out_features=9), layer("Tanh"))
    block = built_layer(layer("Residual", *body, activation_place=place, **CARRIED), (6,))
    x = torch.randn(8, 6)
    torch.manual_seed(1)
    ours = block(x)
    torch.manual_seed(1)
    kept = torch.empty(8, 1).bernoulli_(0.6) / 0.6
    branch = block.body(x.tanh() if place == "before" else x) * block.scale.weight * kept
    total = block.shortcut_norm(block.shortcut(x)) + branch
    expected = total if place == "before" else total.tanh()
    assert torch.allclose(ours, expected, atol=1e-6)
    assert torch.equal(block.scale.weight, torch.full((9,), 0.5))


@pytest.mark.parametrize("place", ["after", "before"])
def test_what_a_block_carries_are_layers_in_the_order_they_run(place, layer, leaves, net):
    body = layer("Linear", out_features=9)
    block = layer("Residual", body, name="Deep", activation_place=place, **CARRIED)
    infos = leaves(block, (6,))
    expected = [
        ("Deep shortcut", "Linear"),
        ("Deep shortcut norm", "BatchNorm1d"),
        ("Deep preactivation", "Tanh"),
        ("Linear 1", "Linear"),
        ("Deep scale", "LayerScale"),
        ("Deep drop", "StochasticDepth"),
        ("Deep activation", "Tanh"),
    ]
    expected.pop(2 if place == "after" else 6)
    assert [(info.name, info.kind) for info in infos] == expected
    assert {info.path for info in infos} == {(0,), (0, 0)}
    assert sum(info.parameters for info in infos) == 6 * 9 + 2 * 9 + (6 * 9 + 9) + 9


def test_a_scale_starts_as_its_paper_has_it(layer, built_layer):
    for kind, start, count in (("rezero", 0.0, 1), ("layer_scale", 1e-4, 6)):
        block = built_layer(layer("Residual", layer("ReLU"), branch_scale=kind), (4, 6))
        assert torch.equal(block.scale.weight, torch.full((count,), start))


def test_a_scale_of_channels_that_slide_is_along_them(layer, built_layer):
    convolution = layer("Conv1d", out_channels=4, kernel_size=3, padding=1)
    block = built_layer(layer("Residual", convolution, branch_scale="layer_scale"), (4, 6))
    assert block.scale.weight.shape == (4,)


def test_nothing_is_dropped_in_evaluation(layer, built_layer):
    block = built_layer(layer("Residual", layer("Tanh"), stochastic_depth=0.9), (6,)).eval()
    x = torch.randn(4, 6)
    assert torch.equal(block(x), x + x.tanh())


def test_token_ids_cannot_be_added(layer, net):
    block = layer("Residual", layer("Embedding", embedding_dim=4))
    [problem] = inspect_model(net(block), Tokens((5,), 10), 3).problems
    assert problem.message == (
        "Residual 1 got [5] and needs numbers, but these are token ids: put an Embedding first"
    )


def test_gradients_reach_every_scale(layer, net):
    body = (layer("Linear", out_features=4), layer("ReLU"))
    block = layer("Residual", *body, branch_scale="layer_scale")
    built = build_model(net(layer("Repeat", block, times=20)), (4,), 4, seed=0)
    built.model(torch.randn(8, 4)).square().sum().backward()
    modules = dict(built.model.named_modules())
    scales = [modules[info.module] for info in built.layers if info.kind == "LayerScale"]
    assert len(scales) == 20
    assert all(scale.weight.grad.abs().sum() > 0 for scale in scales)
