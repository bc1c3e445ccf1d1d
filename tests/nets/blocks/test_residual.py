import pytest
import torch
from torch import nn

from gradviz.nets.blocks.residual import Residual
from gradviz.nets.blocks.rows import in_a_row
from gradviz.nets.build import build_model, inspect_model


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


@pytest.mark.parametrize(
    ("body", "shape", "given"),
    [
        ("Flatten", (3, 8, 8), {}),
        ("Flatten", (3, 8, 8), {"shortcut": "projection"}),
    ],
)
def test_a_shape_that_no_projection_reaches(body, shape, given, layer, complaints):
    [(path, message)] = complaints(layer("Residual", layer(body), **given), shape=shape)
    assert path == (0,)
    assert message.startswith(
        "Residual 1 got [3, 8, 8] and needs a body whose output a projection can reach, not"
    )


def test_a_size_that_no_stride_reaches(layer, complaints):
    convolution = layer("Conv2d", out_channels=4, kernel_size=2)
    [(_, message)] = complaints(layer("Residual", convolution), shape=(3, 8, 8))
    assert "not [4, 7, 7]" in message


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


def test_repeat_copies_have_weights_of_their_own(layer, net):
    built = build_model(
        net(layer("Repeat", layer("Linear", out_features=4), layer("ReLU"), times=5)), (4,), 4, seed=0
    )
    linears = [module for module in built.model.modules() if isinstance(module, nn.Linear)]
    assert len({id(module) for module in linears}) == 5
    assert len({module.weight.data_ptr() for module in linears}) == 5


def test_repeat_of_residual_of_repeat(layer, net):
    inner = layer("Repeat", layer("Linear", out_features=4), layer("Tanh"), times=2)
    built = build_model(net(layer("Repeat", layer("Residual", inner), times=3)), (4,), 4, seed=0)
    x = torch.randn(2, 4)
    y = x
    for outer in range(3):
        branch = y
        for step in range(2):
            linear = dict(built.model.named_modules())[
                f"repeat_1.{outer}.residual_{outer + 1}.body"
                f".repeat_{outer + 2}.{step}.linear_{2 * outer + step + 1}"
            ]
            branch = torch.tanh(linear(branch))
        y = y + branch
    assert torch.equal(built.model(x), y)


def test_the_shortcut_runs_before_the_body():
    order = []
    ways = nn.Identity(), nn.Identity()
    for name, module in zip(("body", "shortcut"), ways, strict=True):
        module.register_forward_hook(lambda *_, name=name: order.append(name))
    assert torch.equal(Residual(*ways)(torch.ones(3)), torch.full((3,), 2.0))
    assert order == ["shortcut", "body"]


def test_in_a_row_keeps_order_and_labels():
    row = in_a_row({"b": nn.ReLU(), "a": nn.Tanh()})
    assert [name for name, _ in row.named_children()] == ["b", "a"]
