"""Comparing runs in the whole window: from the check in the list to the pictures, and back."""

import pytest
from recorded_runs import record

from gradviz.control.engine_state import RunChange
from gradviz.views.plots.arrangement import Place
from gradviz.views.theme import run_tone


@pytest.fixture
def runs(window, document):
    """Three recorded runs; the last one is shown."""
    for weakest in (-10, -8, -6):
        request = document.new_run()
        status = record(request.store, run_id=request.run_id, layers=8, steps=60, weakest=weakest)
        document.on_run_changed(RunChange(run_id=request.run_id, store=request.store, status=status))
    window.runs.show_run(document.runs[-1])
    return [run.id for run in document.runs]


@pytest.fixture
def shown(window, runs, qtbot):
    qtbot.waitUntil(lambda: window.runs.clock.snapshot is not None)
    return window


def compare(shown, run_id: str, *, on: bool) -> None:
    shown.time_bar.runs.compare_wanted.emit(run_id, on)


def test_a_checked_run_is_in_curves_profile_and_map_in_one_colour(shown, runs, qtbot) -> None:
    compare(shown, runs[1], on=True)
    plots = shown.plots
    tone = run_tone(2)
    learning = plots.plot("curves.learning")
    assert [item.line.tone for item in learning.panes[0].compared[runs[1]]] == [tone, tone]
    assert list(plots.plot("profile").lines.others) == [runs[1]]
    assert plots.plot("curves.learning").legend.switches[runs[1]].sample.tone == tone
    assert plots.plot("profile").legend.switches[runs[1]].sample.tone == tone
    assert shown.time_bar.runs.is_compared(shown.time_bar.runs.model().index(2, 0))
    plots.flow.difference.click()
    assert plots.flow._ratios is not None
    assert shown.runs.comparison.runs[0].flow is not None
    compare(shown, runs[1], on=False)
    assert plots.plot("curves.learning").panes[0].compared == {}
    assert plots.plot("profile").lines.others == {}
    assert plots.flow._ratios is None
    assert shown.runs.comparison.open_readers == 0


def test_rows_of_map_profile_and_updates_stay_side_by_side(shown, runs, qtbot, app) -> None:
    compare(shown, runs[0], on=True)
    app.processEvents()
    plots = shown.plots
    assert plots.plot("profile").canvas.y() == plots.flow.canvas.y()
    plots.show_plot("updates")
    app.processEvents()
    assert plots.plot("updates").canvas.y() == plots.flow.canvas.y()


def test_hidden_plots_draw_nothing_and_catch_up(shown, runs, qtbot) -> None:
    plots = shown.plots
    plots.show_plot("layers")
    compare(shown, runs[0], on=True)
    assert plots.plot("profile").lines.others == {}
    plots.show_plot("profile")
    assert list(plots.plot("profile").lines.others) == [runs[0]]


def test_beside_an_enlarged_plot_nothing_is_drawn(shown, runs) -> None:
    plots = shown.plots
    plots.enlarging.toggle(plots.places[Place.BOTTOM_LEFT])
    compare(shown, runs[0], on=True)
    assert plots.plot("profile").lines.others == {}
    assert runs[0] in plots.plot("curves.learning").panes[0].compared
    plots.enlarging.end()
    assert list(plots.plot("profile").lines.others) == [runs[0]]


def test_another_shown_run_is_compared_with_the_others(shown, runs, document, qtbot) -> None:
    for run in runs:
        compare(shown, run, on=True)
    assert [run.id for run in shown.runs.comparison.runs] == runs[:2]
    shown.runs.show_run(document.run(runs[0]))
    qtbot.waitUntil(lambda: [run.id for run in shown.runs.comparison.runs] == runs[1:])
    assert set(shown.plots.plot("profile").lines.others) == set(runs[1:])
    shown.runs.show_run(None)
    assert shown.runs.comparison.open_readers == 0
    assert shown.plots.plot("profile").lines.others == {}


def test_a_closed_window_holds_no_run_open(shown, runs) -> None:
    compare(shown, runs[0], on=True)
    shown.runs.comparison.close()
    assert shown.runs.comparison.open_readers == 0
    assert not shown.runs.comparison.is_ticking


def test_a_figure_names_the_shown_run_as_the_session_does(shown, runs) -> None:
    compare(shown, runs[0], on=True)
    profile = shown.plots.plot("profile")
    assert [entry.text for entry in profile.figure_head().legend] == ["Run 3", "last 50", "Run 1"]
    shown.document.rename_run(runs[2], "wider")
    assert profile.figure_head().legend[0].text == "wider"
    assert shown.plots.plot("updates").shown_run == "wider"
