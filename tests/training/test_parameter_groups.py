"""Layers find their group by name, the first that matches; what cannot be meant is a sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from torch import nn

from gradviz.data.load import describe
from gradviz.nets.model import build
from gradviz.records.layer import LayerInfo
from gradviz.spec.experiment import DataSpec, GroupSpec, LayerSpec, ModelSpec, OptimizerSpec
from gradviz.spec.layer_patterns import matches
from gradviz.spec.problem import SpecError
from gradviz.training.parameter_groups import assign, build_groups, check_groups


def layer(kind: str, **parameters: object) -> LayerSpec:
    return LayerSpec(kind=kind, parameters=parameters)  # type: ignore[arg-type]


def network(*layers: LayerSpec, data: str = "moons") -> tuple[nn.Module, tuple[LayerInfo, ...]]:
    built = build(ModelSpec(layers=layers), describe(DataSpec(name=data)), 0)
    return built.model, built.layers


MLP = (
    layer("Linear", out_features=5),
    layer("Tanh"),
    layer("Linear", out_features=4),
    layer("Tanh"),
    layer("Linear", out_features="classes"),
)


@pytest.mark.parametrize(
    ("pattern", "name", "yes"),
    [
        ("Linear 1", "Linear 1", True),
        ("Linear 1", "Linear 10", False),
        ("Linear ?", "Linear 1", True),
        ("Linear ?", "Linear 10", False),
        ("*", "Linear 10", True),
        ("linear 1", "Linear 1", False),
        ("a[1]*", "a[1] 2", True),
        ("a[1]", "a1", False),
    ],
)
def test_patterns_are_as_of_files(pattern: str, name: str, yes: bool) -> None:
    assert matches(pattern, name) is yes


def test_the_first_group_that_matches_wins() -> None:
    _, layers = network(*MLP)
    groups = (GroupSpec(layers="Linear 2", lr_factor=0.5), GroupSpec(layers="Linear *", lr_factor=0.1))
    others, second, rest = assign(layers, groups)
    assert [x.name for x in others.layers] == ["Tanh 1", "Tanh 2"]
    assert [x.name for x in second.layers] == ["Linear 2"]
    assert [x.name for x in rest.layers] == ["Linear 1", "Linear 3"]


def test_every_parameter_is_in_one_group_with_its_factor() -> None:
    model, layers = network(*MLP)
    spec = OptimizerSpec(groups=(GroupSpec(layers="Linear 3", lr_factor=0.5), GroupSpec(layers="Linear 1")))
    made = build_groups(model, layers, spec)
    names = {id(p): name for name, p in model.named_parameters()}
    assert [[names[id(p)] for p in group["params"]] for group in made] == [
        ["linear_2.weight", "linear_2.bias"],
        ["linear_3.weight", "linear_3.bias"],
        ["linear_1.weight", "linear_1.bias"],
    ]
    assert [group["lr_factor"] for group in made] == [1.0, 0.5, 1.0]


def test_without_groups_there_is_one_in_the_models_order() -> None:
    model, layers = network(*MLP)
    (made,) = build_groups(model, layers, OptimizerSpec())
    assert [id(p) for p in made["params"]] == [id(p) for p in model.parameters()]


def test_what_lies_in_no_layer_or_is_frozen_by_the_model_itself() -> None:
    model, layers = network(*MLP)
    model.register_parameter("scale", nn.Parameter(model[0].weight.detach().clone()))
    model[2].bias.requires_grad = False
    made = build_groups(model, layers, OptimizerSpec(groups=(GroupSpec(layers="Linear *"),)))
    assert [len(group["params"]) for group in made] == [1, 5]
    assert made[0]["params"][0] is model.scale


def test_muon_leaves_embedding_and_output_to_its_other_half() -> None:
    model = nn.Sequential(nn.Embedding(4, 6), nn.Flatten(), nn.Linear(6, 5), nn.Linear(5, 2))
    template = network(*MLP)[1][0]
    infos = tuple(
        replace(template, index=i, name=f"{kind} {i}", kind=kind, module=str(i), parameters=1)
        for i, kind in ((0, "Embedding"), (2, "Linear"), (3, "Linear"))
    )
    made = build_groups(model, infos, OptimizerSpec(name="Muon"))
    hidden = {tuple(p.shape) for group in made if group["hidden"] for p in group["params"]}
    assert hidden == {(5, 6), (5,)}


@pytest.mark.parametrize(
    ("patterns", "said"),
    [
        (["Linaer 1"], r"optimizer.groups\[0\].layers: “Linaer 1” matches no layer: did you mean “Linear 1”"),
        (["Linear 2", "Linaer*"], r"groups\[1\].layers: .*did you mean “Linear"),
        (["zz*"], r"matches no layer; there are Linear 1, Linear 2, Linear 3"),
        (["Tanh*"], r"“Tanh\*” matches only layers without parameters, such as Tanh 1"),
        (
            ["*", "Linear 1"],
            r"groups\[1\].layers: “Linear 1” matches only layers that belong to a group before",
        ),
    ],
)
def test_a_pattern_that_gets_nothing_is_a_sentence(patterns: list[str], said: str) -> None:
    _, layers = network(*MLP)
    with pytest.raises(SpecError, match=said):
        check_groups(layers, OptimizerSpec(groups=tuple(GroupSpec(layers=p) for p in patterns)))


def test_everything_frozen_learns_nothing() -> None:
    _, layers = network(*MLP)
    groups = (GroupSpec(layers="*", frozen=True, unfreeze_at=5),)
    with pytest.raises(SpecError, match=r"optimizer\.groups: freezes every layer"):
        check_groups(layers, OptimizerSpec(groups=groups))
    check_groups(layers, OptimizerSpec(groups=(GroupSpec(layers="Linear ?", lr_factor=0.5),)))
    check_groups(layers, OptimizerSpec(groups=(GroupSpec(layers="Linear 1", frozen=True),)))


def test_rprop_cannot_be_slowed_to_nothing() -> None:
    _, layers = network(*MLP)
    groups = (GroupSpec(layers="Linear 1", lr_factor=0.0),)
    check_groups(layers, OptimizerSpec(groups=groups))
    with pytest.raises(SpecError, match=r"groups\[0\].lr_factor: must be above 0: Rprop"):
        check_groups(layers, OptimizerSpec(name="Rprop", groups=groups))


def test_a_network_without_parameters() -> None:
    with pytest.raises(SpecError, match="model: has no parameters"):
        build_groups(nn.Sequential(nn.Flatten()), (), OptimizerSpec())
