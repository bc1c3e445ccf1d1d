from dataclasses import replace

import pytest
from controls import choose, enter
from fake_host import inspection_of_vanishing
from PySide6.QtWidgets import QFileDialog

from gradviz.control.engine_state import InspectionReply
from gradviz.spec.data_info import DataInfo, Task
from gradviz.spec.experiment import AugmentationSpec
from gradviz.views.browse_button import BrowseButton


def test_the_data_set_and_its_own_parameters(window, document) -> None:
    panel = window.left.data
    assert panel.choice.combo.currentText() == "digits"
    assert panel.choice.combo.headings == ["Images", "Tables"]
    assert panel.choice.combo.names == ["digits", "image_folder", "moons", "table"]
    assert not panel.choice.own.fields
    choose(panel.choice.combo, "moons")
    assert document.experiment.data.name == "moons"
    assert list(panel.choice.own.fields) == ["samples", "noise"]
    assert panel.choice.doc.text() == "Two moons"
    assert window.left.sections[1].summary.text() == "moons · batch 64"
    document.undo_stack.undo()
    assert panel.choice.combo.currentText() == "digits"


def test_an_own_parameter(window, document, qtbot) -> None:
    panel = window.left.data
    choose(panel.choice.combo, "moons")
    enter(qtbot, panel.choice.field("noise"), "0.3")
    assert document.experiment.data.parameters == {"noise": 0.3}


def test_batch_size_and_the_share_held_out(window, document, qtbot) -> None:
    panel = window.left.data
    enter(qtbot, panel.fixed.fields["batch_size"].widget, "128")
    line = panel.fixed.fields["validation"].widget
    enter(qtbot, line, "2")
    assert document.experiment.data.batch_size == 128
    assert document.experiment.data.validation == 0.2
    assert "below 1" in line.toolTip()


def test_the_same_data_set_again_is_no_edit(window, document) -> None:
    choose(window.left.data.choice.combo, "digits")
    assert not document.undo_stack.canUndo()


def test_a_path_is_asked_for_and_found(window, document, qtbot, monkeypatch) -> None:
    panel = window.left.data
    choose(panel.choice.combo, "table")
    assert "path" in panel.choice.own.notes["path"]
    assert panel.choice.field("path").property("wrong") == "yes"
    assert window.left.sections[1].summary.text().startswith("▲")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("/data/a, b.csv", ""))
    panel.choice.own.findChild(BrowseButton).find_file()
    assert document.experiment.data.parameters == {"path": "/data/a, b.csv"}
    assert "/data/a, b.csv" in panel.choice.field("path").toolTip()
    assert panel.choice.own.notes["path"] == "The file"
    assert panel.choice.field("path").property("wrong") == ""
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    panel.choice.own.findChild(BrowseButton).find_folder()  # given up
    assert document.experiment.data.parameters == {"path": "/data/a, b.csv"}
    enter(qtbot, panel.choice.field("columns"), "height, weight , ")
    assert document.experiment.data.parameters["columns"] == ["height", "weight"]
    enter(qtbot, panel.choice.field("columns"), "")
    assert document.experiment.data.parameters["columns"] == []


@pytest.mark.parametrize(
    ("text", "classes"), [("0, 3", [0, 3]), ("0-4", [0, 1, 2, 3, 4]), ("7", [7]), ("1, 3–5", [1, 3, 4, 5])]
)
def test_some_of_the_classes(window, document, qtbot, text, classes) -> None:
    panel = window.left.data
    choose(panel.choice.combo, "image_folder")
    enter(qtbot, panel.choice.field("classes"), text)
    assert document.experiment.data.parameters["classes"] == classes
    enter(qtbot, panel.choice.field("classes"), "cats")
    assert document.experiment.data.parameters["classes"] == classes
    enter(qtbot, panel.choice.field("classes"), "")
    assert document.experiment.data.parameters["classes"] == []


def test_augmentation_is_there_for_images(window, document, qtbot) -> None:
    panel = window.left.data
    assert not panel.augmentation_section.isHidden()
    assert panel.augmentation_section.summary.text() == "none"
    enter(qtbot, panel.augmentation.fields["shift"].widget, "2")
    panel.augmentation.fields["flip"].widget.click()
    assert (document.experiment.augmentation.shift, document.experiment.augmentation.flip) == (2, True)
    assert panel.augmentation_section.summary.text() == "shift 2 · flip"
    choose(panel.choice.combo, "moons")
    assert document.experiment.augmentation == AugmentationSpec()  # it goes with the images, in one step
    assert panel.augmentation_section.isHidden()
    document.undo_stack.undo()
    assert document.experiment.data.name == "digits"
    assert document.experiment.augmentation.shift == 2
    choose(panel.choice.combo, "image_folder")
    assert document.experiment.augmentation.shift == 2


def test_augmentation_of_what_is_no_image_is_marked_and_taken_out(window, document, host) -> None:
    panel = window.left.data
    data = replace(document.experiment.data, name="moons")
    document.edit(replace(document.experiment, data=data, augmentation=AugmentationSpec(shift=2)), "Both")
    said = "augmentation is for images and these inputs are [2]: take the augmentation out"
    host.inspected.emit(InspectionReply(id=0, error=said, where="augmentation"))
    assert panel.augmentation_section.summary.text() == f"▲ {said}"
    assert panel.strip.text == said
    panel.strip.act()
    assert document.experiment.augmentation == AugmentationSpec()
    host.answer(inspection_of_vanishing())
    assert panel.strip.isHidden()
    assert panel.augmentation_section.isHidden()
    document.undo_stack.undo()
    assert document.experiment.augmentation.shift == 2


def test_too_wide_a_shift_is_told_at_its_field(window, document, host) -> None:
    panel = window.left.data
    document.edit(replace(document.experiment, augmentation=AugmentationSpec(shift=9)), "Shift")
    assert not panel.augmentation_section.is_open
    host.inspected.emit(InspectionReply(id=0, error="9 is too much", where="augmentation.shift"))
    assert panel.augmentation.notes["shift"] == "9 is too much"
    assert panel.augmentation_section.is_open
    panel.augmentation_section.set_open(is_open=False)
    panel.refresh()
    assert not panel.augmentation_section.is_open  # unfolded once and not again
    assert panel.augmentation_section.summary.text() == "▲ 9 is too much"


def test_a_missing_cell_is_told_at_the_field_that_decides_about_it(window, document, host) -> None:
    panel = window.left.data
    choose(panel.choice.combo, "table")
    assert "missing" in panel.choice.rest.fields
    assert not panel.choice.more.is_open
    said = "a.csv, line 3: the cell in column “a” is missing; fill it, or set missing to mean or drop"
    host.inspected.emit(InspectionReply(id=0, error=said, where="data.missing"))
    assert panel.choice.more.is_open
    assert panel.choice.rest.notes["missing"] == said
    assert panel.choice.field("missing").property("wrong") == "yes"


def test_what_the_data_is(window) -> None:
    panel = window.left.data
    images = DataInfo(input_shape=(1, 8, 8), classes=10, samples=1797)
    panel.show_data(images)
    assert panel.preview.text() == "1,797 samples × 1 × 8 × 8 · 10 classes"
    panel.show_data(DataInfo(input_shape=(4,), classes=1, samples=150, task=Task.REGRESSION))
    assert panel.preview.text() == "150 samples × 4 · regression"
    panel.show_data(DataInfo(input_shape=(64,), classes=90, samples=12, vocabulary=90, per_position=True))
    assert panel.preview.text() == "12 samples × 64 tokens of 90 · the next token is foretold"
    panel.show_data(None)
    assert panel.preview.isHidden()


def test_what_is_wrong_with_the_data_is_said_in_full_where_the_data_is(window, host) -> None:
    panel = window.left.data
    said = (
        "/data/prices.csv, line 812: “n/a” in column “price” is no number. Choose other columns, or mend it."
    )
    host.inspected.emit(InspectionReply(id=0, error=said, where="data"))
    assert panel.strip.text == said
    assert not panel.strip.isHidden()
    assert window.left.sections[1].summary.text().startswith("▲")
    assert window.left.builder.strip.isHidden()
    assert not window.actions_by_key["run.train"].isEnabled()
    host.answer(inspection_of_vanishing())
    assert panel.strip.isHidden()
    assert window.left.sections[1].summary.text() == "digits · batch 64"
