"""Which run the map stands against is so again in the session that is opened."""

from __future__ import annotations

import pytest
from recorded_runs import record

from gradviz.control.engine_state import RunChange
from gradviz.views.difference_keeper import RELATIVE_TO


@pytest.fixture
def runs(window, document, qtbot):
    """Three recorded runs; the first two are compared with the last, which is shown."""
    for weakest in (-10, -8, -6):
        request = document.new_run()
        status = record(request.store, run_id=request.run_id, layers=4, steps=40, weakest=weakest)
        document.on_run_changed(RunChange(run_id=request.run_id, store=request.store, status=status))
    ids = [run.id for run in document.runs]
    for run in ids[:2]:
        window.runs.comparison.set_compared(run, on=True)
    window.runs.show_run(document.runs[-1])
    qtbot.waitUntil(lambda: len(window.runs.comparison.runs) == 2)
    return ids


@pytest.fixture
def switch(window, runs):
    return window.plots.flow.difference


@pytest.fixture
def reopen(window, document, tmp_path, qtbot):
    """Saves the session and opens it again."""

    def reopen() -> None:
        path = tmp_path / "kept.gradviz"
        with qtbot.waitSignal(document.save_finished):
            document.save(path)
        assert not document.is_dirty
        document.new()
        document.open(path)
        qtbot.waitUntil(lambda: len(window.runs.comparison.runs) == 2)

    return reopen


@pytest.mark.parametrize("shown", [True, False])
def test_the_run_and_whether_it_is_shown(window, runs, switch, reopen, shown) -> None:
    switch.choices[1].trigger()
    if not shown:
        switch.click()
    reopen()
    assert switch.stands_at == runs[1]
    assert switch.text() == "relative to Run 2"
    assert switch.isChecked() is shown
    assert (window.plots.flow._ratios is not None) is shown


def test_who_never_chose_finds_the_first_and_norms(runs, switch, reopen) -> None:
    reopen()
    assert switch.stands_at == runs[0]
    assert switch.run is None


def test_who_compares_that_run_again_finds_it_there(window, runs, switch) -> None:
    switch.choices[1].trigger()
    window.runs.comparison.set_compared(runs[1], on=False)
    assert (switch.stands_at, switch.run) == (runs[0], None)
    window.runs.comparison.set_compared(runs[1], on=True)
    assert (switch.stands_at, switch.run) == (runs[1], None)


@pytest.mark.parametrize("kept", [None, 3, {"run": 4, "shown": "yes"}, {"run": "gone", "shown": True}])
def test_a_layout_of_something_else_chooses_nothing(document, runs, switch, kept) -> None:
    document.set_layout({**document.layout, RELATIVE_TO: kept})
    document.reopened.emit()
    assert switch.run is None
    switch.click()
    assert document.layout[RELATIVE_TO] == {"run": switch.stands_at, "shown": True}
