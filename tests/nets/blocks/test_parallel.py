import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gradviz.nets.build import inspect_model


def image(layer, channels, **given):
    return layer("Conv2d", out_channels=channels, kernel_size=1, **given)


def test_branches_are_added(layer, built_layer):
    branches = (layer("Linear", out_features=6), layer("Identity"), layer("Tanh"))
    block = built_layer(layer("Parallel", *branches), (6,))
    x = torch.randn(4, 6)
    linear = block.get_submodule("0")[0]
    expected = x @ linear.weight.T + linear.bias + x + torch.tanh(x)
    assert torch.allclose(block(x), expected, atol=1e-6)


def test_channels_stand_beside_each_other_in_the_order_of_the_branches(layer, built_layer):
    branches = (layer("Identity"), image(layer, 5), layer("ReLU"))
    block = built_layer(layer("Parallel", *branches, combine="concatenation"), (3, 4, 4))
    x = torch.randn(2, 3, 4, 4)
    y = block(x)
    assert y.shape == (2, 11, 4, 4)
    assert torch.equal(y[:, :3], x)
    assert torch.equal(y[:, 8:], x.relu())


def test_a_gate_stretches_over_the_image(layer, built_layer):
    gate = layer("Sequential", layer("AdaptiveAvgPool2d", output_size=1), layer("Sigmoid"))
    for branches in ((layer("Identity"), gate), (gate, layer("Identity"))):
        block = built_layer(layer("Parallel", *branches, combine="product"), (3, 4, 5))
        x = torch.randn(2, 3, 4, 5)
        expected = x * torch.sigmoid(x.mean((2, 3), keepdim=True))
        assert torch.allclose(block(x), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("inside", "dim", "output"),
    [("Linear", "channels", (5, 12)), ("Conv1d", "channels", (11, 6)), ("Linear", 1, (10, 6))],
)
def test_where_sequences_are_joined(inside, dim, output, layer, output_shape):
    given = {"out_features": 6} if inside == "Linear" else {"out_channels": 6, "kernel_size": 1}
    branches = (layer("Identity"), layer(inside, **given))
    assert output_shape(layer("Parallel", *branches, combine="concatenation", dim=dim), (5, 6)) == output


@settings()
@given(
    widths=st.lists(st.integers(1, 9), min_size=1, max_size=4),
    combine=st.sampled_from(["sum", "concatenation", "product"]),
)
def test_the_planned_shape_is_the_one_that_torch_gives(widths, combine, layer, net):
    branches = [image(layer, width) for width in widths]
    model = net(layer("Parallel", *branches, combine=combine))
    nodes = inspect_model(model, (2, 3, 3), 5).nodes
    made = [torch.zeros(1, width, 3, 3) for width in widths]
    if combine == "concatenation":
        expected = torch.cat(made, 1).shape
    elif combine == "sum" and len(set(widths)) > 1:
        expected = None
    else:
        try:
            expected = torch.broadcast_shapes(*(one.shape for one in made))
        except RuntimeError:
            expected = None
    assert (nodes[0].output_shape if nodes and nodes[0].path == (0,) else None) == (
        None if expected is None else tuple(expected[1:])
    )


def test_branches_that_do_not_meet_are_named_with_their_shapes(layer, refused):
    branches = (layer("Identity"), image(layer, 3, padding=1))
    assert refused(layer("Parallel", *branches), (3, 8, 8)) == (
        "Parallel 1 got [3, 8, 8] and needs branches of one shape to add them: branch 1 (Identity) gives "
        "[3, 8, 8], branch 2 (Conv2d) gives [3, 10, 10]: make them agree, or set combine to “concatenation”"
    )
    assert refused(layer("Parallel", *branches, combine="product"), (3, 8, 8)).startswith(
        "Parallel 1 got [3, 8, 8] and needs branches of one shape (a size of 1 fits any) to multiply them: "
        "branch 1 (Identity) gives [3, 8, 8], branch 2 (Conv2d) gives [3, 10, 10]"
    )
    assert refused(layer("Parallel", *branches, combine="concatenation"), (3, 8, 8)) == (
        "Parallel 1 got [3, 8, 8] and needs branches that differ in dimension 1 alone to put them beside "
        "each other: branch 1 (Identity) gives [3, 8, 8], branch 2 (Conv2d) gives [3, 10, 10]: "
        "make the other sizes of branch 2 (Conv2d) those of branch 1 (Identity)"
    )


def test_branches_of_different_rank_do_not_meet(layer, refused):
    for combine in ("sum", "product", "concatenation"):
        block = layer("Parallel", layer("Identity"), layer("Flatten"), combine=combine)
        assert "branch 2 (Flatten) gives [192]" in refused(block, (3, 8, 8))


def test_a_dimension_that_is_not_there(layer, refused):
    block = layer("Parallel", layer("Identity"), layer("ReLU"), combine="concatenation", dim=4)
    assert refused(block, (3, 8, 8)).endswith("whose last is 3: set dim to “channels”")


def test_a_fault_in_a_branch_is_at_its_layer(layer, complaints):
    block = layer("Parallel", layer("Identity"), layer("Sequential", layer("ReLU"), layer("BatchNorm1d")))
    [(path, message)] = complaints(block, shape=(3, 8, 8))
    assert path == (0, 1, 1)
    assert message.startswith("BatchNorm1d 1 got [3, 8, 8] and needs")


def test_multiply_adds_are_those_of_the_branches(layer, net):
    block = layer("Parallel", image(layer, 3), layer("Identity"), combine="sum")
    [node] = [node for node in inspect_model(net(block), (3, 8, 8), 5).nodes if node.path == (0,)]
    assert node.multiply_adds == 3 * 3 * 64
