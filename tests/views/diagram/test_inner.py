"""What the engine's module names tell of the layers of composed and residual blocks."""

from dataclasses import replace

import pytest
from diagram_models import ENTRIES, block, linear

from gradviz.records.layer import Inspection, LayerInfo
from gradviz.spec.experiment import ModelSpec
from gradviz.views.diagram.folds import Fold, Folds, can_show_rounds
from gradviz.views.diagram.layout import lay_out
from gradviz.views.diagram.node import Role
from gradviz.views.diagram.outline import outline, rounds_of
from gradviz.views.diagram.scene import Form

BOTTLENECK = (
    ("residual_{0}.shortcut", "Conv2d"),
    ("residual_{0}.shortcut_norm", "BatchNorm2d"),
    ("residual_{0}.body.conv2d_{1}", "Conv2d"),
    ("residual_{0}.body.relu_{1}", "ReLU"),
    ("residual_{0}.drop", "StochasticDepth"),
    ("residual_{0}.activation", "ReLU"),
)
BRANCHES = (
    ("0.identity_1", "Identity"),
    ("1.sequential_1.conv2d_1", "Conv2d"),
    ("1.sequential_1.relu_1", "ReLU"),
)
DENSE = tuple(
    (f"repeat_9.{number}.parallel_{number}.{rest}", kind) for number in range(3) for rest, kind in BRANCHES
)


def inspected(modules) -> Inspection:
    """`modules`: (path, repeat, module, kind)."""
    layers = tuple(
        LayerInfo(
            index=index,
            name=f"{kind} {index}",
            kind=kind,
            path=path,
            repeat=repeat,
            module=module,
            output_shape=(8,),
            parameters=10 if kind in {"Conv2d", "BatchNorm2d", "Linear"} else 0,
        )
        for index, (path, repeat, module, kind) in enumerate(modules)
    )
    return Inspection(input_shape=(8,), classes=8, layers=layers, nodes=(), problems=())


def nodes(spec, modules):
    return outline(ModelSpec(layers=spec), ENTRIES, inspected(modules), {})


def composed_in_rounds(times: int = 3):
    """A Bottleneck in a Repeat; only in the first round its shortcut has layers."""
    modules = [
        (
            (0, 0),
            (number,),
            f"repeat_1.{number}.bottleneck_{number}." + module.format(number, number + 7),
            kind,
        )
        for number in range(times)
        for module, kind in BOTTLENECK
        if number == 0 or "shortcut" not in module
    ]
    return nodes((block("Repeat", block("Bottleneck"), times=times),), modules)


def test_a_composed_block_shows_its_shortcut_and_what_follows_the_sum() -> None:
    whole = composed_in_rounds()
    (bottleneck,) = whole.nodes[0].children
    (residual,) = bottleneck.children
    assert residual.role is Role.RESIDUAL
    assert residual.title == "Residual"
    assert [node.title for node in residual.own] == ["Conv2d", "BatchNorm2d"]
    assert [node.title for node in residual.children] == ["Conv2d", "ReLU", "StochasticDepth"]
    assert [node.title for node in residual.after] == ["ReLU"]


def test_the_same_layer_of_all_rounds_is_one_though_rounds_differ() -> None:
    whole = composed_in_rounds()
    (residual,) = whole.nodes[0].children[0].children
    assert residual.own[0].rows == (0,)
    assert [whole.measured[row].repeat for row in residual.children[0].rows] == [(0,), (1,), (2,)]
    first, second, _ = rounds_of(whole.nodes[0].children[0], 3, whole.measured)
    assert len(first.children[0].own) == 2
    assert second.children[0].own == ()
    assert second.children[0].children[0].rows == (3,)


def test_rounds_and_branches_inside_a_composed_block_are_drawn_as_such() -> None:
    modules = [((0,), (int(module[9]),), f"bottleneck_1.{module}", kind) for module, kind in DENSE]
    (dense,) = nodes((block("Bottleneck"),), modules).nodes
    (repeat,) = dense.children
    assert (repeat.role, repeat.times) == (Role.REPEAT, 3)
    assert not can_show_rounds(repeat)
    (parallel,) = repeat.children
    assert (parallel.role, parallel.join) == (Role.PARALLEL, "")
    identity, branch = parallel.children
    assert (identity.title, branch.title) == ("Identity", "Sequential")
    assert branch.children[0].rows == (0, 1, 2)


@pytest.mark.parametrize("fold", list(Fold))
def test_it_is_laid_out_inside_its_frames(fold: Fold) -> None:
    whole = composed_in_rounds()
    scene = lay_out(whole, Folds().set_all(whole.nodes, fold))
    for box in scene.boxes:
        if box.parent >= 0:
            frame = scene.boxes[box.parent]
            assert frame.left < box.left < box.right < frame.right
            assert frame.top < box.top < box.bottom < frame.bottom
    keys = [box.node.key for box in scene.boxes if box.form is not Form.JOIN]
    assert len(set(keys)) == len(keys)


def test_a_residuals_own_layers_stand_where_they_run() -> None:
    modules = [
        ((0,), (), "residual_1.shortcut", "Linear"),
        ((0,), (), "residual_1.preactivation", "ReLU"),
        ((0, 0), (), "residual_1.body.linear_1", "Linear"),
        ((0,), (), "residual_1.scale", "ReZero"),
        ((0,), (), "residual_1.activation", "Tanh"),
    ]
    (node,) = nodes((block("Residual", linear()),), modules).nodes
    assert [part.title for part in node.own] == ["Linear"]
    assert [part.title for part in node.children] == ["ReLU", "Linear 2", "ReZero"]
    assert [part.title for part in node.after] == ["Tanh"]
    scene = lay_out(
        outline(ModelSpec(layers=(block("Residual", linear()),)), ENTRIES, inspected(modules), {}), Folds()
    )
    (join,) = (box for box in scene.boxes if box.form is Form.JOIN)
    last = next(box for box in scene.boxes if box.node.title == "Tanh")
    assert last.top > join.bottom


def test_a_name_of_a_shape_that_is_not_known_is_a_plain_chain() -> None:
    modules = [((0,), (), "odd", "Conv2d"), ((0,), (), "bottleneck_1.mystery_3.conv2d_1", "Conv2d")]
    whole = nodes((replace(block("Bottleneck"), name="odd"),), modules)
    assert sum(1 for node in whole.nodes[0].walk() if node.title.startswith("Conv2d")) == 2
