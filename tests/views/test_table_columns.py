from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from gradviz.control.engine_state import TablePreviewed
from gradviz.spec.experiment import DataSpec
from gradviz.spec.table import ColumnInfo, ColumnKind, Role, TablePreview

HOUSES = TablePreview(
    path="/houses.csv",
    format="CSV",
    samples=120,
    columns=(
        ColumnInfo(name="id", kind=ColumnKind.IDENTIFIER, why="Every cell is another one", distinct=120),
        ColumnInfo(name="area", kind=ColumnKind.NUMBER, role=Role.INPUT, inputs=1, low=60.0, high=150.0),
        ColumnInfo(name="heating", kind=ColumnKind.CATEGORY, role=Role.INPUT, inputs=3, missing=2),
        ColumnInfo(name="price", kind=ColumnKind.NUMBER, role=Role.TARGET),
    ),
    rows=(("h0", "60", "gas", "100"), ("h1", "67", "", "113")),
)


@pytest.fixture
def columns(window, document, host, qtbot):
    """The columns of a table that the engine has looked at."""
    data = DataSpec(name="table", parameters={"path": "/houses.csv"})
    document.edit(replace(document.experiment, data=data), "choose")
    qtbot.waitUntil(lambda: ("preview", {"path": "/houses.csv"}) in host.asked)
    number = next(n for n, (what, _) in enumerate(host.asked, 1) if what == "preview")
    host.previewed.emit(TablePreviewed(id=number, preview=HOUSES))
    return window.left.data.columns


def test_a_table_is_shown_before_it_is_used(columns) -> None:
    assert not columns.isHidden()
    shown = [[columns.topLevelItem(row).text(place) for place in range(3)] for row in range(4)]
    assert shown[0] == ["id", "identifier", "–"]
    assert shown[2] == ["heating", "category", "input"]
    assert shown[3] == ["price", "number", "target"]
    assert "Every cell is another one" in columns.topLevelItem(0).toolTip(1)
    assert "60.0 to 150" in columns.topLevelItem(1).toolTip(0)
    assert "gas, (missing)" in columns.topLevelItem(2).toolTip(0)


def test_a_tick_chooses_the_inputs(columns, document) -> None:
    columns.topLevelItem(1).setCheckState(0, Qt.CheckState.Unchecked)
    assert document.experiment.data.parameters["columns"] == ["heating"]
    document.undo_stack.undo()
    columns.topLevelItem(0).setCheckState(0, Qt.CheckState.Checked)
    assert "id" in document.experiment.data.parameters["columns"]


def test_a_double_click_chooses_the_target(columns, document) -> None:
    columns.itemActivated.emit(columns.topLevelItem(3), 0)  # which is it already
    assert "target" not in document.experiment.data.parameters
    columns.itemActivated.emit(columns.topLevelItem(1), 0)
    assert document.experiment.data.parameters["target"] == "area"


def test_an_answer_about_another_state_is_dropped(columns, document, host, window, qtbot) -> None:
    asked = sum(what == "preview" for what, _ in host.asked)
    window.left.data.choice.set_parameter("target", "area")
    qtbot.waitUntil(lambda: sum(what == "preview" for what, _ in host.asked) > asked)
    host.previewed.emit(TablePreviewed(id=0, preview=replace(HOUSES, columns=HOUSES.columns[:1])))
    assert columns.topLevelItemCount() == 4


def test_another_data_set_has_no_columns(columns, document) -> None:
    document.edit(replace(document.experiment, data=DataSpec(name="moons")), "choose")
    assert columns.isHidden()
    assert columns.topLevelItemCount() == 0
