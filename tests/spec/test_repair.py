import json

import pytest

from gradviz.spec.experiment import InitializerSpec, LayerSpec
from gradviz.spec.json_codec import layer_to_raw
from gradviz.spec.raw_layer import layer_from_raw
from gradviz.spec.repair import Repair, RepairEdit, repaired

LINEAR = LayerSpec(kind="Linear", parameters={"out_features": 4, "bias": False})
NORM = LayerSpec(kind="BatchNorm1d", name="norm")
BLOCK = LayerSpec(kind="Repeat", parameters={"times": 2}, body=(LINEAR, NORM))
FLATTEN = LayerSpec(kind="Flatten")


def test_edits_are_done_in_order():
    repair = Repair(
        label="Do it",
        edits=(
            RepairEdit(action="insert", path=(0,), layer=FLATTEN),
            RepairEdit(action="change", path=(1, 0), parameters={"out_features": "classes", "bias": None}),
            RepairEdit(action="change", path=(1, 1), kind="BatchNorm2d"),
            RepairEdit(action="remove", path=(2,)),
        ),
    )
    first, block = repaired((BLOCK, NORM), repair)
    assert first is FLATTEN
    assert block.body[0].parameters == {"out_features": "classes"}
    assert block.body[1] == LayerSpec(kind="BatchNorm2d", name="norm")
    assert Repair.from_raw(json.loads(json.dumps(repair.to_raw()))) == repair


def test_a_repair_of_another_tree_is_refused():
    with pytest.raises(IndexError):
        repaired((), Repair(label="", edits=(RepairEdit(action="change", path=(3,), kind="x"),)))
    with pytest.raises(IndexError):
        repaired((), Repair(label="", edits=(RepairEdit(action="remove", path=(0,)),)))


def test_a_layer_comes_back_from_its_tables():
    layer = LayerSpec(
        kind="Repeat",
        parameters={"times": 2},
        initializer=InitializerSpec(name="normal", parameters={"std": 0.1}),
        body=(LINEAR, LayerSpec(kind="Linear", name="x", initializer=InitializerSpec(name="zeros"))),
    )
    assert layer_from_raw(json.loads(json.dumps(layer_to_raw(layer)))) == layer
