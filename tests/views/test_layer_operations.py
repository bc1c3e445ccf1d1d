"""What the builder's actions do, by keys and menus, and why some of them cannot be done now."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog

from gradviz.spec.experiment import ExperimentSpec, LayerSpec, ModelSpec
from gradviz.spec.fragment import read_fragment
from gradviz.spec.tree import at
from gradviz.views.layer_reasons import MOST_UNROLLED

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
RELU = LayerSpec(kind="ReLU")


@pytest.fixture
def builder(window):
    return window.left.builder


@pytest.fixture
def view(builder):
    return builder.tree


@pytest.fixture
def shown(document):
    """The tree in a few words."""

    def kinds(layers):
        return [[layer.kind, kinds(layer.body)] if layer.body else layer.kind for layer in layers]

    return lambda: kinds(document.experiment.model.layers)


@pytest.fixture
def do(window):
    def trigger(key: str) -> None:
        action = window.actions_by_key[key]
        assert action.isEnabled(), action.toolTip()
        action.trigger()
        QApplication.processEvents()

    return trigger


@pytest.fixture
def why_not(window):
    def reason(key: str) -> str:
        action = window.actions_by_key[key]
        assert not action.isEnabled()
        assert action.property("reason") in action.toolTip()
        return action.property("reason")

    return reason


def test_cut_copy_paste_by_keys(view, shown, qtbot, window) -> None:
    view.setFocus()
    view.select_paths([(1, 0), (1, 1)])
    qtbot.keyClick(view, Qt.Key.Key_C, CTRL)
    text = QGuiApplication.clipboard().text()
    assert [layer.kind for layer in read_fragment(text)] == ["Linear", "Sigmoid"]
    view.select_paths([(2,)])
    qtbot.keyClick(view, Qt.Key.Key_V, CTRL)
    assert shown() == ["Flatten", ["Repeat", ["Linear", "Sigmoid"]], "Linear", "Linear", "Sigmoid"]
    assert view.selected_paths == ((3,), (4,))
    assert window.actions_by_key["edit.undo"].text() == "Undo paste 2 layers"
    qtbot.keyClick(view, Qt.Key.Key_X, CTRL)
    assert shown() == ["Flatten", ["Repeat", ["Linear", "Sigmoid"]], "Linear"]
    assert view.selected_paths == ((2,),)
    assert window.actions_by_key["edit.undo"].text() == "Undo cut 2 layers"


def test_keys_of_a_text_field_stay_with_it(builder, view, shown, qtbot) -> None:
    view.select_paths([(0,)])
    before = shown()
    builder.form.name.setFocus()
    builder.form.name.setText("x")
    qtbot.keyClick(builder.form.name, Qt.Key.Key_A, CTRL)
    qtbot.keyClick(builder.form.name, Qt.Key.Key_X, CTRL)
    assert shown() == before
    assert QGuiApplication.clipboard().text() == "x"


def test_text_from_elsewhere_is_pasted_into_a_block(view, shown, do) -> None:
    QGuiApplication.clipboard().setText('[model]\nlayers = [{ kind = "ReLU" }, { kind = "Flatten" }]')
    view.select_paths([(1,)])
    do("edit.paste_into")
    assert shown() == ["Flatten", ["Repeat", ["Linear", "Sigmoid", "ReLU", "Flatten"]], "Linear"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '{ kind = "Lineer" }',
            "line 1: layers[0].kind: no layer is called “Lineer”: did you mean “Linear”?",
        ),
        ("hello", "not valid TOML"),
        ("", "There is no text on the clipboard: copy layers first."),
        ('{ kind = "ReLU", x = 1 },\n{ kind = "ReLU", y = 1 }', "(and 1 more)"),
    ],
)
def test_bad_text_is_named_and_changes_nothing(builder, document, do, text, said) -> None:
    before = document.experiment
    QGuiApplication.clipboard().setText(text)
    do("edit.paste")
    assert said in builder.strip.text
    assert builder.strip.isVisible()
    assert document.experiment is before
    builder.tree.select_paths([(0,)])
    assert not builder.strip.isVisible()


def test_a_layer_with_a_problem_can_be_copied(view, document, do) -> None:
    document.replace_layer((1, 0), LayerSpec(kind="Linear", parameters={"out_features": -3}))
    view.select_paths([(1, 0)])
    do("edit.copy")
    do("edit.paste")
    assert at(document.experiment.model.layers, (1, 1)).parameters == {"out_features": -3}


def test_select_all_takes_the_siblings_then_everything(view, qtbot) -> None:
    view.setFocus()
    view.select_paths([(1, 1)])
    qtbot.keyClick(view, Qt.Key.Key_A, CTRL)
    assert view.selected_paths == ((1, 0), (1, 1))
    assert view.current_path == (1, 1)
    qtbot.keyClick(view, Qt.Key.Key_A, CTRL)
    assert view.selected_paths == ((0,), (1,), (1, 0), (1, 1), (2,))


def test_all_activations_change_at_once(builder, view, document, do) -> None:
    document.add_layer((3,), RELU)
    view.select_paths([(1, 1)])
    do("layer.select_kind")
    assert view.selected_paths == ((1, 1),)
    do("layer.select_group")
    assert view.selected_paths == ((1, 1), (3,))
    form = builder.form
    assert form.kind.currentIndex() == -1
    assert form.kind.placeholderText() == "mixed"
    steps = document.undo_stack.count()
    form.kind.setCurrentText("Sigmoid")
    form.kind.textActivated.emit("Sigmoid")
    layers = document.experiment.model.layers
    assert [at(layers, path).kind for path in ((1, 1), (3,))] == ["Sigmoid", "Sigmoid"]
    assert document.undo_stack.count() == steps + 1
    assert document.undo_stack.undoText() == "Make 2 layers Sigmoid"
    assert view.selected_paths == ((1, 1), (3,))
    document.undo_stack.undo()
    assert document.experiment.model.layers[3].kind == "ReLU"


def test_group_ungroup_and_unroll(view, shown, document, do) -> None:
    view.select_paths([(1, 0), (1, 1)])
    do("layer.group_residual")
    assert shown() == ["Flatten", ["Repeat", [["Residual", ["Linear", "Sigmoid"]]]], "Linear"]
    assert view.selected_paths == ((1, 0),)
    do("layer.ungroup")
    assert view.selected_paths == ((1, 0), (1, 1))
    view.select_paths([(1,)])
    do("layer.unroll")
    assert shown() == ["Flatten", *["Linear", "Sigmoid"] * 20, "Linear"]
    assert len(view.selected_paths) == 40
    do("layer.group_repeat")
    assert shown() == ["Flatten", ["Repeat", ["Linear", "Sigmoid"]], "Linear"]
    assert document.experiment.model.layers[1].parameters == {"times": 20}
    do("layer.ungroup")
    assert shown() == ["Flatten", "Linear", "Sigmoid", "Linear"]


def test_reasons_are_said(view, document, why_not) -> None:
    view.clearSelection()
    assert why_not("layer.group_repeat") == "Select a layer first"
    view.select_paths([(0,), (2,)])
    assert why_not("layer.group_repeat") == "There are other layers between the selected ones"
    assert why_not("layer.up") == "Only neighbouring layers can be moved together"
    view.select_paths([(0,), (1, 0)])
    assert why_not("layer.group_residual") == "The selected layers are in different blocks"
    assert why_not("layer.group_parallel") == "There is no Parallel in the catalogue"
    assert why_not("layer.ungroup") == "Only blocks can be ungrouped"
    view.select_paths([(0,)])
    assert why_not("layer.up") == "It is the first one already"
    assert why_not("layer.unroll") == "Select one Repeat"
    assert why_not("edit.paste_into") == "Select one block"
    document.set_parameter((1,), "times", MOST_UNROLLED)
    view.select_paths([(1,)])
    assert why_not("layer.unroll") == "That would write out 4,000 layers; 2,000 is the limit"
    view.select_paths([(2,)])
    assert why_not("layer.down") == "It is the last one already"
    document.remove_layers((0,), (1,), (2,))
    assert why_not("edit.select_all") == "There are no layers"


def test_a_model_from_a_file_of_code_has_nothing_to_edit(document, why_not) -> None:
    document.edit(ExperimentSpec(model=ModelSpec(source="net.py:Net")), "Import")
    assert why_not("layer.add") == "The model comes from “net.py:Net”: it has no layers to edit"


def test_a_composed_block_is_written_out_by_the_engine(builder, shown, document, do) -> None:
    view = builder.tree
    document.add_layer((1,), LayerSpec(kind="Bottleneck", parameters={"out_channels": 8}))
    view.select_paths([(1,)])
    asked = []
    builder.expand_wanted.connect(asked.append)
    do("layer.ungroup")
    assert asked == [(1,)]
    builder.operations.take_expanded((1,), (RELU, RELU))
    assert shown() == ["Flatten", "ReLU", "ReLU", ["Repeat", ["Linear", "Sigmoid"]], "Linear"]
    assert document.undo_stack.undoText() == "Ungroup Bottleneck"


def test_several_layers_are_duplicated_moved_and_removed(view, shown, do) -> None:
    view.select_paths([(1, 0), (1, 1)])
    do("layer.duplicate")
    assert shown()[1] == ["Repeat", ["Linear", "Sigmoid", "Linear", "Sigmoid"]]
    assert view.selected_paths == ((1, 2), (1, 3))
    do("layer.up")
    assert view.selected_paths == ((1, 1), (1, 2))
    assert shown()[1] == ["Repeat", ["Linear", "Linear", "Sigmoid", "Sigmoid"]]
    do("layer.down")
    do("layer.remove")
    assert shown()[1] == ["Repeat", ["Linear", "Sigmoid"]]


def test_layers_are_saved_as_a_file(builder, do, tmp_path, monkeypatch, document) -> None:
    view = builder.tree
    path = tmp_path / "part"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    view.select_paths([(1,)])
    do("layer.save")
    saved = path.with_suffix(".toml").read_text(encoding="utf-8")
    assert read_fragment(saved) == document.experiment.model.layers[1:2]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "no" / "x.toml"), ""))
    do("layer.save")
    assert "cannot be written" in builder.strip.text


def test_the_context_menu_has_every_action(builder) -> None:
    menu = builder.context_menu()
    texts = {action.text() for action in menu.actions()}
    assert {"Group into Residual", "Select all like this", "Paste layers", "Ungroup"} <= texts
    menu.deleteLater()
