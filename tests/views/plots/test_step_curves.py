import numpy as np
import pointer
import pytest

from gradviz.views.plots.curve_design import families
from gradviz.views.plots.curve_item import trailing_mean
from gradviz.views.plots.step_curves import StepCurves


def shown(qtbot, key, *recorded):
    family = next(family for family in families() if family.key == key).of(recorded)
    view = StepCurves(family)
    qtbot.addWidget(view)
    view.resize(700, 320)
    view.show()
    return view


@pytest.fixture
def curves(app, qtbot):
    return shown(qtbot, "learning", "train_loss", "val_loss", "train_accuracy", "val_accuracy")


def drawn(item):
    return item._curve.getData()


def test_all_four_curves(curves, snapshot) -> None:
    shot = snapshot(steps=100)
    curves.show_snapshot(shot)
    loss, accuracy = curves.panes
    assert np.allclose(drawn(loss.items[0])[1], shot.numbers["train_loss"].mean[0])
    assert np.allclose(drawn(loss.items[1])[1], shot.curves["val_loss"][1])
    assert np.allclose(drawn(accuracy.items[0])[1], shot.numbers["train_accuracy"].mean[0])
    assert len(drawn(accuracy.items[1])[0]) == 5


def test_a_loss_that_is_not_finite_is_marked_at_the_edge(curves, snapshot) -> None:
    curves.show_snapshot(snapshot(steps=100, non_finite_from=70))
    assert curves.panes[0].mark_count == 30
    top = curves.panes[0].top
    assert np.isfinite(top)
    assert curves.canvas.boxes[0].viewRange()[1][1] >= top


def test_switches_hide_their_series(curves, snapshot, qtbot) -> None:
    curves.show_snapshot(snapshot(steps=50))
    loss, accuracy = curves.panes
    qtbot.mouseClick(curves.switches["training"], pointer.LEFT)
    assert not loss.items[0].is_visible
    assert not accuracy.items[0].is_visible
    assert loss.items[1].is_visible
    qtbot.mouseClick(curves.switches["training"], pointer.LEFT)
    qtbot.mouseClick(curves.switches["validation"], pointer.LEFT)
    assert loss.items[0].is_visible
    assert not loss.items[1].is_visible


def test_the_margin_says_the_values_at_the_cursor(curves, snapshot) -> None:
    shot = snapshot(steps=100, cursor=50)
    curves.show_snapshot(shot)
    curves.show_values(shot)
    values = curves.panes[0]._margin._values
    assert values[0].value == f"{shot.numbers['train_loss'].mean[0, 50]:.2f}"
    assert values[1].value == f"{shot.curves['val_loss'][1][2]:.2f}"


@pytest.mark.parametrize("cursor", [15, 99])
def test_the_margin_says_the_values_at_a_cursor_that_is_out_of_sight(curves, snapshot, cursor) -> None:
    whole = snapshot(steps=100, cursor=cursor)
    zoomed = snapshot(steps=100, cursor=cursor, view=(50, 60))
    curves.show_snapshot(zoomed)
    curves.show_steps(50, 60)
    curves.show_values(zoomed)
    training, validation = curves.panes[0]._margin._values
    assert training.value == f"{whole.numbers['train_loss'].mean[0, cursor]:.2f}"
    assert validation.value == f"{whole.curves['val_loss'][1][cursor // 23]:.2f}"


def test_what_was_measured_before_the_cursor_says_when(curves, snapshot) -> None:
    for view in (None, (60, 90)):  # drawn, and read besides
        shot = snapshot(steps=100, cursor=50, view=view)
        curves.show_snapshot(shot)
        curves.show_values(shot)
        training, validation = curves.panes[0]._margin._values
        assert (training.note, validation.note) == ("", "step 46")
    assert dict(curves.panes[0].values_at(68))["validation"].endswith("(step 46)")
    assert "step" not in dict(curves.panes[0].values_at(46))["validation"]


def test_the_pointer_is_told_of_which_steps_a_value_is_the_mean(curves, snapshot) -> None:
    curves.show_snapshot(snapshot(steps=1100, columns=200))
    said = dict(curves.panes[0].values_at(686))
    assert said["training"].endswith("(mean of steps 680–687)")


def test_a_value_that_is_not_finite_is_said_in_its_colour(curves, snapshot) -> None:
    shot = snapshot(steps=100, non_finite_from=60)
    curves.show_snapshot(shot)
    curves.show_values(shot)
    first = curves.panes[0]._margin._values[0]
    assert (first.value, first.tone) == ("NaN", "non_finite")


def test_the_pointer_is_told_both_values(curves, snapshot) -> None:
    curves.show_snapshot(snapshot(steps=100))
    pointer.hover(curves.canvas, curves.canvas.boxes[0], 33.2, 1.0)
    text = curves.canvas.card.text
    assert "Loss at step 33" in text
    assert "training" in text
    assert "validation" in text


def test_both_panes_zoom_together(curves, snapshot, qtbot) -> None:
    curves.show_snapshot(snapshot(steps=100))
    loss, accuracy = curves.canvas.boxes
    with qtbot.waitSignal(curves.steps_zoomed):
        pointer.wheel(curves.canvas, pointer.pixel(curves.canvas, accuracy, 50, 0.5), 6)
    assert loss.viewRange()[0] == accuracy.viewRange()[0]
    assert loss.viewRange()[0][1] < 99


def test_no_steps_and_one_step(curves, snapshot) -> None:
    curves.show_empty(1000)
    curves.show_snapshot(snapshot(steps=1000, done=0))
    curves.show_snapshot(snapshot(steps=1000, done=1))
    assert len(drawn(curves.panes[0].items[0])[0]) == 1


CLIP = {
    "global_norm": lambda step: 4.0 + step % 5,
    "global_norm_clipped": lambda step: 5.0,
    "clip_factor": lambda step: min(1.0, 5 / (4 + step % 5)),
    "clipped": lambda step: float(step % 5 > 1),
    "clip_angle": lambda step: 0.0,
}


def test_clipping_shows_norms_on_powers_and_the_share_of_clipped_steps(app, qtbot, snapshot) -> None:
    view = shown(qtbot, "clipping", *CLIP)
    shot = snapshot(steps=100, numbers=CLIP)
    view.show_snapshot(shot)
    view.show_values(shot)
    norms, share, angle = view.panes
    assert [item.line.name for item in norms.items] == ["before", "after"]
    assert drawn(norms.items[0])[1][3] == pytest.approx(np.log10(7))
    assert share._margin._values[0].value == "60 %"
    assert angle._margin._values[0].value == "0°"
    assert set(view.switches) == {"before", "after"}
    zoomed = snapshot(steps=100, numbers=CLIP, view=(3, 9))
    view.show_snapshot(zoomed)
    view.show_values(zoomed)
    assert share._margin._values[0].value == "60 %"


def test_zeros_and_what_is_not_finite_are_marked_on_an_axis_of_powers(app, qtbot, snapshot) -> None:
    view = shown(qtbot, "rates", "penalty_ratio")
    numbers = {"penalty_ratio": lambda step: [0.0, 0.1, np.inf, np.nan][step % 4]}
    view.show_snapshot(snapshot(steps=8, numbers=numbers))
    assert view.panes[0].mark_count == 4
    low, high = view.canvas.boxes[0].viewRange()[1]
    assert low < np.log10(0.1) < high


def test_a_trailing_mean_is_over_steps_and_not_over_columns() -> None:
    random = np.random.default_rng(0)
    counts = random.integers(1, 9, 60)
    values = random.random(60)
    values[7] = np.nan
    found = trailing_mean(values, counts, 20)
    ends = np.cumsum(counts)
    for at in range(60):
        inside = [i for i in range(at + 1) if ends[i] > ends[at] - 20] or [at]
        known = [i for i in inside if np.isfinite(values[i])]
        wanted = sum(values[i] * counts[i] for i in known) / sum(counts[i] for i in known)
        assert found[at] == pytest.approx(wanted)


def test_a_family_has_what_was_recorded_and_is_called_after_it() -> None:
    learning, _, clipping, rates = families()
    assert learning.of(["train_loss", "val_loss"]).name == "Loss"
    assert learning.of(["train_loss", "train_accuracy"]).name == "Loss and accuracy"
    assert learning.of(["train_loss", "train_accuracy", "val_perplexity"]).name.endswith("and perplexity")
    assert clipping.of(["train_loss"]) is None
    assert [pane.name for pane in rates.of(["loss_scale", "skipped_step"]).panes] == [
        "loss scale",
        "skipped steps",
    ]


def test_the_band_of_a_coarse_level_goes_when_every_step_is_shown(curves, snapshot) -> None:
    loss = curves.panes[0].items[0]
    curves.show_snapshot(snapshot(steps=300, columns=10))
    assert not loss._band._path.isEmpty()
    curves.show_snapshot(snapshot(steps=300))
    assert loss._band._path.isEmpty()


def test_dots_that_would_merge_are_left_out_until_there_is_room(curves, snapshot, qtbot) -> None:
    curves.resize(500, 300)
    curves.show()
    curves.show_snapshot(snapshot(steps=4000))  # validated 174 times
    dots = curves.panes[0].items[1]._dots
    assert len(dots.data) == 0
    curves.show_steps(0, 500)
    assert len(dots.data) == 174
    curves.follow_steps()
    assert len(dots.data) == 0


def test_the_wheel_takes_away_what_was_told_before(curves, snapshot) -> None:
    curves.show_snapshot(snapshot(steps=100))
    box = curves.canvas.boxes[0]
    pointer.hover(curves.canvas, box, 33.2, 1.0)
    assert curves.canvas.card.isVisible()
    pointer.wheel(curves.canvas, pointer.pixel(curves.canvas, box, 33.2, 1.0), 3)
    assert not curves.canvas.card.isVisible()


def test_a_line_of_many_measurements_has_no_dots_at_any_zoom(curves, snapshot) -> None:
    curves.resize(500, 300)
    curves.show()
    curves.show_snapshot(snapshot(steps=8000))  # validated 348 times
    curves.show_steps(0, 200)
    assert len(curves.panes[0].items[1]._dots.data) == 0
