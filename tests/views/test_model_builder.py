import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gradviz.records.layer import Inspection, LayerProblem
from gradviz.spec.experiment import LayerSpec
from gradviz.spec.tree import at


@pytest.fixture
def builder(window):
    return window.left.builder


@pytest.fixture
def layers(document):
    return lambda: document.experiment.model.layers


def click_row(builder, path) -> None:
    index = builder._model.index_of(path)
    QTest.mouseClick(
        builder.tree.viewport(), Qt.MouseButton.LeftButton, pos=builder.tree.visualRect(index).center()
    )


def trigger(window, key: str) -> None:
    window.actions_by_key[key].trigger()
    QApplication.processEvents()


def test_shapes_and_sizes_stand_beside_the_layers(builder, window) -> None:
    texts = [
        [builder._model.index_of(path, c).data() for c in range(3)] for path in ((0,), (1,), (1, 0), (2,))
    ]
    assert texts[1] == ["Repeat ×20", "64", "83.2 k"]
    assert texts[2] == ["Linear 64", "64", "4.2 k"]
    assert window.left.sections[0].summary.text() == "83.8 k parameters"


def test_a_click_shows_the_layers_form(builder) -> None:
    click_row(builder, (1, 0))
    assert builder.selected == (1, 0)
    assert list(builder.form.parameters.fields) == ["out_features", "bias"]
    assert builder.form.parameters.fields["out_features"].widget.currentText() == "64"


def test_a_layer_is_added_by_keyboard_after_the_selected_one(builder, window, layers, qtbot) -> None:
    click_row(builder, (1, 0))
    trigger(window, "layer.add")
    popup = builder.palette_popup
    qtbot.waitExposed(popup)
    qtbot.keyClicks(popup.search, "relu")
    qtbot.keyClick(popup.search, Qt.Key.Key_Return)
    assert [layer.kind for layer in layers()[1].body] == ["Linear", "ReLU", "Sigmoid"]
    assert builder.selected == (1, 1)
    assert not popup.isVisible()


def test_a_layer_goes_into_a_selected_block(builder, window, layers, qtbot) -> None:
    click_row(builder, (1,))
    trigger(window, "layer.add")
    popup = builder.palette_popup
    item = popup._items(popup._groups()[0])[1]
    QTest.mouseClick(
        popup.list.viewport(), Qt.MouseButton.LeftButton, pos=popup.list.visualItemRect(item).center()
    )
    assert [layer.kind for layer in layers()[1].body] == ["ReLU", "Linear", "Sigmoid"]


def test_a_new_layer_has_what_it_needs(builder, window, layers, catalogue) -> None:
    required = 0
    for entry in catalogue.layers:
        builder.add(entry)
        spec = at(layers(), builder.selected)
        for parameter in entry.parameters:
            if parameter.required:
                required += 1
                assert parameter.complaint(spec.parameters[parameter.name]) is None
    assert required >= 5


def test_duplicate_move_remove_and_undo(builder, window, document, layers) -> None:
    before = layers()
    click_row(builder, (1, 0))
    trigger(window, "layer.duplicate")
    assert [layer.kind for layer in layers()[1].body] == ["Linear", "Linear", "Sigmoid"]
    trigger(window, "layer.down")
    assert [layer.kind for layer in layers()[1].body] == ["Linear", "Sigmoid", "Linear"]
    assert builder.selected == (1, 2)
    trigger(window, "layer.down")
    assert builder.selected == (1, 2)
    trigger(window, "layer.up")
    assert builder.selected == (1, 1)
    trigger(window, "layer.remove")
    assert layers() == before
    for _ in range(4):
        trigger(window, "edit.undo")
    assert layers() == before
    trigger(window, "edit.redo")
    assert len(layers()[1].body) == 3


def test_a_parameter_is_edited_and_undone(builder, window, layers, qtbot) -> None:
    click_row(builder, (1, 0))
    line = builder.form.parameters.fields["out_features"].widget.lineEdit()
    line.selectAll()
    qtbot.keyClicks(line, "32")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert at(layers(), (1, 0)).parameters == {"out_features": 32}
    assert builder._model.index_of((1, 0)).data() == "Linear 32"
    trigger(window, "edit.undo")
    assert builder.form.parameters.fields["out_features"].widget.currentText() == "64"


def test_a_default_is_not_written_down(builder, layers, qtbot) -> None:
    click_row(builder, (1, 0))
    box = builder.form.parameters.fields["bias"].widget
    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert at(layers(), (1, 0)).parameters["bias"] is False
    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert "bias" not in at(layers(), (1, 0)).parameters


def test_the_kind_is_changed_and_undone(builder, window, layers) -> None:
    """Only kinds of the same group may stand in the place; what both have in common stays."""
    click_row(builder, (1, 1))
    kinds = [builder.form.kind.itemText(i) for i in range(builder.form.kind.count())]
    assert {"Sigmoid", "ReLU"} <= set(kinds)
    assert "Linear" not in kinds
    builder.form.kind.setCurrentText("ReLU")
    builder.form.kind.textActivated.emit("ReLU")
    assert at(layers(), (1, 1)).kind == "ReLU"
    assert builder.form.kind.currentText() == "ReLU"
    trigger(window, "edit.undo")
    assert at(layers(), (1, 1)).kind == "Sigmoid"
    assert builder.form.kind.currentText() == "Sigmoid"


def test_the_delete_key_removes_the_selected_layer(builder, layers, qtbot) -> None:
    click_row(builder, (0,))
    qtbot.keyClick(builder.tree, Qt.Key.Key_Delete)
    assert [layer.kind for layer in layers()] == ["Repeat", "Linear"]


def test_a_name(builder, layers, qtbot) -> None:
    click_row(builder, (2,))
    qtbot.keyClicks(builder.form.name, "head")
    qtbot.keyClick(builder.form.name, Qt.Key.Key_Return)
    assert layers()[2].name == "head"


def test_a_problem_stands_at_its_layer_and_below(builder, window, host) -> None:
    message = "Linear 3 got 8 × 8; it needs one dimension: put Flatten before it"
    host.answer(
        Inspection(
            input_shape=(1, 8, 8),
            classes=10,
            layers=(),
            nodes=(),
            problems=(LayerProblem(path=(1, 0), message=message),),
        )
    )
    assert builder.strip.isVisible()
    assert builder.strip.text == message
    assert builder._model.index_of((1, 0)).data(Qt.ItemDataRole.ToolTipRole) == message
    assert not window.actions_by_key["run.train"].isEnabled()


def test_a_value_out_of_range_names_its_parameter(builder, document) -> None:
    document.replace_layer((1, 0), LayerSpec(kind="Linear", parameters={"out_features": -3}))
    assert builder.strip.text.startswith("out_features must be")
    document.undo_stack.undo()
    assert not builder.strip.isVisible()


def test_trouble_without_a_place_is_said_too(builder, host) -> None:
    host.answer(None, error="The data set cannot be read")
    assert builder.strip.text == "The data set cannot be read"


def test_removing_the_last_layer_leaves_nothing_selected(builder, window, document, layers) -> None:
    for _ in range(3):
        builder.tree.setCurrentIndex(builder._model.index_of((0,)))
        trigger(window, "layer.remove")
    assert layers() == ()
    assert builder.selected == ()
    assert not window.actions_by_key["layer.remove"].isEnabled()


def test_several_layers_of_the_tree_select_their_rows(builder, window) -> None:
    selection = window.wiring.selection
    builder.tree.expandAll()
    click_row(builder, (2,))
    assert selection.rows == (20,)
    place = builder.tree.visualRect(builder._model.index_of((1,))).center()
    control = Qt.KeyboardModifier.ControlModifier
    QTest.mouseClick(builder.tree.viewport(), Qt.MouseButton.LeftButton, control, place)
    assert selection.rows == (*range(1, 21), 0)
    click_row(builder, (1, 0))
    assert selection.rows == (0,)


def test_rows_chosen_in_a_plot_are_selected_in_the_tree(builder, window) -> None:
    selection = window.wiring.selection
    window.plots.layers_selected.emit((3, 20))
    assert selection.rows == (3, 20)
    assert builder.tree.selected_paths == ((1, 0), (2,))
    assert builder.selected == (2,)
    window.plots.layer_selected.emit(20)
    assert builder.tree.selected_paths == ((2,),)
    assert {plot.chosen for plot in window.plots.plots} == {(20,)}
