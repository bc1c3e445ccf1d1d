"""A compared run that is longer than the shown one is seen to its end, in every plot over the steps."""

import pytest
from pointer import hover, pixel, wheel
from recorded_runs import record

from gradviz.control.engine_state import RunChange
from gradviz.views.plots.arrangement import Place

SHORT, LONG = 20, 60


@pytest.fixture
def runs(window, document, qtbot):
    """A long run, and a short one that is shown."""
    for steps in (LONG, SHORT):
        request = document.new_run()
        status = record(request.store, run_id=request.run_id, layers=4, steps=steps)
        document.on_run_changed(RunChange(run_id=request.run_id, store=request.store, status=status))
    window.runs.show_run(document.runs[-1])
    qtbot.waitUntil(lambda: window.runs.clock.snapshot is not None)
    return [run.id for run in document.runs]


@pytest.fixture
def plots(window, runs):
    window.plots.show_plot("map")
    window.runs.comparison.set_compared(runs[0], on=True)
    return window.plots


def ends(window) -> set[float]:
    """The last steps that plots and time bar show."""
    plots = [window.plots.plot(key) for key in ("flow", "curves.learning", "map")]
    return {
        *(box.viewRange()[0][1] - 0.5 for plot in plots for box in plot.canvas.boxes),
        window.time_bar.track.maximum(),
    }


def test_axes_and_time_bar_go_on_to_its_end_and_come_back(window, runs, plots) -> None:
    assert ends(window) == {LONG - 1}
    (compared,) = window.runs.comparison.runs
    assert compared.numbers["train_loss"].steps[-1] == LONG - 1
    window.runs.comparison.set_compared(runs[0], on=False)
    assert ends(window) == {SHORT - 1}


def test_what_is_new_goes_as_far(window, plots) -> None:
    plots.show_plot("curves.updates")
    updates = plots.plot("curves.updates")
    assert updates.panes[0].box.viewRange()[0] == [-0.5, LONG - 0.5]


def test_the_time_cursor_stays_in_the_shown_run(window, plots, qtbot) -> None:
    track = window.time_bar.track
    assert track.step_at(track.width()) == SHORT - 1
    window.time_bar.cursor_moved.emit(LONG - 1)
    qtbot.waitUntil(lambda: not window.runs.clock.snapshot.live)
    assert window.runs.clock.snapshot.cursor == SHORT - 1
    assert track.value() == SHORT - 1


@pytest.mark.parametrize("step", [SHORT - 1, SHORT + 8, LONG - 1])
def test_hovering_says_what_the_runs_that_go_so_far_have_there(window, plots, app, step) -> None:
    app.processEvents()
    learning = plots.plot("curves.learning")
    hover(learning.canvas, learning.panes[0].box, step, 1.0)
    lines = learning.canvas.card.text.splitlines()
    assert f"Loss at step {step}" in lines[0]
    assert any(line.startswith("Run 1, training") for line in lines)
    assert any(line.startswith("training") for line in lines) is (step < SHORT)


def test_whoever_zooms_behind_the_shown_run_sees_the_other(window, runs, plots, qtbot) -> None:
    plots.flow.steps_zoomed.emit((30.0, 50.0))
    qtbot.waitUntil(lambda: window.runs.clock.view == (30, 51))
    qtbot.waitUntil(lambda: window.runs.comparison.runs[0].numbers["train_loss"].steps[0] == 30)
    assert window.runs.comparison.runs[0].numbers["train_loss"].steps[-1] == 51
    assert plots.plot("curves.learning").panes[0].box.viewRange()[0] == [30, 50]
    window.runs.comparison.set_compared(runs[0], on=False)
    assert window.runs.clock.view is None
    assert ends(window) == {SHORT - 1}


def test_who_switches_it_off_sees_the_shown_one_alone(window, runs, plots) -> None:
    plots.plot("curves.learning").legend.switches[runs[0]].click()
    assert ends(window) == {SHORT - 1}
    plots.show_plot("curves.updates")
    assert ends(window) == {LONG - 1}
    plots.show_plot("curves.learning")
    assert ends(window) == {SHORT - 1}
    plots.plot("curves.learning").legend.switches[runs[0]].click()
    assert ends(window) == {LONG - 1}


def test_who_is_behind_the_shown_run_and_switches_the_other_off_sees_all_of_the_shown_one(
    window, runs, plots
) -> None:
    learning = plots.plot("curves.learning")
    wheel(learning.canvas, pixel(learning.canvas, learning.panes[0].box, 45, 0.5), 6)
    assert learning.panes[0].box.viewRange()[0][0] > SHORT
    learning.legend.switches[runs[0]].click()
    assert ends(window) == {SHORT - 1}
    assert {box.viewRange()[0][0] for box in learning.canvas.boxes} == {-0.5}
    assert window.runs.clock.view is None


def test_where_no_curves_are_in_sight_the_axes_stay_as_they_were(window, plots) -> None:
    window.plots.enlarging.toggle(window.plots.places[Place.TOP_LEFT])
    assert window.plots.in_sight == ("flow",)
    assert ends(window) == {LONG - 1}


def test_the_longer_one_shown_has_its_own_end(window, runs, plots, document, qtbot) -> None:
    window.runs.comparison.set_compared(runs[1], on=True)
    window.runs.show_run(document.run(runs[0]))
    qtbot.waitUntil(lambda: window.runs.clock.snapshot is not None)
    assert ends(window) == {LONG - 1}
