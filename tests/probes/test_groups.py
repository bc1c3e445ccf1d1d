"""Every parameter counts once, for the innermost layer that holds it."""

from torch import nn

from gradviz.probes.groups import parameters_by_layer
from gradviz.records.layer import LayerInfo


def info(module):
    return LayerInfo(
        index=0, name=module, kind="", path=(), repeat=(), module=module, output_shape=(), parameters=1
    )


def test_parts_of_a_layer_are_its_own_and_listed_layers_are_not():
    attention = nn.MultiheadAttention(4, 2)
    model = nn.Sequential(nn.ModuleDict({"a": attention, "b": nn.Linear(4, 4)}), nn.Linear(4, 4))
    groups = parameters_by_layer(model, [info("0.a"), info("0"), info("1")])
    assert [len(group) for group in groups] == [4, 2, 2]
    groups = parameters_by_layer(model, [info("0.a.out_proj"), info("0.a")])
    assert [len(group) for group in groups] == [2, 2]


def test_a_shared_parameter_counts_for_the_first():
    model = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4))
    model[1].weight = model[0].weight
    assert [len(group) for group in parameters_by_layer(model, [info("0"), info("1")])] == [2, 1]
