import copy
import csv
import io
import math
from dataclasses import replace

import numpy as np
import pointer
import pytest
from PySide6.QtCore import QPointF

from gradviz.records import histogram
from gradviz.records.reader import RunReader
from gradviz.records.snapshot import take_snapshot
from gradviz.views.plots.edge_marks import Mark
from gradviz.views.plots.histogram_map import HistogramMap
from gradviz.views.plots.magnitude import FIRST, NOTHING


@pytest.fixture
def shot(run):
    def take(layer=0, **options):
        entry = run(f"mapped{len(taken)}", **options)
        taken.append(entry)
        wanted = frozenset({"weight_histogram", "gradient_histogram"})
        with RunReader(entry.source) as reader:
            return take_snapshot(reader, cursor=None, layer=layer, columns=500, view=None, wanted=wanted)

    taken = []
    return take


@pytest.fixture
def view(app, qtbot):
    view = HistogramMap()
    qtbot.addWidget(view)
    view.resize(420, 340)
    view.show()
    view.select_layer(0)
    return view


def cell(view, step: int, place: float) -> int:
    """The code of the image's cell at a place."""
    image = view._image
    rect = image.mapRectToParent(image.boundingRect())
    column = int((step - rect.left()) / rect.width() * image.image.shape[1])
    row = int((place - rect.top()) / rect.height() * image.image.shape[0])
    return int(image.image[row, column])


def test_every_bin_stands_at_its_place_of_the_axis(view, shot) -> None:
    """The slow twin: each histogram's bins one by one, against the cell of the picture."""
    snapshot = shot(steps=200)
    view.show_snapshot(snapshot)
    steps, counts = snapshot.history["gradient_histogram"]
    left, right = view.scale.bar_edges()
    for step, taken in zip(steps, counts, strict=True):
        for at, (low, high) in enumerate(zip(left, right, strict=True), start=histogram.NEGATIVE.start):
            if high <= low:
                continue
            code = cell(view, int(step), (low + high) / 2)
            assert (code >= FIRST) == (taken[at] > 0), (step, at)
            assert code == NOTHING or taken[at] > 0
    peak = int(counts[0].argmax())
    middle = (left[peak - 1] + right[peak - 1]) / 2
    share = counts[0, peak] / counts[0].sum()
    assert cell(view, 0, middle) == pytest.approx(FIRST + (np.log10(share) + 4) / 4 * 251, abs=1.1)


def uneven(snapshot, steps: list[int], last: int):
    """That snapshot, its histograms measured at those steps instead, each all entries in a bin of its own."""
    counts = np.zeros((len(steps), histogram.BINS), np.int64)
    bins = [histogram.POSITIVE.start + 4 + 8 * at for at in range(len(steps))]
    counts[np.arange(len(steps)), bins] = 100
    history = {"gradient_histogram": (np.array(steps), counts)}
    run = replace(snapshot.run, steps=last + 1)
    return replace(snapshot, run=run, history=history, last_step=last), bins


def test_each_measurement_stands_from_its_own_step_to_the_next(view, shot) -> None:
    steps, last = [0, 312, 3999, 4000, 4001], 9000
    snapshot, bins = uneven(shot(steps=200), steps, last)
    view.show_snapshot(snapshot)
    left, right = view.scale.bar_edges()
    middles = [(left[at - 1] + right[at - 1]) / 2 for at in bins]
    looked_at = 0
    for sight in ((0, last), (0, 1000), (300, 320), (3990, 4010), (4500, 8000)):
        view.show_steps(*sight)
        low, high = view._box.viewRange()[0]
        pixel = math.ceil((high - low) / 400)
        for number, (first, then) in enumerate(zip(steps, [*steps[1:], last + 1], strict=True)):
            for step in (first + pixel - 1, (first + then) // 2, then - pixel):
                if then - first >= pixel and max(low, first) <= step <= min(high, then - 1):
                    painted = [at for at, middle in enumerate(middles) if cell(view, step, middle) >= FIRST]
                    assert painted == [number], (sight, step)
                    looked_at += 1
    assert looked_at > 20


def test_what_is_not_finite_is_marked_at_the_edge(view, shot) -> None:
    view.show_snapshot(shot(steps=200, non_finite_from=100))
    assert view.marks.count(Mark.NAN) == 2
    assert view.marks.count(Mark.INFINITE) == 2


def test_weights_are_asked_for(view, shot, qtbot) -> None:
    snapshot = shot(steps=100)
    view.show_snapshot(snapshot)
    gradients = view._counts
    with qtbot.waitSignal(view.wants_changed):
        qtbot.mouseClick(view.choices["weight_histogram"], pointer.LEFT)
    assert view.quantity == "weight_histogram"
    view.show_snapshot(snapshot)
    assert not np.array_equal(view._counts, gradients)
    assert view.full_title() == "Histograms of the weights and biases of Linear 1"


def test_biases_are_named_where_a_layer_has_some(view, shot, qtbot) -> None:
    snapshot = shot(steps=100)
    qtbot.mouseClick(view.choices["weight_histogram"], pointer.LEFT)
    for bias, word in ((True, "weights and biases"), (False, "weights")):
        experiment = copy.deepcopy(dict(snapshot.run.experiment))
        experiment["model"]["layers"][1]["body"][0]["bias"] = bias
        view.show_snapshot(replace(snapshot, run=replace(snapshot.run, experiment=experiment)))
        assert view.choices["weight_histogram"].text() == "weights"  # the tabs need the room
        assert f"the {word} of" in view.choices["weight_histogram"].toolTip()
        assert view._axis._title == f"{word} of Linear 1"
        assert view.values().columns[0].name.startswith(f"entries of the {word} of Linear 1")
        pointer.hover(view.canvas, view.canvas.boxes[0], 50, 0.5)
        assert view.canvas.card.text.startswith(f"{word}: ")


def test_a_layer_without_histograms_says_so(view, shot) -> None:
    snapshot = shot(steps=100)
    view.show_snapshot(snapshot)
    view.show_snapshot(replace(snapshot, history={}))
    assert "No histogram" in view.canvas._quiet.text()
    assert view.values() is None


def test_a_frozen_layer_says_why_there_are_no_gradients(view, shot, qtbot) -> None:
    snapshot = replace(shot(steps=100, events=[(0, "frozen", "Linear 1", {})]), history={})
    view.show_snapshot(snapshot)
    assert view.canvas._quiet.text() == "No gradients: Linear 1 is frozen"
    qtbot.mouseClick(view.choices["weight_histogram"], pointer.LEFT)
    view.show_snapshot(snapshot)
    assert "No histogram" in view.canvas._quiet.text()


def test_another_layer_is_never_shown_under_the_wrong_name(view, shot) -> None:
    snapshot = shot(steps=100)
    view.show_snapshot(snapshot)
    view.select_layer(3)
    assert "Linear 4" in view._axis._title
    view.show_snapshot(snapshot)
    assert not len(view._steps)


def test_the_pointer_is_told_bin_share_and_step(view, shot) -> None:
    view.show_snapshot(shot(steps=100))
    pointer.hover(view.canvas, view.canvas.boxes[0], 50, 0.0)
    assert "gradients: 0" in view.canvas.card.text
    assert "step 40" in view.canvas.card.text
    assert "160 of 4,160 entries" in view.canvas.card.text


def test_values_are_bins_by_steps(view, shot) -> None:
    snapshot = shot(steps=100)
    view.show_snapshot(snapshot)
    head, *body = csv.reader(io.StringIO(view.values().csv()))
    assert head[1:] == ["to", "0", "40", "80"]
    assert next(row for row in body if row[:2] == ["0.0", "0.0"])[2:] == ["160", "160", "160"]
    assert sum(int(row[2]) for row in body) == 4160


def test_it_is_a_tab_of_the_histograms_and_zooms_with_the_others(window, run, qtbot) -> None:
    plots, clock = window.plots, window.runs.clock
    window.runs.show_run(run("one", steps=100, layers=12))
    qtbot.waitUntil(lambda: clock.snapshot is not None)
    tab = next(button for button in plots.plot("histograms")._tabs if button.text() == "Map")
    qtbot.mouseClick(tab, pointer.LEFT)
    qtbot.waitUntil(lambda: plots.plot("map")._steps.tolist() == [0, 40, 80])
    box = plots.plot("map").canvas.boxes[0]
    pointer.wheel(plots.plot("map").canvas, pointer.pixel(plots.plot("map").canvas, box, 50, 0), 6)
    assert plots.flow.canvas.boxes[0].viewRange()[0] == pytest.approx(box.viewRange()[0])
    plots.flow.reset_view()
    assert box.viewRange()[0][0] == -0.5
    qtbot.mouseClick(plots.plot("map").choices["weight_histogram"], pointer.LEFT)
    qtbot.waitUntil(lambda: "weight_histogram" in clock.snapshot.history)
    assert "gradient_histogram" not in clock.snapshot.history


def veiled(view, step: float) -> bool:
    return view._veil._path.contains(QPointF(step, 0.1))


def test_what_stands_far_behind_its_measurement_fades_and_is_counted(view, shot) -> None:
    view.show_snapshot(shot(steps=1000, every=200))  # at 0, 400 and 800
    assert view._bottom._title == "step · measured 3 times in sight"
    assert [veiled(view, step) for step in (5, 100, 390, 405, 700, 805, 990)] == [
        *(False, True, True),
        *(False, True),
        *(False, True),
    ]
    view.show_steps(390, 420)
    assert [veiled(view, step) for step in (399, 400.3, 402)] == [True, False, True]
    assert view._bottom._title == "step · measured once in sight"
    view.show_steps(100, 300)
    assert view._bottom._title == "step · not measured in sight"
    view.show_snapshot(shot(steps=1000, every=20))
    view.follow_steps()
    assert view._veil._path.isEmpty()
    assert view._bottom._title == "step"


def test_a_lone_histogram_stands_to_the_newest_step_and_grows_with_it(view, shot) -> None:
    for done in (300, 600):
        view.show_snapshot(shot(steps=1000, done=done, every=500))
        rect = view._image.mapRectToParent(view._image.boundingRect())
        assert (rect.left(), rect.right()) == (-0.5, done - 0.5)
        assert not veiled(view, 3)
        assert veiled(view, done - 5)
    assert view._bottom._title == "step · measured once in sight"
