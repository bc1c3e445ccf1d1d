import pytest

from gradviz.nets.build import build_model, inspect_model


@pytest.fixture
def named(net):
    def find(*layers, shape=(4,)):
        inspection = inspect_model(net(*layers), shape, 4)
        assert not inspection.problems
        return [info.name for info in inspection.layers], [info.module for info in inspection.layers]

    return find


def test_layers_are_counted_by_kind_in_network_order(layer, named):
    body = (layer("Linear", out_features=4), layer("ReLU"))
    names, modules = named(layer("Flatten"), layer("Repeat", *body, times=2), *body)
    assert names == ["Flatten 1", "Linear 1", "ReLU 1", "Linear 2", "ReLU 2", "Linear 3", "ReLU 3"]
    assert modules == [
        "flatten_1",
        "repeat_1.0.linear_1",
        "repeat_1.0.relu_1",
        "repeat_1.1.linear_2",
        "repeat_1.1.relu_2",
        "linear_3",
        "relu_3",
    ]


def test_given_names_are_numbered_where_they_come_again(layer, named):
    names, modules = named(
        layer("ReLU", name="Only"),
        layer("Repeat", layer("ReLU", name="Loop"), times=2),
        layer("ReLU", name="Twice"),
        layer("ReLU", name="Twice"),
        layer("Repeat", layer("ReLU", name="Once"), times=1),
        layer("ReLU"),
    )
    assert names == ["Only", "Loop 1", "Loop 2", "Twice 1", "Twice 2", "Once", "ReLU 7"]
    assert modules[1:4] == ["repeat_1.0.Loop_1", "repeat_1.1.Loop_2", "Twice_1"]


def test_names_are_unique_whatever_was_given(layer, named):
    names, modules = named(
        layer("ReLU", name="ReLU 2"),
        layer("ReLU"),
        layer("ReLU", name="a.b"),
        layer("ReLU", name="a b"),
        layer("ReLU", name="forward"),
        layer("ReLU", name="training"),
        layer("ReLU", name="…"),
        layer("ReLU", name="  "),
        layer("ReLU", name="第一层"),
    )
    assert names[:2] == ["ReLU 2", "ReLU 2 (2)"]
    assert len(set(names)) == len(set(modules)) == 9
    assert modules[2:7] == ["a_b", "a_b_2", "forward_2", "training_2", "relu"]
    assert names[7:] == ["ReLU 8", "第一层"]


def test_odd_names_build_and_run(layer, net):
    given = ["forward", "a.b", "a b", "…", "0", "named_modules", "第一层"]
    built = build_model(net(*(layer("ReLU", name=name) for name in given)), (4,), 4, seed=0)
    assert [info.module for info in built.layers] == [name for name, _ in built.model.named_modules() if name]


def test_a_shortcut_is_named_after_its_block(layer, net):
    residual = layer("Residual", layer("Linear", out_features=9))
    back = layer("Residual", layer("Linear", out_features=4), name="Back")
    layers = inspect_model(net(residual, back), (4,), 4).layers
    assert [(info.name, info.kind, info.path, info.module) for info in layers] == [
        ("Residual 1 shortcut", "Linear", (0,), "residual_1.shortcut"),
        ("Linear 1", "Linear", (0, 0), "residual_1.body.linear_1"),
        ("Back shortcut", "Linear", (1,), "Back.shortcut"),
        ("Linear 2", "Linear", (1, 0), "Back.body.linear_2"),
    ]


def test_paths_and_rounds(layer, net):
    inner = layer("Repeat", layer("Linear", out_features=4), times=2)
    layers = inspect_model(
        net(layer("ReLU"), layer("Repeat", layer("Residual", inner), times=2)), (4,), 4
    ).layers
    assert [(info.index, info.path, info.repeat) for info in layers] == [
        (0, (0,), ()),
        (1, (1, 0, 0, 0), (0, 0)),
        (2, (1, 0, 0, 0), (0, 1)),
        (3, (1, 0, 0, 0), (1, 0)),
        (4, (1, 0, 0, 0), (1, 1)),
    ]


def test_nodes_have_the_shape_of_the_first_round_and_blocks_the_sum(layer, net):
    body = (layer("Linear", out_features=3), layer("Tanh"))
    nodes = inspect_model(
        net(layer("Repeat", *body, times=4), layer("Linear", out_features=4)), (5,), 4
    ).nodes
    assert [(node.path, node.output_shape, node.parameters) for node in nodes] == [
        ((0,), (3,), 18 + 3 * 12),
        ((0, 0), (3,), 18),
        ((0, 1), (3,), 0),
        ((1,), (4,), 16),
    ]


def test_a_problem_in_a_later_round_says_which(layer, complaints):
    shrink = layer("Conv2d", out_channels=2, kernel_size=3)
    [(path, message)] = complaints(layer("Repeat", shrink, times=5), shape=(1, 8, 8))
    assert path == (0, 0)
    assert message.startswith("Conv2d 4, in round 4 of Repeat 1, got [2, 2, 2] and needs at least 3 × 3")


def test_what_came_before_the_problem_is_kept(layer, net):
    shrink = layer("Conv2d", out_channels=2, kernel_size=3)
    inspection = inspect_model(net(layer("ReLU"), layer("Repeat", shrink, times=5)), (1, 8, 8), 4)
    assert [info.name for info in inspection.layers] == ["ReLU 1", "Conv2d 1", "Conv2d 2", "Conv2d 3"]
    assert [node.path for node in inspection.nodes] == [(0,), (1, 0)]
