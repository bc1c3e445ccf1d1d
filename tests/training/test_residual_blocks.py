from __future__ import annotations

from gradviz.nets.build import build_model
from gradviz.spec.experiment import LayerSpec, ModelSpec
from gradviz.training.residual_blocks import joins, residual_blocks


def layer(kind: str, *body: LayerSpec, **parameters: object) -> LayerSpec:
    return LayerSpec(kind=kind, parameters=parameters, body=body)


def test_blocks_are_found_with_names_places_and_parts() -> None:
    inner = layer("Residual", layer("Linear", out_features=8), layer("Tanh"))
    outer = layer(
        "Residual",
        inner,
        layer("Linear", out_features=4),
        activation="ReLU",
        branch_scale="rezero",
        shortcut="projection",
    )
    model = ModelSpec(
        layers=(layer("Linear", out_features=8), outer, layer("Linear", out_features="classes"))
    )
    built = build_model(model, (5,), 3, 0)
    blocks = residual_blocks(built.model, built.layers)
    assert [block.name for block in blocks] == ["Residual 1", "Residual 2"]
    assert [block.path for block in blocks] == [(1,), (1, 0)]
    kinds = [[built.layers[index].kind for index in block.layers] for block in blocks]
    assert sorted(kinds[0]) == sorted(["Linear", "Linear", "Tanh", "Linear", "ReZero", "ReLU"])
    assert kinds[1] == ["Linear", "Tanh"]
    assert [built.layers[index].module for index in blocks[0].shortcut] == [f"{blocks[0].label}.shortcut"]
    assert blocks[0].branch_end is blocks[0].module.scale
    assert blocks[0].skip_end is blocks[0].module.shortcut
    assert blocks[0].activation is blocks[0].module.activation
    assert blocks[1].branch_end is blocks[1].module.body
    assert blocks[1].skip_end is None
    assert blocks[1].shortcut == ()


def test_composed_and_repeated_blocks() -> None:
    block = layer("TransformerBlock", num_heads=2, norm_first=True)
    model = ModelSpec(
        layers=(
            layer("Repeat", block, times=3),
            layer("MeanOverTime"),
            layer("Linear", out_features="classes"),
        )
    )
    built = build_model(model, (6, 4), 3, 0)
    blocks = residual_blocks(built.model, built.layers)
    assert [block.name for block in blocks] == [f"Residual {number}" for number in range(1, 7)]
    assert {block.path for block in blocks} == {(0, 0)}
    firsts = [block.layers[0] for block in blocks]
    assert firsts == sorted(firsts)


def test_a_plain_network_has_none() -> None:
    built = build_model(ModelSpec(layers=(layer("Linear", out_features="classes"),)), (5,), 3, 0)
    assert residual_blocks(built.model, built.layers) == ()
    assert joins(built.model, built.layers) == ()


def test_only_the_outermost_of_ways_side_by_side_is_a_join() -> None:
    inner = layer("Parallel", layer("Tanh"), layer("Linear", out_features=5))
    outer = layer("Parallel", inner, layer("ReLU"), combine="concatenation")
    built = build_model(ModelSpec(layers=(outer, layer("Linear", out_features="classes"))), (5,), 3, 0)
    (join,) = joins(built.model, built.layers)
    assert join.name == "Parallel 1"
    assert join.path == (0,)
    assert [built.layers[index].kind for index in join.layers] == ["Tanh", "Linear", "ReLU"]
