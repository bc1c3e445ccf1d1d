from dataclasses import replace

from controls import turn_wheel
from fake_host import inspection_of_vanishing
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox

from gradviz.control.engine_state import InspectionReply
from gradviz.spec.experiment import ClipSpec, GroupSpec, OptimizerSpec, StartSpec


def opened(window):
    window.left.sections[2].set_open(is_open=True)
    QApplication.processEvents()
    return window.left.training


def test_every_group_is_folded_at_first_and_says_what_is_set(window) -> None:
    panel = opened(window)
    assert len(panel.sections) == 8
    for section in panel.sections.values():
        assert not section.is_open
        assert section.summary.text()
    for part in (panel.optimizer, panel.schedule, panel.clipping, panel.length):
        assert part.isVisible()


def test_a_group_that_is_unfolded_comes_into_view(window, app) -> None:
    panel = opened(window)
    window.resize(960, 620)
    section = panel.sections[panel.measuring]
    section.set_open(is_open=True)
    for _ in range(5):
        app.processEvents()
    viewport = window.left.sections[2].body.viewport()
    top = section.mapTo(viewport, section.rect().topLeft()).y()
    assert 0 <= top < viewport.height()


def test_the_wheel_scrolls_and_changes_nothing(window, document, app) -> None:
    window.resize(960, 620)
    panel = opened(window)
    for section in panel.sections.values():
        section.set_open(is_open=True)
    for _ in range(5):
        app.processEvents()
    bar = window.left.sections[2].body.verticalScrollBar()
    middle = bar.maximum() // 2
    assert middle > 100
    before, turned = document.experiment, 0
    for control in (*panel.findChildren(QComboBox), *panel.findChildren(QAbstractSpinBox)):
        if control.isVisible() and not control.hasFocus():
            bar.setValue(middle)
            turn_wheel(control, -1)
            assert bar.value() > middle
            turned += 1
    assert turned >= 8
    for section in panel.sections.values():
        bar.setValue(middle)
        turn_wheel(section.heading, 1)
        assert bar.value() < middle
    assert document.experiment == before


def test_a_control_with_the_focus_follows_the_wheel(window) -> None:
    combo = opened(window).optimizer.choice.combo
    combo.setFocus(Qt.FocusReason.TabFocusReason)
    assert combo.hasFocus()
    turn_wheel(combo, -1)
    assert combo.currentText() == "Adam"


def test_what_is_wrong_is_said_at_its_field(window, document) -> None:
    panel = window.left.training
    wrong = replace(
        document.experiment,
        optimizer=OptimizerSpec(name="SGD", lr=0.1, parameters={"momentum": -1, "momentun": 0.9}),
        clip=ClipSpec(method="value", parameters={"threshold": 0}),
    )
    document.edit(wrong, "as from a file")
    assert "at least 0" in panel.optimizer.choice.rest.notes["momentum"]
    assert panel.optimizer.choice.field("momentum").property("wrong") == "yes"
    assert "momentun" in panel.optimizer.trouble
    assert "above 0" in panel.clipping.choice.own.notes["threshold"]
    assert window.left.sections[2].summary.text().startswith("▲")
    document.undo_stack.undo()
    assert not panel.optimizer.choice.rest.notes["momentum"]
    assert panel.optimizer.choice.field("momentum").property("wrong") == ""
    assert not panel.optimizer.trouble
    assert not window.left.sections[2].summary.text().startswith("▲")


def test_an_unknown_name_stays_to_be_seen(window, document) -> None:
    panel = window.left.training
    document.edit(replace(document.experiment, optimizer=OptimizerSpec(name="Adamm")), "as from a file")
    assert panel.optimizer.choice.combo.currentText() == "Adamm"
    assert "Adam" in panel.optimizer.trouble
    document.undo_stack.undo()
    assert panel.optimizer.choice.combo.currentText() == "SGD"
    assert not panel.optimizer.trouble


def test_what_the_engine_finds_is_said_in_its_group_until_it_is_mended(window, document, host) -> None:
    panel = window.left.training
    start = StartSpec(session="/nowhere.gradviz")
    document.edit(replace(document.experiment, start=start), "as from a file")
    host.inspected.emit(InspectionReply(id=0, error="There is no such file.", where="start.session"))
    assert panel.start.form.notes["session"] == "There is no such file."
    assert panel.sections[panel.start].summary.text() == "▲ There is no such file."
    assert window.left.builder.strip.isHidden()
    host.answer(inspection_of_vanishing())
    assert "no such file" not in panel.start.form.notes["session"]
    assert panel.sections[panel.start].summary.text() == "nowhere.gradviz"


def test_a_wrong_group_is_named(window, document) -> None:
    panel = window.left.training
    groups = (GroupSpec(layers="Linear*", lr_factor=-1.0),)
    optimizer = replace(document.experiment.optimizer, groups=groups)
    document.edit(replace(document.experiment, optimizer=optimizer), "as from a file")
    assert "groups[0].lr_factor" in panel.groups.trouble
    assert panel.sections[panel.groups].summary.text().startswith("▲")
    assert not panel.optimizer.trouble


def test_tab_goes_down_the_panel(window, qtbot) -> None:
    panel = opened(window)
    panel.optimizer.choice.combo.setFocus(Qt.FocusReason.TabFocusReason)
    seen = []
    for _ in range(8):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        seen.append(QApplication.focusWidget())
    assert panel.optimizer.choice.more.heading in seen
    assert panel.optimizer.rate.fields["lr"].widget in seen
    assert panel.schedule.choice.combo in seen
    tops = [widget.mapTo(panel, widget.rect().topLeft()).y() for widget in seen]
    assert tops == sorted(tops)
