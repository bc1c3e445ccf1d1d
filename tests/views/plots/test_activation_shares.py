from __future__ import annotations

from dataclasses import replace

import numpy as np
import passing_runs
import pointer
import pytest

from gradviz.views.plots.activation_shares import ActivationShares
from gradviz.views.plots.edge_marks import Mark


@pytest.fixture
def frame(app, qtbot):
    view = ActivationShares()
    qtbot.addWidget(view)
    view.resize(460, 420)
    view.show()
    return view


@pytest.fixture
def shot(snapshot):
    def take(count: int = 9):
        network = passing_runs.network(count)
        return snapshot(
            network=network,
            steps=50,
            passing=lambda writer, step: passing_runs.sample_passing(writer, step, network),
        )

    return take


@pytest.mark.parametrize("count", [1, 5, 50, 1000])
def test_shares_stand_at_their_layers(frame, shot, count: int) -> None:
    taken = shot(count)
    frame.show_snapshot(taken)
    for key, share in (
        ("zero", taken.outputs.zero),
        ("dead", taken.outputs.dead),
        ("saturated", taken.outputs.saturated),
    ):
        x, y = frame._dots[key].getData()
        known = np.flatnonzero(np.isfinite(share))
        assert x.tolist() == known.tolist()
        np.testing.assert_array_equal(y, share[known])
        assert frame.switches[key].isHidden() == (not len(known))
    assert frame.remark.text() == "at step 40"


def test_the_spread_is_around_the_mean(frame, shot) -> None:
    taken = shot(5)
    frame.show_snapshot(taken)
    x, y = frame.moments.stems.getData()
    assert x.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    np.testing.assert_allclose(y[::2], taken.outputs.mean - taken.outputs.std)
    np.testing.assert_allclose(y[1::2], taken.outputs.mean + taken.outputs.std)
    low, high = frame.boxes[1].viewRange()[1]
    assert low < y.min()
    assert high > y.max()


def test_a_switch_hides_its_share_and_its_numbers(frame, shot, qtbot) -> None:
    frame.show_snapshot(shot(5))
    qtbot.mouseClick(frame.switches["zero"], pointer.LEFT)
    assert not frame._dots["zero"].isVisible()
    names = [column.name for column in frame.values().columns]
    assert names == [
        "layer",
        "dead at step 40",
        "saturated at step 40",
        "mean at step 40",
        "standard deviation at step 40",
    ]


def test_hover_says_what_is_known(frame, shot) -> None:
    frame.show_snapshot(shot(5))
    pointer.hover(frame.canvas, frame.boxes[0], 3, 0.5)
    text = frame.canvas.card.text
    assert "ReLU 2" in text
    assert "dead 15 %" in text
    assert "mean 0.400, standard deviation 0.550" in text
    pointer.hover(frame.canvas, frame.boxes[1], 2, 0)
    assert "Linear 2" in frame.canvas.card.text
    assert "dead" not in frame.canvas.card.text


def test_broken_outputs_are_marked_and_unmeasured_ones_are_not(frame, shot) -> None:
    taken = shot(5)
    mean, std, zero = (
        values.copy() for values in (taken.outputs.mean, taken.outputs.std, taken.outputs.zero)
    )
    mean[1], std[1] = np.nan, np.nan
    mean[2] = np.inf
    mean[3], std[3], zero[3] = np.nan, np.nan, np.nan
    frame.show_snapshot(replace(taken, outputs=replace(taken.outputs, mean=mean, std=std, zero=zero)))
    assert frame._marks.count(Mark.NAN) == 1
    assert frame._marks.count(Mark.INFINITE) == 1
    assert frame.moments.means.getData()[0].tolist() == [0, 4]
    assert "its output was not measured" in frame.card(3)


def test_a_click_selects(frame, shot, qtbot) -> None:
    frame.show_snapshot(shot(9))
    with qtbot.waitSignal(frame.layer_clicked) as told:
        pointer.click(frame.canvas, frame.boxes[1], 5, 0)
    assert told.args == [2]


def test_a_run_without_them_says_so(frame, shot, snapshot) -> None:
    frame.show_snapshot(shot(9))
    frame.show_snapshot(snapshot(steps=30))
    assert not frame.canvas._quiet.isHidden()
    assert frame.values() is None


def test_of_many_layers_each_kind_has_a_band_and_a_named_line(frame, shot) -> None:
    taken = shot(1000)
    frame.show_snapshot(taken)
    kinds = np.array([layer.kind for layer in taken.run.layers])
    found = {name.toPlainText(): at for at, name in enumerate(frame.moments.names) if name.isVisible()}
    assert {*found} == {"Linear", "ReLU"}
    assert frame.moments.stems.getData()[0].tolist() == []
    for kind, at in found.items():
        rows = np.flatnonzero(kinds == kind)
        x, y = frame.moments.lines[at].getData()
        assert x.tolist() == rows.tolist()
        np.testing.assert_array_equal(y, taken.outputs.mean[rows])
        bounds = frame.moments.bands[at].boundingRect()
        low, high = (taken.outputs.mean + side * taken.outputs.std for side in (-1, 1))
        assert bounds.top() == pytest.approx(low[rows].min())
        assert bounds.bottom() == pytest.approx(high[rows].max())
    frame.show_snapshot(shot(5))
    assert not any(name.isVisible() for name in frame.moments.names)
    assert len(frame.moments.stems.getData()[0]) == 10
    assert all(band.boundingRect().isEmpty() for band in frame.moments.bands)


def test_of_many_layers_those_of_a_rare_kind_keep_their_stems(frame, shot) -> None:
    taken = shot(300)
    layers = tuple(
        replace(layer, kind="Dropout") if at in (40, 90) else layer
        for at, layer in enumerate(taken.run.layers)
    )
    frame.show_snapshot(replace(taken, run=replace(taken.run, layers=layers)))
    assert frame.moments.means.getData()[0].tolist() == [40, 90]


def test_in_the_table_only_what_was_nan_is_nan(frame, shot) -> None:
    """What has no share of dead units has an empty cell, and what was not seen in the pass has no number."""
    taken = shot(4)
    outputs = taken.outputs
    mean, std, zero = (np.array(values) for values in (outputs.mean, outputs.std, outputs.zero))
    mean[1] = std[1] = np.nan
    mean[2] = std[2] = zero[2] = np.nan
    frame.show_snapshot(replace(taken, outputs=replace(outputs, mean=mean, std=std, zero=zero)))
    columns = {column.name.split(" at ")[0]: column.texts() for column in frame.values().columns}
    for name in ("mean", "standard deviation"):
        assert columns[name][1:3] == ["nan", ""]
        assert "" not in [columns[name][0], columns[name][3]]
    dead = next(texts for name, texts in columns.items() if "dead" in name)
    assert [text == "" for text in dead] == np.isnan(outputs.dead).tolist()


def test_names_of_lines_that_lie_close_are_pushed_apart(frame, shot) -> None:
    taken = shot(1000)
    alike = replace(taken.outputs, mean=np.zeros_like(taken.outputs.mean))
    frame.show_snapshot(replace(taken, outputs=alike))
    shown = [name for name in frame.moments.names if name.isVisible()]
    assert {name.toPlainText() for name in shown} == {"Linear", "ReLU"}
    low, high = frame.boxes[1].viewRange()[1]
    row = 14 * (high - low) / frame.boxes[1].rect().height()
    places = sorted(name.pos().y() for name in shown)
    assert places[1] - places[0] == pytest.approx(row)
    assert places[1] <= high - row
