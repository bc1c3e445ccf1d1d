"""One form for one layer or many: what they share, what differs, and a slider that is one step to undo."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionSlider

from gradviz.records.layer import Inspection, NodeInfo
from gradviz.spec.experiment import InitializerSpec, LayerSpec
from gradviz.spec.tree import at
from gradviz.views.parameter_field import MIXED

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def builder(window):
    return window.left.builder


@pytest.fixture
def form(builder):
    return builder.form


@pytest.fixture
def layer(document):
    return lambda *path: at(document.experiment.model.layers, path)


def slide(slider, *places: int) -> None:
    """Drag the handle with the mouse through some places of its scale."""

    def point(place: int) -> QPoint:
        option = QStyleOptionSlider()
        slider.initStyleOption(option)
        option.sliderPosition = option.sliderValue = place
        style = slider.style()
        part = QStyle.SubControl.SC_SliderHandle
        return style.subControlRect(QStyle.ComplexControl.CC_Slider, option, part, slider).center()

    QTest.mousePress(slider, LEFT, pos=point(slider.value()))
    for place in places:
        QTest.mouseMove(slider, point(place))
        QApplication.processEvents()
    QTest.mouseRelease(slider, LEFT, pos=point(places[-1]))


def test_several_layers_show_what_they_share(builder, form, layer, document) -> None:
    builder.tree.select_paths([(1, 0), (2,)])
    assert form.heading.text() == "2 layers: changes apply to all"
    assert not form.name.isVisible()
    width = form.parameters.fields["out_features"]
    assert width.widget.currentText() == ""
    assert width.widget.lineEdit().placeholderText() == "mixed"
    steps = document.undo_stack.count()
    form.parameters.value_changed.emit("out_features", 32)
    assert [layer(1, 0).parameters, layer(2).parameters] == [{"out_features": 32}] * 2
    assert document.undo_stack.count() == steps + 1
    assert document.undo_stack.undoText() == "Change out_features of 2 Linear layers"
    assert width.widget.currentText() == "32"
    document.undo_stack.undo()
    assert layer(2).parameters == {"out_features": "classes"}


def test_different_kinds_share_what_means_the_same(builder, form, layer) -> None:
    builder.tree.select_paths([(0,), (1, 0)])
    assert list(form.parameters.fields) == []
    assert not form.kind.isEnabled()
    assert form.kind.toolTip() == "These kinds have no common group"


def test_a_mixed_box_is_ticked_by_a_click(builder, form, layer, qtbot) -> None:
    builder._document.set_parameter((1, 0), "bias", value=False)
    builder.tree.select_paths([(1, 0), (2,)])
    field = form.parameters.fields["bias"]
    assert field.widget.checkState() is Qt.CheckState.PartiallyChecked
    assert field._value is MIXED
    qtbot.keyClick(field.widget, Qt.Key.Key_Space)
    assert "bias" not in layer(1, 0).parameters
    assert "bias" not in layer(2).parameters


def test_the_sliders_are_there_at_the_repeat_and_inside_it(builder, form) -> None:
    builder.tree.select_paths([(1,)])
    assert form.sliders.isVisible()
    assert not form.sliders.heading.isVisible()
    assert "times" not in form.parameters.fields
    assert (form.sliders.rounds.value, form.sliders.outputs.value) == (20, 64)
    builder.tree.select_paths([(1, 1)])
    assert form.sliders.isVisible()
    assert form.sliders.heading.isVisible()
    builder.tree.select_paths([(0,)])
    assert not form.sliders.isVisible()
    builder.tree.select_paths([(1, 0), (2,)])
    assert not form.sliders.isVisible()


def test_a_drag_of_the_depth_is_one_step(builder, form, layer, document) -> None:
    builder.tree.select_paths([(1, 0)])
    before = document.experiment
    slider = form.sliders.rounds.slider
    slide(slider, slider.value() + 10, slider.value() + 25, slider.value() + 40)
    deep = layer(1).parameters["times"]
    assert deep > 50
    assert form.sliders.rounds.box.value() == deep
    assert document.undo_stack.count() == 1
    slide(slider, 0)
    assert layer(1).parameters == {"times": 1}
    assert document.undo_stack.count() == 2
    document.undo_stack.undo()
    assert layer(1).parameters == {"times": deep}
    document.undo_stack.undo()
    assert document.experiment is before
    assert form.sliders.rounds.box.value() == 20


def test_any_depth_can_be_typed(builder, form, layer, qtbot) -> None:
    builder.tree.select_paths([(1,)])
    box = form.sliders.rounds.box
    box.selectAll()
    qtbot.keyClicks(box, "777")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert layer(1).parameters == {"times": 777}


def test_a_depth_that_is_too_large_is_refused_with_a_reason(builder, form, layer, qtbot) -> None:
    builder.tree.select_paths([(1,)])
    box, note = form.sliders.rounds.box, form.sliders.notes[0]
    for typed, said in (("99999", "99,999"), ("0", "0")):
        box.selectAll()
        qtbot.keyClicks(box, typed)
        qtbot.keyClick(box, Qt.Key.Key_Return)
        assert box.value() == 20
        assert layer(1).parameters == {"times": 20}
        assert note.text() == f"It must be from 1 to 10,000, not {said}"
        assert note.isVisible()
        assert box.property("wrong") == "yes"
    assert not form.sliders.notes[1].isVisible()
    qtbot.keyClick(box, Qt.Key.Key_Up)
    assert layer(1).parameters == {"times": 21}
    assert not note.isVisible()
    assert box.property("wrong") == ""


def test_the_width_changes_all_layers_inside(builder, form, layer, document) -> None:
    document.add_layer((1, 2), LayerSpec(kind="Residual", body=(layer(1, 0),)))
    builder.tree.select_paths([(1,)])
    slider = form.sliders.outputs.slider
    slide(slider, slider.value() + 2)
    assert layer(1, 0).parameters == layer(1, 2, 0).parameters == {"out_features": 128}
    document.set_parameter((1, 0), "out_features", 7)
    assert not form.sliders.outputs.isEnabled()
    assert "7, 128" in form.sliders.outputs.toolTip()
    document.undo_stack.undo()
    assert form.sliders.outputs.isEnabled()


def test_a_layer_may_start_by_a_rule_of_its_own(builder, form, layer, document) -> None:
    builder.tree.select_paths([(1, 0), (2,)])
    choice = form.initializer.choice
    assert [choice.itemText(i) for i in range(choice.count())][:2] == ["as the model", "default"]
    choice.setCurrentText("normal")
    choice.textActivated.emit("normal")
    assert layer(1, 0).initializer == layer(2).initializer == InitializerSpec(name="normal")
    form.initializer.parameters.value_changed.emit("std", 0.1)
    assert layer(2).initializer == InitializerSpec(name="normal", parameters={"std": 0.1})
    builder.tree.select_paths([(2,)])
    choice.setCurrentText("as the model")
    choice.textActivated.emit("as the model")
    assert layer(2).initializer is None
    assert layer(1, 0).initializer is not None
    builder.tree.select_paths([(1, 0), (2,)])
    assert choice.currentIndex() == -1
    assert choice.placeholderText() == "mixed"


def test_a_layer_without_weights_has_no_initializer(builder, form, host) -> None:
    builder.tree.select_paths([(1, 1)])
    assert not form.initializer.isVisible()
    builder.tree.select_paths([(1, 0)])
    assert form.initializer.isVisible()


def test_sizes_and_work_are_in_tree_heading_and_tooltip(window, builder, host) -> None:
    node = NodeInfo(path=(2,), output_shape=(10,), parameters=2900, multiply_adds=1_800_000_000)
    host.answer(Inspection(input_shape=(1,), classes=10, layers=(), nodes=(node,), problems=()))
    texts = [builder._model.index_of((2,), column).data() for column in range(4)]
    assert texts == ["Linear classes", "10", "2.9 k", "1.8 G"]
    tip = builder._model.index_of((2,)).data(Qt.ItemDataRole.ToolTipRole)
    assert "2,900 parameters" in tip
    assert "1,800,000,000 multiply-adds a sample" in tip
