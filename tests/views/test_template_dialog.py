"""New from template: search, knobs, the data, and an experiment that can be undone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from gradviz.control.engine_state import EngineState, TemplateMade
from gradviz.spec.catalogue import Entry
from gradviz.spec.experiment import ExperimentSpec, LayerSpec, ModelSpec
from gradviz.spec.registry import boolean, integer

TEMPLATES = (
    Entry(
        name="mlp",
        group="Fully connected",
        doc="Takes anything",
        parameters=(integer("depth", "", default=2),),
    ),
    Entry(
        name="resnet18",
        group="Residual",
        doc="18 layers",
        parameters=(integer("width", "", default=64, minimum=1), boolean("residual", "", default=True)),
    ),
    Entry(name="resnet50", group="Residual", doc="50 layers"),
)
MADE = ExperimentSpec(name="ResNet-18", model=ModelSpec(layers=(LayerSpec(kind="Flatten"),)))


@pytest.fixture
def asked(window, host, catalogue, monkeypatch):
    asked = []

    def ask(name, knobs, data):
        asked.append((name, knobs, data))
        return len(asked)

    monkeypatch.setattr(host, "ask_template", ask)
    host._catalogue = replace(catalogue, templates=TEMPLATES)
    host.be(EngineState.READY)
    return asked


@pytest.fixture
def dialog(window, asked, qtbot):
    window.actions_by_key["file.template"].trigger()
    dialog = window.templates.dialog
    qtbot.waitExposed(dialog)
    yield dialog
    if window.templates.dialog is not None:
        dialog.reject()
    QApplication.processEvents()


def test_without_templates_it_says_why(window) -> None:
    action = window.actions_by_key["file.template"]
    assert not action.isEnabled()
    assert "The engine is starting" in action.toolTip()


def test_search_knobs_and_create(window, dialog, asked, host, qtbot) -> None:
    document = window.document
    before = document.experiment
    qtbot.waitUntil(lambda: asked == [("mlp", {}, None)])
    qtbot.keyClicks(dialog.search, "res")
    assert dialog.title.text() == "resnet18"
    qtbot.keyClick(dialog.search, Qt.Key.Key_Down)
    assert dialog.title.text() == "resnet50"
    qtbot.keyClick(dialog.search, Qt.Key.Key_Up)
    dialog.knobs.value_changed.emit("width", 16)
    dialog.data.setCurrentIndex(1)
    dialog.data.activated.emit(1)
    qtbot.waitUntil(lambda: asked[-1] == ("resnet18", {"width": 16}, document.experiment.data))
    assert not dialog._create.isEnabled()
    host.template_made.emit(TemplateMade(id=1, error="an old answer"))
    assert dialog.preview.text() == ""
    sizes = {"layers": 41, "parameters": 11_689_512, "multiply_adds": 1_800_000_000}
    made = TemplateMade(id=len(asked), experiment=MADE, **sizes)
    host.template_made.emit(made)
    assert dialog.preview.text() == "41 layers · 11.7 M parameters · 1.8 G multiply-adds a sample"
    qtbot.mouseClick(dialog._create, Qt.MouseButton.LeftButton)
    assert document.experiment == MADE
    assert document.undo_stack.undoText() == "New from ResNet-18"
    document.undo_stack.undo()
    assert document.experiment is before
    assert window.templates.dialog is None


def test_what_does_not_fit_is_said(dialog, asked, host, qtbot) -> None:
    qtbot.waitUntil(lambda: len(asked) == 1)
    host.template_made.emit(TemplateMade(id=1, error="“moons” has no images"))
    assert dialog.preview.text() == "“moons” has no images"
    assert not dialog._create.isEnabled()
    dialog.accept()
    assert dialog.isVisible()


def test_a_default_is_no_knob(dialog, asked, qtbot) -> None:
    qtbot.keyClicks(dialog.search, "resnet18")
    dialog.knobs.value_changed.emit("width", 16)
    dialog.knobs.value_changed.emit("width", 64)
    qtbot.waitUntil(lambda: asked[-1:] == [("resnet18", {}, None)])
