import copy
from dataclasses import replace

import numpy as np
import pointer
import pytest
from PySide6.QtGui import QFontMetricsF

from gradviz.records import histogram
from gradviz.views.plots.canvas import plot_font
from gradviz.views.plots.histogram_view import HistogramView


@pytest.fixture
def view(app, qtbot):
    view = HistogramView()
    qtbot.addWidget(view)
    view.resize(420, 320)
    view.show()
    return view


def test_both_histograms_of_the_selected_layer(view, snapshot) -> None:
    shot = snapshot(steps=100, layer=20)
    view.show_snapshot(shot)
    assert view.weights.counts is shot.weight_histogram[1]
    assert view.gradients.counts is shot.gradient_histogram[1]
    assert view.weights._bars._heights.sum() == pytest.approx(1)


def test_zeros_and_what_is_not_finite_are_said(view, snapshot) -> None:
    view.show_snapshot(snapshot(steps=100, non_finite_from=30))
    assert "160 exact zeros" in view.gradients.caption
    assert "NaN: 1.2 k" in view.gradients.caption
    assert "±Inf: 40" in view.gradients.caption
    assert "NaN" not in view.weights.caption


@pytest.mark.parametrize(
    ("zeros", "said"), [(0, ""), (1, "1 exact zero"), (2, "2 exact zeros"), (3200, "3.2 k exact zeros")]
)
def test_how_many_are_exactly_zero_is_said_in_words(view, snapshot, zeros, said) -> None:
    shot = snapshot(steps=20)
    step, counts = shot.gradient_histogram
    counts = counts.copy()
    counts[histogram.ZERO] = zeros
    view.show_snapshot(replace(shot, cursor=step, gradient_histogram=(step, counts)))
    assert view.gradients.caption.splitlines() == ["gradients", *[said] * bool(said)]


def test_the_step_is_named_where_it_is_another_one(view, snapshot) -> None:
    view.show_snapshot(snapshot(steps=100, cursor=55))
    assert "step 40" in view.weights.caption
    view.show_snapshot(snapshot(steps=100, cursor=40))
    assert "step" not in view.weights.caption


def test_the_chooser_selects(view, snapshot, qtbot) -> None:
    view.show_snapshot(snapshot(steps=50, layers=12))
    view.select_layer(2)
    assert view.chooser.currentText() == "Linear 3"
    view.chooser.setFocus()
    with qtbot.waitSignal(view.layer_clicked) as told:
        qtbot.keyClick(view.chooser, pointer.Qt.Key.Key_Down)
    assert told.args == [3]


def test_the_pointer_is_told_the_bin(view, snapshot) -> None:
    shot = snapshot(steps=50, layer=20)
    view.show_snapshot(shot)
    pointer.hover(view.canvas, view.gradients.box, 0.0, view.gradients.box.viewRange()[1][1] / 2)
    assert "gradients: 0" in view.canvas.card.text
    assert "160 of 4,160 entries" in view.canvas.card.text


def test_a_layer_without_histograms_says_so(view, snapshot) -> None:
    view.show_snapshot(snapshot(steps=50, layers=200, layer=1))
    assert "No histogram" in view.canvas._quiet.text()
    assert view.weights.counts is None


def test_biases_are_named_where_a_layer_has_some(view, snapshot) -> None:
    shot = snapshot(steps=50)
    imported = {"model": {"source": "net.py:Net"}}
    none = copy.deepcopy(dict(shot.run.experiment))
    none["model"]["layers"][1]["body"][0]["bias"] = False
    for experiment, word in (
        (shot.run.experiment, "weights and biases"),
        (none, "weights"),
        (imported, "parameters"),
    ):
        view.show_snapshot(replace(shot, run=replace(shot.run, experiment=experiment)))
        assert view.weights.caption.splitlines()[0] == word
        assert view.values().columns[2].name == f"{word} at step 40: entries"
        pointer.hover(view.canvas, view.weights.box, 0.0, view.weights.box.viewRange()[1][1] / 2)
        assert view.canvas.card.text.startswith(f"{word}: 0")


def test_a_frozen_layer_has_no_gradients_and_the_pane_says_why(view, snapshot) -> None:
    """What was measured before it was frozen is not shown as if it were its gradient now."""
    events = [(50, "frozen", "Linear 1", {}), (80, "unfrozen", "Linear 1", {})]
    options = {"steps": 100, "events": events}
    view.show_snapshot(snapshot(cursor=60, **options))
    assert view.gradients.empty.text == "No gradients: Linear 1 is frozen"
    assert view.gradients.empty.isVisible()
    assert view.gradients.caption == "gradients"
    assert view.gradients.counts is None
    assert view.weights.counts is not None
    assert not view.weights.empty.isVisible()
    view.show_snapshot(snapshot(cursor=90, **options))
    assert view.gradients.counts is not None
    assert not view.gradients.empty.isVisible()


def test_a_pane_that_was_not_measured_yet_says_so(view, snapshot) -> None:
    view.show_snapshot(replace(snapshot(steps=100), gradient_histogram=None))
    assert "Not measured" in view.gradients.empty.text
    view.show_layers(["Linear 1"])
    assert not view.gradients.empty.isVisible()


def test_both_panes_zoom_together(view, snapshot) -> None:
    view.show_snapshot(snapshot(steps=50))
    pointer.wheel(view.canvas, pointer.pixel(view.canvas, view.weights.box, 10, 0.05), 6)
    assert view.weights.box.viewRange()[0] == view.gradients.box.viewRange()[0]
    assert view.weights.box.viewRange()[0][1] < view.scale.shown - 1
    pointer.double_click(view.canvas, view.weights.box, 10, 0.05)
    assert view.gradients.box.viewRange()[0] == [-view.scale.shown, view.scale.shown]


def test_a_caption_keeps_to_the_pane(view, snapshot) -> None:
    view.show_snapshot(snapshot(steps=100, non_finite_from=30, cursor=55))
    caption = view.gradients._caption
    whole = [text for text, _ in caption.lines]
    assert [text for text, _ in caption.fitting(1000)] == whole
    metrics = QFontMetricsF(plot_font())
    needed = sum(map(metrics.horizontalAdvance, whole)) + 12 * (len(whole) - 1)
    assert any(text.startswith("step") for text in whole)
    short = ["0: 160" if text == "160 exact zeros" else text for text in whole]
    assert [text for text, _ in caption.fitting(needed - 1)] == short
    needed = sum(map(metrics.horizontalAdvance, short)) + 12 * (len(short) - 1)
    fewer = [text for text, _ in caption.fitting(needed - 1)]
    assert fewer == [text for text in short if not text.startswith("step")]
    for room in (240, 120, 70, 40):
        shown = [text for text, _ in caption.fitting(room)]
        assert shown
        assert sum(map(metrics.horizontalAdvance, shown)) + 12 * (len(shown) - 1) <= room


def test_the_shares_of_another_layer_have_an_axis_of_their_own(view, snapshot) -> None:
    flat = snapshot(steps=100, layer=3)
    view.show_snapshot(flat)
    own = [pane.box.viewRange()[1][1] for pane in (view.weights, view.gradients)]
    counts = np.zeros_like(flat.gradient_histogram[1])
    counts[histogram.ZERO] = 4160
    step, _ = flat.gradient_histogram
    view.show_snapshot(
        replace(flat, layer=1, weight_histogram=(step, counts), gradient_histogram=(step, counts))
    )
    assert [pane.box.viewRange()[1][1] for pane in (view.weights, view.gradients)] == [1, 1]
    view.show_snapshot(flat)
    assert [pane.box.viewRange()[1][1] for pane in (view.weights, view.gradients)] == own
    assert max(own) < 1


def test_of_a_sample_counts_are_said_to_be_estimates(view, snapshot) -> None:
    whole = snapshot(steps=50, layer=20)
    for looked_at, words, head in (
        (None, "160 of 4,160 entries", "entries"),
        (1200, "about 160 of 4,160", "k entries)"),
    ):
        view.show_snapshot(replace(whole, looked_at=looked_at))
        pointer.hover(view.canvas, view.gradients.box, 0.0, view.gradients.box.viewRange()[1][1] / 2)
        assert words in view.canvas.card.text
        assert ("a sample, 1.2 k of 4.2 k" in view.canvas.card.text) is bool(looked_at)
        assert all(column.name.endswith(head) for column in view.values().columns[2:])
