"""The plots of the middle: made when first shown, offered where the shown run has something for them."""

import subprocess
import sys
from dataclasses import replace

import pointer
import pytest
from time_gradients import gradient

from gradviz.views.plots.arrangement import Place
from gradviz.views.plots.plot_area import PlotArea
from gradviz.views.plots.registry import default_arrangement, offers

CLIP = {"clip_factor": lambda step: 0.5, "clip_angle": lambda step: 0.0}
OVER_ROWS = {"flow", "profile", "updates"}
OVER_STEPS = {"flow", "map"}
COMPARING = {"profile", "updates", "chain", "activations"}
SELECTING = OVER_ROWS | COMPARING | {"layers", "histograms"}
ON_A_CANVAS = OVER_ROWS | OVER_STEPS | COMPARING | {"time", "histograms"}
"""What each plot follows: whose attribute of that is renamed fails here, and does not go unseen."""
TEXT = [(10, "text_sample", None, {"prompt": "The ", "text": "cat"})]
LATER = (40, "text_sample", None, {"prompt": "The ", "text": "dog"})
CURVES = Place.BOTTOM_LEFT
SHOWN_FIRST = {"flow", "curves.learning", "profile", "histograms"}


@pytest.fixture
def plots(app, qtbot):
    area = PlotArea()
    qtbot.addWidget(area)
    area.resize(1000, 700)
    area.show()
    area.show_layers([f"Linear {number}" for number in range(1, 9)], 100)
    return area


@pytest.fixture
def curves(plots):
    return plots.places[CURVES]


def names(frame) -> list[str]:
    return [tab.text() for tab in sorted(frame.tabs, key=frame.heading.indexOf)]


def tab(frame, name):
    return next(button for button in frame.tabs if button.text() == name)


def test_only_what_is_shown_is_made(plots, snapshot) -> None:
    assert set(plots.ensemble.plots) == SHOWN_FIRST
    plots.show_snapshot(snapshot(steps=50, layers=8))
    assert set(plots.ensemble.plots) == SHOWN_FIRST
    plots.show_plot("chain")
    assert set(plots.ensemble.plots) == {*SHOWN_FIRST, "chain"}


def test_a_run_without_a_step_shows_nothing_of_the_run_before(plots, snapshot) -> None:
    """One that failed before its first step: its plots are empty, not another's."""
    wanted = frozenset({"update_ratio", "gradient_histogram"})
    full = snapshot(steps=50, layers=8, wanted=wanted)
    plots.select_layers((0,))
    plots.show_snapshot(full)
    seen = ("flow", "profile", "layers", "histograms", "map", "curves.learning")
    for key in seen:
        plots.show_plot(key)
        plots.plot(key).show_snapshot(full)
        assert plots.plot(key).values() is not None, key
    plots.show_snapshot(snapshot(steps=50, layers=8, done=0, wanted=wanted))
    assert {key: plots.plot(key).values() for key in seen} == dict.fromkeys(seen)
    assert plots.flow._image.image is None
    assert plots.plot("profile").lines.now.getData() == (None, None)


def test_what_is_not_shown_is_not_even_imported() -> None:
    code = """
import sys
from PySide6.QtWidgets import QApplication
app = QApplication([])
from gradviz.views.app import build_window
build_window(app)
from gradviz.views.plots.plot_area import PlotArea
PlotArea()
print(*(name for name in sys.modules if name.startswith("gradviz.views")))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    ).stdout.split()
    assert "gradviz.views.plots.histogram_view" in done
    later = ("chain_rule", "activation_shares", "through_time", "histogram_map", "generated_text", "figure")
    assert not {f"gradviz.views.plots.{name}" for name in later} & set(done)
    assert "gradviz.views.layer_table.frame" not in done


@pytest.mark.parametrize("key", [key for key in offers() if not key.startswith("curves.")])
def test_a_plot_that_is_made_late_has_caught_up(plots, snapshot, compared, key) -> None:
    shot = replace(snapshot(steps=50, layers=8, events=TEXT), time_gradient=gradient())
    plots.flow.show_rows(1.5, 4.5)
    plots.flow._on_zoomed()
    plots.flow.show_steps(10, 20)
    plots.flow._on_zoomed()
    plots.select_layer(3)
    plots.show_snapshot(shot)
    plots.show_compared((compared("one", 1, steps=40, layers=8),))
    plots.show_plot(key)
    made = plots.plot(key)
    assert made.isVisible()
    if key in ON_A_CANVAS:
        assert made.canvas._axis_width == plots.flow.canvas._axis_width
    if key in OVER_ROWS:
        assert made.canvas.boxes[0].viewRange()[1] == pytest.approx([1.5, 4.5])
    if key in OVER_STEPS:
        assert made.canvas.boxes[0].viewRange()[0] == pytest.approx([10, 20])
    if key in SELECTING:
        assert made.chosen == (3,)
    if key in COMPARING:
        compared_there = (
            made.lines.others if key in {"profile", "updates"} else [run.id for run in made.compared]
        )
        assert [*compared_there] == ["one"]


def test_every_plot_is_asked_for_something_that_it_may_have_missed() -> None:
    asked = ON_A_CANVAS | OVER_ROWS | OVER_STEPS | SELECTING | COMPARING
    assert {key for key in offers() if not key.startswith("curves.")} - asked == {"text"}


def test_every_offered_plot_has_its_seat_in_the_default_arrangement() -> None:
    arrangement = default_arrangement()
    assert [seat.key for seat in arrangement.seats] == list(offers())
    assert all(offer.name and offer.tip for offer in offers().values())


def test_before_a_run_there_is_loss_and_accuracy_alone(curves) -> None:
    assert curves.keys == ("curves.learning",)
    assert curves.current.title.text() == "Loss and accuracy"
    assert not curves.current.tabs


def test_a_run_with_clipping_has_a_tab_for_it(plots, curves, snapshot, qtbot) -> None:
    shot = snapshot(steps=50, numbers=CLIP)
    plots.show_snapshot(shot)
    assert names(curves.current) == ["Update ratio", "Clipping"]
    with qtbot.waitSignal(curves.front_changed):
        qtbot.mouseClick(tab(curves.current, "Clipping"), pointer.LEFT)
    assert curves.current.title.text() == "Clipping"
    assert len(curves.current.panes[0].items[0].steps) == 50
    plots.show_snapshot(snapshot(steps=50))
    assert curves.current.title.text() == "Loss"
    plots.show_snapshot(shot)
    assert curves.current.title.text() == "Clipping"


def test_all_plots_zoom_together_and_what_comes_later_too(plots, snapshot) -> None:
    plots.show_snapshot(snapshot(steps=50))
    plots.flow.show_steps(10, 20)
    plots.flow._on_zoomed()
    plots.show_snapshot(snapshot(steps=50, numbers=CLIP))
    plots.show_plot("map")
    for key in ("curves.learning", "curves.clipping", "map"):
        box = plots.plot(key).canvas.boxes[0]
        assert box.viewRange()[0] == pytest.approx([10, 20])
    plots.flow.reset_view()
    for key in ("curves.learning", "curves.clipping", "map"):
        assert plots.plot(key).canvas.boxes[0].viewRange()[0][1] > 49


def test_a_regression_has_no_accuracy(plots, curves, snapshot) -> None:
    plots.show_snapshot(snapshot(steps=50, accuracy=False))
    assert curves.current.title.text() == "Loss"
    assert len(curves.current.panes) == 1


def test_before_a_regression_there_is_loss_alone(plots, curves, snapshot) -> None:
    plots.show_layers(["Linear 1"], 100, accuracy=False)
    assert curves.current.title.text() == "Loss"
    assert [pane.design.name for pane in curves.current.panes] == ["loss"]
    assert curves.current.canvas._quiet.text() == "Loss on training and validation data"
    plots.show_snapshot(snapshot(steps=50, layers=8))
    assert len(curves.current.panes) == 2
    plots.show_snapshot(snapshot(steps=50, layers=8, accuracy=False, done=0))
    assert [pane.design.name for pane in curves.current.panes] == ["loss"]
    plots.show_layers(["Linear 1"], 100)
    assert len(curves.current.panes) == 2
    assert curves.current.canvas._quiet.text() == "Loss and accuracy on training and validation data"


def test_a_language_models_text_has_its_place_from_the_start(plots, curves, snapshot, qtbot) -> None:
    early = snapshot(steps=50)
    plots.expect_text(early.run.id)
    plots.show_snapshot(early)
    qtbot.mouseClick(tab(curves.current, "Text"), pointer.LEFT)
    assert curves.current._text.toPlainText() == ""
    assert "after the first validation" in curves.current._text.placeholderText()
    plots.show_snapshot(snapshot(steps=50, events=TEXT))
    assert curves.current._text.toPlainText() == "The cat"
    plots.show_snapshot(early)
    assert curves.current._text.toPlainText() == ""
    assert curves.current.remark.text() == ""


def test_the_generated_text_follows_the_cursor(plots, curves, snapshot, qtbot) -> None:
    plots.show_snapshot(snapshot(steps=50, events=[*TEXT, LATER], cursor=20))
    qtbot.mouseClick(tab(curves.current, "Text"), pointer.LEFT)
    assert curves.current._text.toPlainText() == "The cat"
    assert curves.current.remark.text() == "after step 10"
    plots.show_snapshot(snapshot(steps=50, events=[*TEXT, LATER]))
    assert curves.current._text.toPlainText() == "The dog"


def test_the_time_tab_is_there_only_where_it_was_recorded(plots, snapshot) -> None:
    across, profile = plots.places[Place.TOP_RIGHT], plots.plot("profile")
    shot = replace(snapshot(steps=10), time_gradient=gradient())
    plots.show_snapshot(snapshot(steps=10))
    assert "Time" not in names(profile)
    plots.show_snapshot(shot)
    tab(profile, "Time").click()
    assert across.current is plots.plot("time")
    assert across.current.remark.text() == "at step 40"
    plots.show_snapshot(replace(shot, time_gradient=None))  # before its first measurement
    assert across.current is plots.plot("time")
    assert not across.current.canvas._quiet.isHidden()
    plots.show_layers(["Linear 1"], 100)
    assert across.current is profile
    assert "Time" not in names(profile)
    plots.show_snapshot(shot)
    assert across.current is plots.plot("time")  # where the user was
    tab(across.current, "Profile").click()
    assert across.current is profile


def test_hidden_curves_are_not_drawn_until_they_are_shown(plots, snapshot, compared) -> None:
    rate = {"learning_rate": lambda step: 0.1 / (1 + step)}
    plots.show_snapshot(snapshot(steps=60, numbers=rate))
    plots.show_plot("curves.rates")
    plots.show_plot("curves.learning")
    hidden = plots.plot("curves.rates")
    plots.show_compared((compared("one", 1, steps=40, numbers=rate),))
    assert hidden.panes[0].compared == {}
    plots.show_plot("curves.rates")
    assert len(hidden.panes[0].compared["one"][0].steps) == 40
