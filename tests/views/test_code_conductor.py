"""Python code in and out: nothing foreign runs without a yes, and a script that was not written is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox

from gradviz.control.engine_state import Exported, InspectionReply
from gradviz.records.layer import Inspection, LayerInfo, LayerProblem
from gradviz.spec.experiment import ModelSpec
from gradviz.trust import allow, is_allowed
from gradviz.views.import_dialog import ImportDialog

CODE = "class Net: pass\ndef make(depth): pass\n"


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADVIZ_STATE", str(tmp_path / "state"))
    path = tmp_path / "net.py"
    path.write_text(CODE)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    return path


@pytest.fixture
def dialog(window, file, qtbot):
    window.actions_by_key["file.import_model"].trigger()
    return window.findChild(ImportDialog)


def inspection(*layers, problem=""):
    infos = tuple(
        LayerInfo(
            index=i,
            name=name,
            kind="Linear",
            path=(i,),
            repeat=(),
            module=name,
            output_shape=(3,),
            parameters=9,
        )
        for i, name in enumerate(layers)
    )
    problems = (LayerProblem(path=(), message=problem),) if problem else ()
    return InspectionReply(
        id=0,
        inspection=Inspection(input_shape=(2,), classes=3, layers=infos, nodes=(), problems=problems),
    )


def test_an_import_is_one_step_that_undo_takes_back(window, dialog, file, qtbot):
    assert [dialog.names.itemText(i) for i in range(dialog.names.count())] == ["Net", "make"]
    assert "Allow" in dialog.accept_button.text()
    dialog.names.setCurrentText("make")
    dialog.arguments.setPlainText("depth = 3")
    assert not is_allowed(file)
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    model = window.document.experiment.model
    assert model == ModelSpec(source=f"{file}:make", arguments={"depth": 3})
    assert is_allowed(file)
    assert window.left.imported.isVisible()
    assert not window.left.builder.isVisible()
    window.actions_by_key["edit.undo"].trigger()
    assert window.left.builder.isVisible()
    assert window.document.experiment.model.layers


@pytest.mark.parametrize("text", ["depth", "depth = ", "a b = 1", '"a-b" = 1', "day = 2020-01-01"])
def test_arguments_that_are_none_are_told_at_once(dialog, text):
    dialog.arguments.setPlainText(text)
    assert dialog.complaint.text()
    assert not dialog.accept_button.isEnabled()
    dialog.arguments.setPlainText("depth = 1")
    assert not dialog.complaint.text()
    assert dialog.accept_button.isEnabled()


def test_a_name_must_be_one(dialog):
    for text, enabled in (("", False), ("a b", False), ("1a", False), ("Net.small", True)):
        dialog.names.setEditText(text)
        assert dialog.accept_button.isEnabled() is enabled


def test_a_file_that_is_no_python_is_told(window, file, monkeypatch):
    told = []
    monkeypatch.setattr("gradviz.views.code_conductor.show_error", lambda *args: told.append(args[-1]))
    file.write_text("class Net(")
    window.actions_by_key["file.import_model"].trigger()
    assert "no valid Python" in told[0]
    assert window.document.experiment.model.layers


def test_the_layers_of_an_imported_model_are_listed_and_selected(window, host, dialog, file, qtbot):
    dialog.accept_button.click()
    host.inspected.emit(inspection("first", "second"))
    panel = window.left.imported
    qtbot.waitUntil(lambda: len(window.wiring.selection._layers) == 2)  # the plots follow a little later
    assert [panel.list.topLevelItem(i).text(0) for i in range(2)] == ["first", "second"]
    item = panel.list.visualItemRect(panel.list.topLevelItem(1)).center()
    qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=item)
    assert window.wiring.selection.row == 1
    window.wiring.selection.select_row(0)
    assert panel.list.currentItem().text(0) == "first"
    qtbot.mouseClick(
        panel.list.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, item
    )
    assert window.wiring.selection.rows == (0, 1)
    window.wiring.selection.select_row(0)
    assert [chosen.text(0) for chosen in panel.list.selectedItems()] == ["first"]
    window.wiring.selection.select_rows((1, 0))
    assert len(panel.list.selectedItems()) == 2
    assert panel.list.currentItem().text(0) == "first"
    host.inspected.emit(inspection(problem="net.py:Net raises ValueError: no (net.py, line 2)"))
    assert "line 2" in panel.strip.text
    assert panel.list.topLevelItemCount() == 0


def test_an_experiment_that_runs_code_asks_first(window, host, file, tmp_path, qtbot):
    experiment = tmp_path / "own.toml"
    experiment.write_text('name = "Own"\n[model]\nsource = "net.py:Net"\n')
    window.files.open_source(str(experiment))
    box = window.findChild(QMessageBox)
    assert "net.py" in box.text()
    assert not is_allowed(file)
    assert "not been allowed" in window.left.imported.strip.text
    box.button_named = {b.text(): b for b in box.buttons()}
    with qtbot.waitSignal(box.finished):
        qtbot.mouseClick(box.button_named["Allow"], Qt.MouseButton.LeftButton)
    assert is_allowed(file)
    assert host.asked[-1] == ("inspect", window.document.experiment)


def test_an_allowed_file_is_not_asked_about(window, file, tmp_path):
    allow(file)
    experiment = tmp_path / "own.toml"
    experiment.write_text('name = "Own"\n[model]\nsource = "net.py:Net"\n')
    window.files.open_source(str(experiment))
    assert window.findChild(QMessageBox) is None
    window.left.imported.layers.click()
    assert window.document.experiment.model == ModelSpec()


def test_a_script_is_written_by_the_engine(window, host, tmp_path, monkeypatch):
    asked = []
    host.ask_export = lambda *args: asked.append(args)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "out"), ""))
    window.actions_by_key["file.export_keras"].trigger()
    assert asked == [(window.document.experiment, "keras", tmp_path / "out.py")]
    host.exported.emit(Exported(id=1, path=tmp_path / "out.py"))
    assert str(tmp_path / "out.py") in window.strip.text
    host.exported.emit(Exported(id=1, path=Path("out.py"), error="the disk is full"))
    assert "out.py was not written: the disk is full" in window.strip.text
