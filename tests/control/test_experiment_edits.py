"""Every edit can be undone, and consecutive changes of one value are one edit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gradviz.control.engine_state import EngineState, EngineStatus
from gradviz.control.experiment_edits import ExperimentEdits
from gradviz.spec.catalogue import Catalogue, Entry, Kind, Parameter
from gradviz.spec.experiment import ExperimentSpec, InitializerSpec, LayerSpec, ModelSpec, OptimizerSpec
from gradviz.spec.repair import Repair, RepairEdit


def linear(width: int) -> LayerSpec:
    return LayerSpec(kind="Linear", parameters={"out_features": width})


RELU = LayerSpec(kind="ReLU")
REPEAT = LayerSpec(kind="Repeat", parameters={"times": 3}, body=(linear(8), RELU))
EXPERIMENT = ExperimentSpec(model=ModelSpec(layers=(linear(1), REPEAT, linear(2))))
CATALOGUE = Catalogue(
    layers=(
        Entry(
            name="Linear",
            group="",
            doc="",
            parameters=(
                Parameter(name="out_features", kinds=(Kind.INTEGER,), doc="", minimum=1, required=True),
            ),
        ),
        Entry(name="ReLU", group="", doc=""),
        Entry(
            name="Repeat",
            group="",
            doc="",
            body=True,
            parameters=(Parameter(name="times", kinds=(Kind.INTEGER,), doc="", required=True),),
        ),
    ),
    initializers=(Entry(name="default", group="", doc=""),),
    data_sets=(Entry(name="digits", group="", doc=""),),
    optimizers=(Entry(name="SGD", group="", doc=""),),
)


@pytest.fixture
def edits(qtbot) -> ExperimentEdits:
    return ExperimentEdits(EXPERIMENT)


def kinds(layers: tuple[LayerSpec, ...]) -> list[object]:
    return [
        [layer.kind, kinds(layer.body)]
        if layer.body
        else (layer.parameters.get("out_features") or layer.kind)
        for layer in layers
    ]


def shown(edits: ExperimentEdits) -> list[object]:
    return kinds(edits.experiment.model.layers)


def test_layer_operations_and_their_undo(edits: ExperimentEdits) -> None:
    states = [edits.experiment]

    def did(text: str, expected: list[object]) -> None:
        assert edits.undo_stack.undoText() == text
        assert shown(edits) == expected
        states.append(edits.experiment)

    edits.add_layer((1, 1), linear(5))
    did("Add Linear", [1, ["Repeat", [8, 5, "ReLU"]], 2])
    assert edits.move_layer((0,), (1, 2)) == (0, 2)
    did("Move Linear", [["Repeat", [8, 5, 1, "ReLU"]], 2])
    assert edits.duplicate_layer((0, 1)) == (0, 2)
    did("Duplicate Linear", [["Repeat", [8, 5, 5, 1, "ReLU"]], 2])
    edits.remove_layers((0, 0), (0, 2), (1,))
    did("Remove 3 Linear layers", [["Repeat", [5, 1, "ReLU"]]])
    assert edits.move_layers(((0, 0), (0, 1)), (1,)) == ((1,), (2,))
    did("Move 2 Linear layers", [["Repeat", ["ReLU"]], 5, 1])
    edits.replace_layer((1,), RELU)
    did("Replace Linear", [["Repeat", ["ReLU"]], "ReLU", 1])
    edits.rename_layer((2,), "head")
    assert edits.experiment.model.layers[2].name == "head"
    edits.undo_stack.undo()
    edits.remove_layers((0,), (0, 0))
    did("Remove Repeat", ["ReLU", 1])

    for state in reversed(states[:-1]):
        edits.undo_stack.undo()
        assert edits.experiment is state
    assert not edits.undo_stack.canUndo()
    for state in states[1:]:
        edits.undo_stack.redo()
        assert edits.experiment is state


def test_several_layers_change_in_one_step(edits: ExperimentEdits) -> None:
    paths = [(0,), (1, 0), (2,)]
    for width in (6, 7):
        edits.set_parameter_of(paths, "out_features", width)
    assert shown(edits) == [7, ["Repeat", [7, "ReLU"]], 7]
    assert edits.undo_stack.undoText() == "Change out_features of 3 Linear layers"
    for times in (4, 5):
        deeper = replace(edits.experiment.model.layers[1], parameters={"times": times})
        edits.replace_layer((1,), deeper, f"Change depth to {times}", merge="depth")
    assert edits.undo_stack.undoText() == "Change depth to 5"
    edits.undo_stack.undo()
    edits.set_initializer_of([(1,), (2,)], InitializerSpec(name="zeros"))
    assert edits.undo_stack.undoText() == "Change initializer of 2 layers"
    assert edits.experiment.model.layers[1].initializer == InitializerSpec(name="zeros")
    edits.reset_parameter_of(paths, "out_features")
    assert edits.undo_stack.count() == 3
    for _ in range(3):
        edits.undo_stack.undo()
    assert edits.experiment is EXPERIMENT


def test_copies_and_duplicates_have_no_names(edits: ExperimentEdits) -> None:
    edits.rename_layer((0,), "first")
    assert edits.copy_layers([(0,), (1, 1)], (1, 1)) == ((1, 1), (1, 2))
    assert shown(edits) == [1, ["Repeat", [8, 1, "ReLU", "ReLU"]], 2]
    assert edits.experiment.model.layers[1].body[1].name is None
    edits.undo_stack.undo()
    assert edits.duplicate_layers([(0,), (1, 0), (1,), (1, 1), (2,)]) == ((3,), (4,), (5,))
    edits.undo_stack.undo()
    assert edits.duplicate_layers([(0,), (1, 0), (1, 1)]) == ((1,), (2, 2), (2, 3))
    assert shown(edits) == [1, 1, ["Repeat", [8, "ReLU", 8, "ReLU"]], 2]


def test_grouping_and_ungrouping(edits: ExperimentEdits) -> None:
    residual = LayerSpec(kind="Residual")
    assert edits.group_layers([(1, 1), (1, 0)], residual) == (1, 0)
    assert shown(edits) == [1, ["Repeat", [["Residual", [8, "ReLU"]]]], 2]
    assert edits.undo_stack.undoText() == "Group 2 layers into Residual"
    assert edits.group_layers([(0,)], residual) == (0,)
    assert edits.ungroup_layers([(0,), (1,), (1, 0)]) == ((0,), (1,))
    assert shown(edits) == [1, ["Residual", [8, "ReLU"]], 2]
    assert edits.ungroup_layers([(1,)]) == ((1,), (2,))
    assert edits.undo_stack.undoText() == "Ungroup Residual"
    assert shown(edits) == [1, 8, "ReLU", 2]
    with pytest.raises(ValueError, match="neighbouring"):
        edits.group_layers([(0,), (2,)], residual)


def test_a_group_of_equal_rounds_becomes_one_body(edits: ExperimentEdits) -> None:
    assert edits.unroll_layer((1,), 3) == tuple((row,) for row in range(1, 7))
    assert shown(edits) == [1, 8, "ReLU", 8, "ReLU", 8, "ReLU", 2]
    body = LayerSpec(kind="Repeat", parameters={"times": 3}, body=(linear(8), RELU))
    edits.group_layers([(row,) for row in range(1, 7)], body)
    assert edits.experiment == EXPERIMENT


def test_one_layer_is_replaced_by_several(edits: ExperimentEdits) -> None:
    assert edits.replace_by((1, 0), (linear(3), linear(4)), "Ungroup Bottleneck") == ((1, 0), (1, 1))
    assert shown(edits) == [1, ["Repeat", [3, 4, "ReLU"]], 2]


def test_a_repair_is_one_step_and_only_for_its_tree(edits: ExperimentEdits) -> None:
    repair = Repair(
        label="Insert a Flatten before it",
        edits=(RepairEdit(action="insert", path=(1, 0), layer=LayerSpec(kind="Flatten")),),
    )
    assert edits.repair(repair)
    assert edits.undo_stack.undoText() == "Insert a Flatten before it"
    assert shown(edits) == [1, ["Repeat", ["Flatten", 8, "ReLU"]], 2]
    edits.remove_layers((1,), (2,))
    before = edits.experiment
    assert not edits.repair(repair)
    assert edits.experiment is before


def test_a_block_does_not_go_into_itself(edits: ExperimentEdits) -> None:
    with pytest.raises(ValueError, match="into itself"):
        edits.move_layer((1,), (1, 0))
    assert edits.experiment is EXPERIMENT
    assert edits.undo_stack.count() == 0


def test_consecutive_changes_of_one_parameter_are_one_undo(edits: ExperimentEdits) -> None:
    for width in (9, 10, 11):
        edits.set_parameter((1, 0), "out_features", width)
    assert edits.undo_stack.count() == 1
    assert edits.undo_stack.undoText() == "Change out_features of Linear"
    edits.set_parameter((0,), "out_features", 4)
    assert edits.undo_stack.count() == 2
    edits.set_parameter((1, 0), "out_features", 12)
    assert edits.undo_stack.count() == 3
    for _ in range(3):
        edits.undo_stack.undo()
    assert edits.experiment is EXPERIMENT


def test_there_and_back_leaves_no_undo(edits: ExperimentEdits) -> None:
    edits.set_parameter((0,), "out_features", 4)
    edits.set_parameter((0,), "out_features", 1)
    assert edits.undo_stack.count() == 0
    assert edits.experiment == EXPERIMENT


def test_edits_beside_the_layers_merge_by_key(edits: ExperimentEdits) -> None:
    for lr in (0.1, 0.2):
        optimizer = OptimizerSpec(lr=lr)
        edits.edit(replace(edits.experiment, optimizer=optimizer), "Learning rate", merge="optimizer.lr")
    edits.edit(replace(edits.experiment, seed=1), "Seed")
    edits.edit(replace(edits.experiment, seed=1), "Seed")  # no change, no edit
    edits.edit(replace(edits.experiment, seed=2), "Seed")
    assert edits.undo_stack.count() == 3


def test_reset_lets_the_default_count(edits: ExperimentEdits) -> None:
    edits.reset_parameter((0,), "out_features")
    assert edits.experiment.model.layers[0].parameters == {}


def test_problems_are_told_when_there_is_a_catalogue(edits: ExperimentEdits, qtbot) -> None:
    edits.set_parameter((1, 0), "out_features", -4)
    assert edits.problems == ()
    with qtbot.waitSignal(edits.problems_changed) as told:
        edits.on_engine_changed(EngineStatus(state=EngineState.READY, catalogue=CATALOGUE))
    (problem,) = told.args[0]
    assert problem.where == "model.layers[1].body[0].out_features"
    assert "at least 1" in problem.message
    edits.undo_stack.undo()
    assert edits.problems == ()
    edits.add_layer((0,), LayerSpec(kind="Liner"))
    assert "did you mean “Linear”" in edits.problems[0].message
