"""The tree follows every edit with the smallest change of its rows, and keeps all indexes it can."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy

from gradviz.control.engine_state import EngineState, EngineStatus, InspectionReply
from gradviz.control.experiment_edits import ExperimentEdits
from gradviz.control.layer_tree_model import LayerColumn, LayerRole, LayerTreeModel
from gradviz.records.layer import Inspection, LayerProblem, NodeInfo
from gradviz.spec.catalogue import Catalogue, Entry, Kind, Parameter
from gradviz.spec.experiment import ExperimentSpec, LayerSpec, ModelSpec


def linear(width: int) -> LayerSpec:
    return LayerSpec(kind="Linear", parameters={"out_features": width})


RELU = LayerSpec(kind="ReLU")
REPEAT = LayerSpec(kind="Repeat", parameters={"times": 3}, body=(linear(8), RELU))
EXPERIMENT = ExperimentSpec(model=ModelSpec(layers=(linear(1), REPEAT, linear(2), RELU)))
TIMES = Parameter(name="times", kinds=(Kind.INTEGER,), doc="", required=True)
CATALOGUE = Catalogue(
    layers=(
        Entry(name="Linear", group="", doc="y = xWᵀ + b"),
        Entry(name="ReLU", group="", doc="max(0, x)"),
        Entry(name="Repeat", group="", doc="", parameters=(TIMES,), body=True),
    )
)


@pytest.fixture
def document(qtbot) -> ExperimentEdits:
    return ExperimentEdits(EXPERIMENT)


@pytest.fixture
def model(document: ExperimentEdits) -> LayerTreeModel:
    model = LayerTreeModel(document, document)
    # Its complaints are Qt warnings, which fail the test.
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning, model)
    return model


def texts(model: LayerTreeModel, parent: QModelIndex | None = None) -> list[object]:
    parent = parent or QModelIndex()
    rows = []
    for row in range(model.rowCount(parent)):
        index = model.index(row, 0, parent)
        rows.append([index.data(), *texts(model, index)] if model.hasChildren(index) else index.data())
    return rows


def test_rows_are_the_layers(model: LayerTreeModel) -> None:
    assert texts(model) == ["Linear 1", ["Repeat ×3", "Linear 8", "ReLU"], "Linear 2", "ReLU"]
    headers = [model.headerData(i, Qt.Orientation.Horizontal) for i in range(model.columnCount())]
    assert headers == ["Layer", "Output", "Params", "MACs"]
    inner = model.index_of((1, 0))
    assert inner.data(LayerRole.PATH) == (1, 0)
    assert inner.data(LayerRole.SPEC) == linear(8)
    assert inner.parent() == model.index_of((1,))
    assert model.path_of(inner) == (1, 0)
    assert model.path_of(QModelIndex()) == ()
    assert not model.index_of((9,)).isValid()
    assert not model.index_of((1, 5)).isValid()
    assert not model.index_of(()).isValid()


def test_one_parameter_changes_one_row(document: ExperimentEdits, model: LayerTreeModel) -> None:
    changed = QSignalSpy(model.dataChanged)
    reset = QSignalSpy(model.modelReset)
    document.set_parameter((2,), "out_features", 5)
    assert changed.count() == 1
    assert changed.at(0)[0] == model.index_of((2,))
    assert changed.at(0)[1] == model.index_of((2,), LayerColumn.MULTIPLY_ADDS)
    assert reset.count() == 0
    assert texts(model)[2] == "Linear 5"


def test_indexes_survive_what_does_not_concern_them(document: ExperimentEdits, model: LayerTreeModel) -> None:
    inner = QPersistentModelIndex(model.index_of((1, 0)))
    last = QPersistentModelIndex(model.index_of((2,)))
    document.add_layer((0,), linear(7))
    assert (model.path_of(inner), model.path_of(last)) == ((2, 0), (3,))
    document.set_parameter((2,), "times", 9)
    document.set_parameter((2, 1), "x", 1)
    assert model.path_of(inner) == (2, 0)
    document.move_layer((2,), (0,))
    assert (model.path_of(inner), model.path_of(last)) == ((0, 0), (3,))
    document.duplicate_layer((1,))
    document.remove_layers((1,))
    assert (model.path_of(inner), model.path_of(last)) == ((0, 0), (3,))
    document.add_layer((0, 0), RELU)
    assert model.path_of(inner) == (0, 1)
    while document.undo_stack.canUndo():
        document.undo_stack.undo()
    assert (model.path_of(inner), model.path_of(last)) == ((1, 0), (2,))
    while document.undo_stack.canRedo():
        document.undo_stack.redo()
    assert model.path_of(inner) == (0, 1)
    document.remove_layers((0,))
    assert not inner.isValid()
    assert last.isValid()


@pytest.mark.parametrize(("source", "target"), [((0,), (4,)), ((3,), (0,)), ((0,), (2,)), ((2,), (1,))])
def test_a_move_among_siblings_is_one_move(document, model, source, target) -> None:
    moves, removals = QSignalSpy(model.rowsMoved), QSignalSpy(model.rowsRemoved)
    index = QPersistentModelIndex(model.index_of(source))
    new_place = document.move_layer(source, target)
    assert (moves.count(), removals.count()) == (1, 0)
    assert model.path_of(index) == new_place
    expected = [layer.kind for layer in document.experiment.model.layers]
    assert [model.index(row, 0).data(LayerRole.SPEC).kind for row in range(4)] == expected


def inspection(*nodes: NodeInfo, problems: tuple[LayerProblem, ...] = ()) -> InspectionReply:
    found = Inspection(input_shape=(1, 8, 8), classes=10, layers=(), nodes=nodes, problems=problems)
    return InspectionReply(id=1, inspection=found)


def test_an_inspection_comes_to_its_rows(document: ExperimentEdits, model: LayerTreeModel) -> None:
    node = NodeInfo(path=(1, 0), output_shape=(64, 8, 8), parameters=4160)
    model.set_inspection(inspection(node, problems=(LayerProblem(path=(2,), message="does not fit"),)))
    index = model.index_of((1, 0), LayerColumn.OUTPUT)
    assert index.data() == "64\u200a×\u200a8\u200a×\u200a8"
    assert index.data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    assert model.index_of((1, 0), LayerColumn.PARAMETERS).data() == "4.2 k"
    assert model.index_of((1, 0)).data(LayerRole.NODE) == node
    assert model.index_of((0,), LayerColumn.OUTPUT).data() == ""
    assert model.index_of((2,)).data(LayerRole.PROBLEM) == "does not fit"
    assert model.index_of((2,)).data(Qt.ItemDataRole.ToolTipRole) == "does not fit"
    document.add_layer((0,), RELU)  # what was found moves along until the next answer
    assert model.index_of((2, 0), LayerColumn.OUTPUT).data() == "64\u200a×\u200a8\u200a×\u200a8"
    changed = QSignalSpy(model.dataChanged)
    model.set_inspection(inspection(replace(node, path=(2, 0))))
    assert model.index_of((3,)).data(LayerRole.PROBLEM) == ""
    assert changed.count() == 1  # the row whose problem went; another path of the same node is not seen
    assert model.index_of((2, 0)).data(LayerRole.NODE).path == (2, 0)


def test_an_error_is_shown_at_its_layer(model: LayerTreeModel) -> None:
    where = "model.layers[1].body[0].out_features"
    model.set_inspection(InspectionReply(id=1, error="must be at least 1", where=where))
    assert model.index_of((1, 0)).data(LayerRole.PROBLEM) == "must be at least 1"
    model.set_inspection(InspectionReply(id=2, error="no such data", where="data"))
    assert model.index_of((1, 0)).data(LayerRole.PROBLEM) == ""


def test_a_failed_check_is_shown_at_its_layer(document: ExperimentEdits, model: LayerTreeModel) -> None:
    document.on_engine_changed(EngineStatus(state=EngineState.READY, catalogue=CATALOGUE))
    assert "unknown key" in model.index_of((0,)).data(LayerRole.PROBLEM)  # this Linear takes nothing
    assert "unknown key" in model.index_of((1, 0)).data(LayerRole.PROBLEM)
    assert model.index_of((3,)).data(LayerRole.PROBLEM) == ""
    assert model.index_of((3,)).data(Qt.ItemDataRole.ToolTipRole) == "max(0, x)"


def test_dragging_moves(document: ExperimentEdits, model: LayerTreeModel) -> None:
    repeat = model.index_of((1,))
    assert model.flags(repeat) & Qt.ItemFlag.ItemIsDropEnabled
    assert not model.flags(model.index_of((0,))) & Qt.ItemFlag.ItemIsDropEnabled
    dragged = [model.index_of((0,)), model.index_of((0,), 1), model.index_of((2,))]
    move = Qt.DropAction.MoveAction
    assert model.dropMimeData(model.mimeData(dragged), move, -1, -1, repeat)
    assert texts(model) == [["Repeat ×3", "Linear 8", "ReLU", "Linear 1", "Linear 2"], "ReLU"]
    own = model.mimeData([model.index_of((0,))])
    assert not model.canDropMimeData(own, move, 0, 0, model.index_of((0,)))
    assert not model.dropMimeData(own, move, 0, 0, model.index_of((0,)))
    inner = model.mimeData([model.index_of((0, 0))])
    assert model.dropMimeData(inner, move, 0, 0, QModelIndex())
    assert texts(model) == ["Linear 8", ["Repeat ×3", "ReLU", "Linear 1", "Linear 2"], "ReLU"]
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert document.experiment is EXPERIMENT


def test_another_experiment_resets_it(document: ExperimentEdits, model: LayerTreeModel) -> None:
    model.set_inspection(inspection(NodeInfo(path=(0,), output_shape=(1,), parameters=1)))
    reset = QSignalSpy(model.modelReset)
    document._replace_experiment(ExperimentSpec(model=ModelSpec(layers=(linear(3),))))
    assert reset.count() == 1
    assert texts(model) == ["Linear 3"]
    assert model.index_of((0,), LayerColumn.OUTPUT).data() == ""
    assert model.inspection is None
