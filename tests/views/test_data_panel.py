from PySide6.QtCore import Qt


def choose(qtbot, combo, text: str) -> None:
    combo.setFocus()
    combo.setCurrentText(text)
    combo.textActivated.emit(text)


def test_the_data_set_and_its_own_parameters(window, document, qtbot) -> None:
    panel = window.left.data
    assert panel.choice.currentText() == "digits"
    assert not panel.own.fields
    choose(qtbot, panel.choice, "moons")
    assert document.experiment.data.name == "moons"
    assert list(panel.own.fields) == ["samples", "noise"]
    assert window.left.sections[1].summary.text() == "moons · batch 64"
    document.undo_stack.undo()
    assert panel.choice.currentText() == "digits"


def test_an_own_parameter(window, document, qtbot) -> None:
    panel = window.left.data
    choose(qtbot, panel.choice, "moons")
    line = panel.own.fields["noise"].widget
    line.selectAll()
    qtbot.keyClicks(line, "0.3")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert document.experiment.data.parameters == {"noise": 0.3}


def test_batch_size_and_the_share_held_out(window, document, qtbot) -> None:
    panel = window.left.data
    spin = panel.fixed.fields["batch_size"].widget
    spin.selectAll()
    qtbot.keyClicks(spin, "128")
    qtbot.keyClick(spin, Qt.Key.Key_Return)
    line = panel.fixed.fields["validation"].widget
    line.selectAll()
    qtbot.keyClicks(line, "2")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert document.experiment.data.batch_size == 128
    assert document.experiment.data.validation == 0.2
    assert "below 1" in line.toolTip()


def test_the_same_data_set_again_is_no_edit(window, document, qtbot) -> None:
    choose(qtbot, window.left.data.choice, "digits")
    assert not document.undo_stack.canUndo()
