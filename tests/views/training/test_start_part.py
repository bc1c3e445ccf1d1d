from controls import choose, enter
from PySide6.QtWidgets import QFileDialog

from gradviz.spec.experiment import StartSpec


def test_weights_of_a_saved_run(window, document, qtbot, monkeypatch) -> None:
    part = window.left.training.start
    assert part.summary(document.experiment) == "xavier uniform"
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("/a/depth.gradviz", ""))
    choose(part.source, "saved run…")
    assert document.experiment.start == StartSpec(session="/a/depth.gradviz")
    enter(qtbot, part.form.fields["run"].widget, "Run 2")
    choose(part.form.fields["weights"].widget, "best")
    assert document.experiment.start == StartSpec(session="/a/depth.gradviz", run="Run 2", weights="best")
    assert part.summary(document.experiment) == "depth.gradviz, Run 2, best"
    choose(part.source, "initializer")
    assert document.experiment.start is None
    assert not part.form.fields
    document.undo_stack.undo()
    assert part.form.fields["session"].widget.text() == "/a/depth.gradviz"


def test_a_file_that_is_not_chosen_after_all(window, document, monkeypatch) -> None:
    part = window.left.training.start
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    choose(part.source, "saved run…")
    assert document.experiment.start is None
    assert part.source.currentText() == "initializer"


def test_the_initializer_and_its_parameters(window, document, qtbot) -> None:
    part = window.left.training.start
    choose(part.initializer.combo, "normal")
    enter(qtbot, part.initializer.field("std"), "0.05")
    assert document.experiment.model.initializer.name == "normal"
    assert document.experiment.model.initializer.parameters == {"std": 0.05}
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert part.initializer.combo.currentText() == "xavier_uniform"
