import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from gradviz.spec.experiment import GroupSpec

EDIT = Qt.ItemDataRole.EditRole
TICK = Qt.ItemDataRole.CheckStateRole


@pytest.fixture
def part(window):
    window.left.sections[2].set_open(is_open=True)
    panel = window.left.training
    panel.sections[panel.groups].set_open(is_open=True)
    return panel.groups


def cell(part, row: int, column: int):
    return part.groups.index(row, column)


def groups(document) -> tuple[GroupSpec, ...]:
    return document.experiment.optimizer.groups


def test_a_group_is_added_edited_and_taken_back(part, document, qtbot, app) -> None:
    assert part.summary(document.experiment) == "none"
    part.add_button.click()
    assert groups(document) == (GroupSpec(layers="*"),)
    editor = part.table.findChild(QLineEdit)
    assert editor.completer().model().stringList()[:2] == ["Linear *", "Linear 1"]
    editor.selectAll()
    qtbot.keyClicks(editor, "Linear 1?")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    app.processEvents()  # an editor commits when its key has been dealt with
    model = part.groups
    assert model.setData(cell(part, 0, 1), "0.1", EDIT)
    assert model.setData(cell(part, 0, 2), Qt.CheckState.Checked.value, TICK)
    assert model.setData(cell(part, 0, 3), "200", EDIT)
    assert groups(document) == (GroupSpec(layers="Linear 1?", lr_factor=0.1, frozen=True, unfreeze_at=200),)
    assert part.summary(document.experiment) == "1 group · 10 frozen"
    assert "10 layers" in cell(part, 0, 0).data(Qt.ItemDataRole.ToolTipRole)
    for _ in range(5):
        document.undo_stack.undo()
    assert groups(document) == ()
    assert part.table.isHidden()


def test_learning_from_a_step_on_goes_with_being_frozen(part, document) -> None:
    part.groups.add(0)
    assert not part.groups.setData(cell(part, 0, 3), "200", EDIT)
    assert "frozen" in part.hint.text()
    assert groups(document)[0].unfreeze_at is None
    part.groups.setData(cell(part, 0, 2), Qt.CheckState.Checked.value, TICK)
    part.groups.setData(cell(part, 0, 3), "200", EDIT)
    part.groups.setData(cell(part, 0, 2), Qt.CheckState.Unchecked.value, TICK)
    assert groups(document) == (GroupSpec(layers="*"),)


@pytest.mark.parametrize(
    ("column", "text"), [(1, "-1"), (1, "nan"), (1, "x"), (1, ""), (3, "0"), (3, "1.5"), (0, "")]
)
def test_a_wrong_value_is_refused_with_a_reason(part, document, column, text) -> None:
    part.groups.add(0)
    before = groups(document)
    assert not part.groups.setData(cell(part, 0, column), text, EDIT)
    assert "must be" in part.hint.text()
    assert groups(document) == before


def test_groups_change_places_by_buttons_and_keys(part, document, qtbot) -> None:
    for number, pattern in enumerate(("a", "b", "c")):
        part.groups.add(number)
        part.groups.setData(cell(part, number, 0), pattern, EDIT)

    def order() -> str:
        return "".join(group.layers for group in groups(document))

    part.table.setCurrentIndex(cell(part, 0, 0))
    assert not part.up.isEnabled()
    part.down.click()
    assert order() == "bac"
    assert part.table.row == 1
    qtbot.keyClick(part.table, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert order() == "bca"
    qtbot.keyClick(part.table, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert order() == "bac"
    qtbot.keyClick(part.table, Qt.Key.Key_Delete)
    assert order() == "bc"
    qtbot.keyClick(part.table, Qt.Key.Key_Insert)
    assert order() == "bc*"
    part.remove_button.click()
    assert order() == "bc"
    document.undo_stack.undo()
    assert order() == "bc*"


def test_a_pattern_without_layers_is_said(part) -> None:
    part.groups.add(0)
    part.groups.setData(cell(part, 0, 0), "Conv*", EDIT)
    assert "Conv*" in part.hint.text()
    assert "No layer" in cell(part, 0, 0).data(Qt.ItemDataRole.ToolTipRole)
