"""The shown run is renamed and removed by its actions; what a dialog offers is what it is called now."""

import pytest
from PySide6.QtWidgets import QInputDialog
from recorded_runs import record

from gradviz.control.engine_state import RunChange


@pytest.fixture
def finished(window, document):
    """A run of the session that has ended, shown."""
    request = document.new_run()
    status = record(request.store, run_id=request.run_id, steps=20)
    document.on_run_changed(RunChange(run_id=request.run_id, store=request.store, status=status))
    window.runs.show_run(document.run(request.run_id))
    return request.run_id


@pytest.fixture
def answer(monkeypatch):
    """What the next dialogs are answered, and the names that they offer."""
    offered, answers = [], []

    def ask(dialog) -> int:
        offered.append(dialog.textValue())
        name, agreed = answers.pop(0)
        dialog.setTextValue(name)
        codes = QInputDialog.DialogCode
        return codes.Accepted if agreed else codes.Rejected

    monkeypatch.setattr(QInputDialog, "exec", ask)
    return offered, answers


def test_a_second_renaming_begins_from_the_name_of_the_first(window, document, finished, answer) -> None:
    offered, answers = answer
    answers += [(" wide ", True), ("wider", False), ("", True)]
    for _ in range(3):
        window.actions_by_key["run.rename"].trigger()
    assert offered == ["Run 1", "wide", "wide"]
    assert document.run(finished).name == "wide"
    assert window.time_bar.runs.currentText() == "wide"
    assert window.plots.flow.shown_run == "wide"


def test_without_a_run_there_is_nothing_to_rename_or_remove(window, finished) -> None:
    actions = [window.actions_by_key[key] for key in ("run.rename", "run.remove")]
    assert all(action.isEnabled() for action in actions)
    window.runs.show_run(None)
    assert not any(action.isEnabled() for action in actions)
    assert window.plots.flow.shown_run == ""


@pytest.mark.parametrize("agreed", [True, False])
def test_a_run_is_removed_where_the_user_agrees(window, document, finished, monkeypatch, agreed) -> None:
    monkeypatch.setattr("gradviz.views.shown_run_conductor.confirm_remove_run", lambda *_: agreed)
    window.actions_by_key["run.remove"].trigger()
    assert (document.run(finished) is None) is agreed
