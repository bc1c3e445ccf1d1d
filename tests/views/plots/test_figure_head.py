"""What a figure says above the plot: which run and which step, in as many rows as it needs."""

import pointer
import pytest
from PySide6.QtGui import QImage, QPainter

from gradviz.views.appearance import ThemeChoice, appearance
from gradviz.views.plots import figure
from gradviz.views.plots.curve_design import families
from gradviz.views.plots.depth_profile import DepthProfile
from gradviz.views.plots.figure_head import PAD, Entry, FigureHead
from gradviz.views.plots.flow_map import FlowMap
from gradviz.views.plots.histogram_map import HistogramMap
from gradviz.views.plots.legend_sample import Sample
from gradviz.views.plots.step_curves import StepCurves

LINE = Sample(tone="accent")


@pytest.fixture
def curves(app, qtbot):
    def make(*recorded: str) -> StepCurves:
        view = StepCurves(next(family for f in families() if (family := f.of(recorded)) is not None))
        qtbot.addWidget(view)
        view.resize(700, 420)
        view.show()
        view.shown_run = "Mine"
        return view

    return make


@pytest.fixture
def profile(app, qtbot):
    view = DepthProfile()
    qtbot.addWidget(view)
    view.resize(420, 420)
    view.show()
    view.shown_run = "Mine"
    return view


def texts(view) -> list[str]:
    return [entry.text for entry in view.figure_head().legend]


def test_curves_of_one_run_say_the_step_of_their_values_and_name_no_run(curves, snapshot) -> None:
    view = curves("train_loss", "val_loss")
    assert view.figure_head().note == ""
    view.show_snapshot(snapshot(steps=1100, cursor=1050))
    view.show_values(view._snapshot)
    assert view.figure_head().note == "values at step 1,050"
    assert texts(view) == ["training", "validation"]
    assert "values at step 1,050" in figure.svg(view).decode("utf-8")


def test_beside_compared_runs_the_shown_one_is_named_before_its_series(curves, snapshot, compared) -> None:
    view = curves("train_loss", "val_loss")
    view.show_snapshot(snapshot(steps=100))
    view.show_compared((compared("one", 1, steps=60),))
    assert texts(view) == ["Mine:", "training", "validation", "Run 1"]
    view.legend.switches["one"].click()
    assert texts(view) == ["training", "validation"]


def test_where_the_shown_run_is_one_line_that_is_its_sample(curves, profile, snapshot, compared) -> None:
    rates = curves("learning_rate")
    assert not rates.switches
    shot = snapshot(steps=100, cursor=50, numbers={"learning_rate": lambda step: 0.1})
    run = compared("one", 1, steps=60)
    for view, tone in ((rates, "train_line"), (profile, "accent")):
        view.show_snapshot(shot)
        view.show_compared((run,))
        first = view.figure_head().legend[0]
        assert first.text == "Mine"
        assert first.sample is not None
        assert first.sample.tone == tone


def test_a_run_has_its_whole_name_and_its_own_step_where_it_is_shorter(profile, snapshot, compared) -> None:
    run = compared("one", 1, steps=60)
    profile.show_snapshot(snapshot(steps=100, cursor=90))
    profile.show_compared((run,))
    assert run.step == 59
    assert texts(profile) == ["Mine", "last 50", "Run 1, step 59"]
    pointer.hover(profile.canvas, profile.canvas.boxes[0], -3, 2)
    assert "Run 1, step 59: " in profile.canvas.card.text
    profile.show_snapshot(snapshot(steps=100, cursor=59))
    assert texts(profile)[-1] == "Run 1"


def test_the_selected_layer_and_those_beside_it_are_named(curves, snapshot) -> None:
    view = curves("update_ratio", "update_ratio_layer")
    view.show_snapshot(snapshot(steps=100, layers=12, layer=3, wanted=view.wants))
    view.select_layers((5, 3))
    assert texts(view) == ["Linear 4", "median", "Linear 6"]
    view.switches["layer"].click()
    assert texts(view) == ["median"]


def test_entries_go_into_as_many_rows_as_they_need_and_none_is_cut(app) -> None:
    entries = [Entry(text=f"a run with a long name {number}", sample=LINE) for number in range(5)]
    head = FigureHead(title="Profile", width=380, remark="at step 3", legend=entries)
    rows = head.rows()
    assert [entry.text for row in rows for entry in row] == ["at step 3", *(entry.text for entry in entries)]
    assert len(rows) >= 3
    assert all(sum(entry.width for entry in row) <= 380 for row in rows)
    alone = FigureHead(title="Profile", width=380)
    assert head.height - alone.height == 16 * len(rows)


def test_a_remark_that_is_too_long_goes_on_below(app) -> None:
    words = "norms of a run with a long name ÷ those of another that has a name as long: orange is larger"
    rows = FigureHead(title="Gradient flow", width=380, remark=words).rows()
    assert len(rows) == 2
    assert " ".join(entry.text for row in rows for entry in row) == words


def test_a_name_that_leads_stands_in_the_row_of_what_it_leads(app) -> None:
    wide = Entry(text="x" * 40, sample=LINE)
    head = FigureHead(title="Loss", width=380, legend=(wide, Entry(text="Mine:"), wide))
    assert [[entry.text for entry in row] for row in head.rows()] == [["x" * 40], ["Mine:", "x" * 40]]


@pytest.mark.parametrize(
    ("title", "beside"), [("Loss", True), ("Learning rate, penalty ratio and loss scale", False)]
)
def test_a_note_stands_beside_the_title_where_both_have_room(app, title, beside) -> None:
    head = FigureHead(title=title, width=380, note="values at step 1,000,000")
    assert (not head.rows()) is beside


def test_a_symbol_upon_a_line_is_hollow_on_white_in_the_dark_theme_too(app) -> None:
    """As a figure has it; the theme of the window does not shine through."""
    appearance().choose(ThemeChoice.DARK)
    sample = Sample(tone="text", style="dashes", symbol="square")
    head = FigureHead(title="", width=200, legend=(Entry(text="step 3", sample=sample),))
    image = QImage(200, head.height, QImage.Format.Format_RGB32)
    image.fill("#FFFFFF")
    painter = QPainter(image)
    head.draw(painter)
    painter.end()
    assert image.pixelColor(PAD + 9, 22 + 2 + 6).name() == "#ffffff"


@pytest.mark.parametrize("view", [FlowMap, HistogramMap])
def test_a_map_says_where_the_line_of_the_cursor_stands(app, qtbot, snapshot, view) -> None:
    made = view()
    qtbot.addWidget(made)
    assert made.figure_head().note == ""
    made.show_snapshot(snapshot(steps=100, layers=4, layer=1, cursor=40))
    assert made.figure_head().note == "line at step 40"
    made.show_snapshot(snapshot(steps=100, layers=4, layer=1))
    assert made.figure_head().note == ""
