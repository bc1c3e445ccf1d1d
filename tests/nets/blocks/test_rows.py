import torch
from torch import nn

from gradviz.nets.blocks.rows import in_a_row
from gradviz.nets.build import build_model


def test_a_sequential_is_its_layers(layer, net):
    row = (layer("Linear", out_features=5), layer("Tanh"), layer("Linear", out_features=4))
    plain = build_model(net(*row), (4,), 4, seed=2)
    grouped = build_model(net(layer("Sequential", *row)), (4,), 4, seed=2)
    x = torch.randn(3, 4)
    assert torch.equal(plain.model(x), grouped.model(x))
    assert [(info.module, info.path) for info in grouped.layers] == [
        ("sequential_1.linear_1", (0, 0)),
        ("sequential_1.tanh_1", (0, 1)),
        ("sequential_1.linear_2", (0, 2)),
    ]


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


def test_in_a_row_keeps_order_and_labels():
    row = in_a_row({"b": nn.ReLU(), "a": nn.Tanh()})
    assert [name for name, _ in row.named_children()] == ["b", "a"]
