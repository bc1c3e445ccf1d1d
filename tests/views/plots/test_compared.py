"""Compared runs in the curves and in the profile: each in its colour, switched by its name, let go of."""

from dataclasses import replace

import numpy as np
import passing_runs
import pointer
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gradviz.records.factors import FactorKind
from gradviz.views.appearance import ThemeChoice, appearance
from gradviz.views.plots.activation_shares import ActivationShares
from gradviz.views.plots.chain_rule import ChainRule
from gradviz.views.plots.curve_design import families
from gradviz.views.plots.depth_profile import DepthProfile
from gradviz.views.plots.edge_marks import Mark
from gradviz.views.plots.run_legend import apart
from gradviz.views.plots.step_curves import StepCurves
from gradviz.views.plots.switch import LegendSwitch
from gradviz.views.plots.update_profile import UpdateProfile
from gradviz.views.theme import DARK, LIGHT, run_tone


@pytest.fixture
def curves(app, qtbot):
    recorded = ("train_loss", "val_loss", "train_accuracy", "val_accuracy")
    view = StepCurves(next(family for f in families() if (family := f.of(recorded)) is not None))
    qtbot.addWidget(view)
    view.resize(700, 420)
    view.show()
    return view


@pytest.fixture
def profile(app, qtbot):
    view = DepthProfile()
    qtbot.addWidget(view)
    view.resize(420, 420)
    view.show()
    view.set_decades(-4, 1)
    return view


def colour(item) -> str:
    return item._curve.opts["pen"].color().name().upper()


def test_a_compared_run_has_thin_lines_in_its_colour_of_the_theme(curves, snapshot, compared) -> None:
    run = compared("one", 3, steps=60)
    curves.show_snapshot(snapshot(steps=100))
    curves.show_compared((run,))
    training, validation = curves.panes[0].compared["one"]
    x, y = training._curve.getData()
    assert np.array_equal(x, np.arange(60))
    assert np.array_equal(y, run.numbers["train_loss"].mean[0])
    assert np.array_equal(validation._curve.getData()[0], [0, 23, 46])
    assert len(validation._dots.data) == 3  # far apart
    assert training._curve.opts["pen"].style() == Qt.PenStyle.SolidLine
    assert validation._curve.opts["pen"].style() == Qt.PenStyle.DashLine
    assert colour(training) == LIGHT.run_3
    appearance().choose(ThemeChoice.DARK)
    assert colour(training) == DARK.run_3


def test_the_axis_holds_what_is_compared_too(curves, snapshot, compared) -> None:
    curves.show_snapshot(snapshot(steps=100))
    top = curves.panes[0].top
    curves.show_compared((compared("one", 1, steps=60, first_loss=30.0),))
    assert curves.panes[0].top >= 30 > top


def test_the_axis_follows_a_run_that_is_compared_no_longer(curves, snapshot, compared) -> None:
    """Of a run that has ended nothing more comes that would make it narrower."""
    curves.show_snapshot(snapshot(steps=100))
    shown = [pane.box.viewRange()[1] for pane in curves.panes]
    run = compared("one", 1, steps=60)
    curves.show_compared((run, compared("two", 2, steps=60, first_loss=3000.0)))
    curves.show_compared((run,))
    assert curves.panes[0].top < 30
    curves.show_compared(())
    assert [pane.box.viewRange()[1] for pane in curves.panes] == shown


def test_the_legend_has_one_entry_for_a_run_and_switches_it(curves, snapshot, compared) -> None:
    runs = (compared("one", 1, steps=60), compared("two", 2, steps=60))
    curves.show_snapshot(snapshot(steps=100))
    assert curves.legend.row.isHidden()
    curves.show_compared(runs)
    assert [switch.text() for switch in curves.legend.switches.values()] == ["Run 1", "Run 2"]
    assert curves.legend.row.isVisible()
    curves.legend.switches["one"].click()
    lines = [pane.compared["one"][0] for pane in curves.panes]
    assert not any(item.is_visible for item in lines)
    assert all(pane.compared["two"][0].is_visible for pane in curves.panes)
    pointer.hover(curves.canvas, curves.canvas.boxes[0], 33.2, 1.0)
    assert "Run 2" in curves.canvas.card.text
    assert "Run 1" not in curves.canvas.card.text
    names = [column.name for column in curves.values().columns]
    assert {"Run 2, training: loss", "Run 2, validation: loss"} <= set(names)
    assert len(names) == len(set(names))
    assert not any("Run 1" in name for name in names)
    curves.show_compared((*runs,))
    assert not curves.panes[0].compared["one"][0].is_visible


@pytest.fixture
def updates(app, qtbot):
    view = StepCurves(next(family for family in families() if family.key == "updates"))
    qtbot.addWidget(view)
    view.resize(700, 320)
    view.show()
    return view


def test_update_ratios_of_a_compared_run_are_those_of_the_selected_layer_and_of_all(
    updates, snapshot, compared
) -> None:
    updates.show_snapshot(snapshot(steps=100, names=("a", "b"), wanted=updates.wants))
    run = compared("one", 3, steps=60, names=("x", "b", "c"), ratios_of="b")
    updates.show_compared((run,))
    layer, median = updates.panes[0].compared["one"]
    assert layer._curve.getData()[0].tolist() == [0, 20, 40]
    assert colour(layer) == LIGHT.run_3
    np.testing.assert_allclose(layer.values, run.curves["update_ratio_layer"][1])
    assert layer.values[-1] == run.update_ratio[1][1]
    assert median.values[-1] == np.median(run.update_ratio[1])
    pointer.hover(updates.canvas, updates.canvas.boxes[0], 33.2, -4)
    assert "Run 3, a: " in updates.canvas.card.text
    names = [column.name for column in updates.values().columns]
    assert {"Run 3, a: ‖Δw‖ / ‖w‖", "Run 3, median: ‖Δw‖ / ‖w‖"} <= set(names)


def test_without_a_layer_of_that_name_a_compared_run_has_its_median(updates, snapshot, compared) -> None:
    updates.show_snapshot(snapshot(steps=100, wanted=updates.wants))
    updates.show_compared((compared("one", 3, steps=60, names=("x", "y"), ratios_of="Linear 1"),))
    layer, median = updates.panes[0].compared["one"]
    assert (len(layer.steps), len(median.steps)) == (0, 3)
    pointer.hover(updates.canvas, updates.canvas.boxes[0], 33.2, -4)
    assert "Run 3, median: " in updates.canvas.card.text
    assert not any("Run 3, layer" in column.name for column in updates.values().columns)


def drawn(curves) -> list[int]:
    return [len(pane.box.childGroup.childItems()) for pane in curves.panes]


def test_what_is_compared_no_longer_leaves_nothing_behind(curves, snapshot, compared) -> None:
    curves.show_snapshot(snapshot(steps=100))
    before = drawn(curves)
    curves.show_compared((compared("one", 1, steps=60),))
    assert drawn(curves) != before
    curves.show_compared(())
    assert drawn(curves) == before
    assert curves.legend.switches == {}
    assert curves.legend.row.isHidden()


def test_many_runs_keep_their_samples_and_tell_their_names(app, curves, snapshot, compared) -> None:
    curves.show_snapshot(snapshot(steps=30))
    runs = tuple(compared(f"r{number}", number, steps=30) for number in range(1, 8))
    curves.show_compared(runs)
    switches = list(curves.legend.switches.values())
    numbers = [str(number) for number in range(1, 8)]
    for width, names in (
        (900, [f"Run {number}" for number in numbers]),
        (460, numbers),
        (300, [""] * 7),
        (460, numbers),
        (900, [f"Run {number}" for number in numbers]),
    ):
        curves.resize(width, 420)
        app.processEvents()
        assert [switch.shown_name for switch in switches] == names, width
        assert curves.legend.row.sizeHint().width() <= curves.legend.row.width()
        assert all(switch.width() >= switch.sizeHint().width() for switch in switches)
    curves.resize(300, 420)
    app.processEvents()
    for number, switch in zip(numbers, switches, strict=True):
        assert f"Run {number}" in switch.toolTip()
        assert f"Run {number}" in switch.accessibleName()
        QTest.mouseClick(switch, Qt.MouseButton.LeftButton, pos=switch.rect().center())
        assert not curves.legend.is_on(f"r{number}")
    assert [switch.text() for switch in switches] == [f"Run {number}" for number in numbers]


def test_a_brief_name_is_what_is_drawn_where_the_name_has_no_room(app, qtbot) -> None:
    switch, other = (
        LegendSwitch(name, "accent", "line", "tip", brief="10") for name in ("Run number 10", "10")
    )
    for each in (switch, other):
        qtbot.addWidget(each)
        each.show()
    switch.show_name(Qt.ToolButtonStyle.ToolButtonTextBesideIcon, brief=True)
    assert switch.sizeHint().width() < other.sizeHint().width()
    for each in (switch, other):
        each.resize(switch.sizeHint())
    assert switch.grab().toImage() == other.grab().toImage()
    ink = _ink(switch)
    switch.resize(switch.width() + 20, switch.height())
    assert _ink(switch) == ink  # nothing of the name was cut off
    switch.resize(other.size())
    switch.show_name(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    assert switch.grab().toImage() != other.grab().toImage()


def _ink(switch: LegendSwitch) -> int:
    picture = switch.grab().toImage()
    ground = picture.pixel(0, 0)
    return sum(picture.pixel(x, y) != ground for x in range(picture.width()) for y in range(picture.height()))


@pytest.mark.parametrize(
    ("names", "briefs"),
    [
        (["Run 1", "Run 2", "Run 10"], ["1", "2", "10"]),
        (["depth 20 ReLU", "depth 50 ReLU"], ["20", "50"]),
        (["Run 1"], ["Run 1"]),
        (["Run", "Run 2"], ["Run", "2"]),
        (["lr 0.1", "baseline"], ["lr 0.1", "baseline"]),
        (["same", "same"], ["", ""]),
        (["momentumless-a", "momentumless-b"], ["", ""]),
        (["a b a", "a"], ["b a", "a"]),
        ([], []),
    ],
)
def test_runs_are_told_apart_by_the_words_that_differ(names, briefs) -> None:
    assert apart(names) == briefs


def test_in_the_table_nan_is_a_gradient_and_an_empty_cell_a_layer_that_is_not_there(
    profile, snapshot, compared
) -> None:
    profile.show_snapshot(snapshot(names=("a", "b"), steps=30))
    run = compared("one", 2, names=("b",), steps=30, non_finite_from=10)
    assert np.isnan(run.profile).all()
    profile.show_compared((run, replace(run, id="two", number=3, profile=None)))
    columns = {column.name: column.texts() for column in profile.values().columns}
    assert columns["Run 2 at step 29"] == ["", "nan"]
    assert len(columns) == 5


def test_the_profile_finds_layers_by_name(profile, snapshot, compared) -> None:
    profile.show_snapshot(snapshot(names=("a", "b", "c", "d"), steps=30, weakest=-3))
    run = compared("one", 2, names=("d", "x", "b"), steps=30, weakest=-7)
    profile.show_compared((run,))
    x, y = profile.lines.others["one"].getData()
    assert np.array_equal(y, np.arange(4))
    assert np.isnan(x[[0, 2]]).all()
    assert x[[1, 3]] == pytest.approx(np.log10(run.profile[[2, 0]]), abs=1e-5)
    low, high = profile.canvas.boxes[0].viewRange()[0]
    assert low < x[3] < high
    assert profile.lines.others["one"].opts["pen"].color().name().upper() == getattr(LIGHT, run_tone(2))
    pointer.hover(profile.canvas, profile.canvas.boxes[0], -1, 1)
    assert "Run 2" in profile.canvas.card.text
    column = next(column for column in profile.values().columns if column.name == "Run 2 at step 29")
    assert [text != "" for text in column.texts()] == [False, True, False, True]
    profile.legend.switches["one"].click()
    assert not profile.lines.others["one"].isVisible()
    profile.show_compared(())
    assert profile.lines.others == {}
    assert profile.canvas.boxes[0].viewRange()[0] == pytest.approx([-4.15, 1.15])


def passing_of(network, *, blocks: int = 0, slope: float = 0.7):
    return lambda writer, step: passing_runs.sample_passing(writer, step, network, blocks=blocks, slope=slope)


@pytest.fixture
def passed(compared):
    """A compared run with gains and statistics of outputs, of so many layers."""

    def read(
        run_id: str, number: int, count: int, *, blocks: int = 0, slope: float = 0.5, kinds=("Linear", "ReLU")
    ):
        network = passing_runs.network(count, kinds)
        events = [(0, "blocks", None, passing_runs.block_event(blocks, 2))] if blocks else []
        passing = passing_of(network, blocks=blocks, slope=slope)
        return compared(run_id, number, network=network, passing=passing, events=events, steps=50)

    return read


@pytest.fixture
def shown(snapshot):
    """A snapshot of nine layers, with gains and statistics of outputs."""
    network = passing_runs.network(9)
    events = [(0, "blocks", None, passing_runs.block_event(2, 2))]
    return snapshot(network=network, passing=passing_of(network, blocks=2), events=events, steps=50)


def frame_of(kind, qtbot):
    view = kind()
    qtbot.addWidget(view)
    view.resize(460, 460)
    view.show()
    return view


@pytest.mark.parametrize("count", [5, 40])
def test_gains_of_a_run_of_another_depth_stand_at_its_layers_names(app, qtbot, shown, passed, count) -> None:
    chain = frame_of(ChainRule, qtbot)
    chain.show_snapshot(shown)
    run = passed("one", 3, count, blocks=1)
    chain.show_compared((run,))
    here = min(count, 9)
    x, y = chain._of_runs[FactorKind.SLOPE].items["one"].getData()
    assert x.tolist() == list(range(1, here, 2))
    np.testing.assert_allclose(y, np.log10(run.chain.gains[1:here:2]))
    x, y = chain._of_runs["relative"].items["one"].getData()
    assert x.tolist() == list(range(here))
    assert np.isfinite(y).all()
    low, high = chain.boxes[2].viewRange()[1]
    assert low < np.nanmin(y)
    assert np.nanmax(y) < high
    x, _ = chain._of_runs["skips"].items["one"].getData()
    assert x.tolist() == [0.6, 2.4]
    assert chain._of_runs["relative"].items["one"].opts["pen"].color().name().upper() == LIGHT.run_3
    pointer.hover(chain.canvas, chain.boxes[0], 3, 0)
    assert "Run 3: gain" in chain.canvas.card.text
    cells = {column.name: column.cells for column in chain.values().columns}
    gains = cells["Run 3: gain at step 40"]
    np.testing.assert_allclose(gains[1:here], run.chain.gains[1:here])
    assert gains.count() == here - 1  # none of the first layer
    assert not any("nan" in column.texts() for column in chain.values().columns)
    chain.run_legend.switches["one"].click()
    assert not any(items.items["one"].isVisible() for items in chain.items_of_runs())
    pointer.hover(chain.canvas, chain.boxes[0], 2, 0)
    assert "Run 3" not in chain.canvas.card.text
    chain.show_compared(())
    assert not any(items.items for items in chain.items_of_runs())
    assert chain.run_legend.row.isHidden()


def test_a_run_of_another_activation_is_compared_place_by_place(app, qtbot, shown, passed) -> None:
    """Sigmoid against ReLU is what is compared most, and no Sigmoid is called ReLU 1."""
    chain = frame_of(ChainRule, qtbot)
    chain.show_snapshot(shown)
    run = passed("one", 2, 9, kinds=("Linear", "Sigmoid"), blocks=2)
    chain.show_compared((run,))
    x, y = chain._of_runs[FactorKind.SLOPE].items["one"].getData()
    assert x.tolist() == [1, 3, 5, 7]
    np.testing.assert_allclose(y, np.log10(run.chain.gains[1::2]))
    x, y = chain._of_runs["relative"].items["one"].getData()
    assert x.tolist() == list(range(9))
    np.testing.assert_allclose(10**y, run.chain.output_gradients / run.chain.output_gradients[-1])
    assert chain._of_runs["skips"].items["one"].getData()[0].tolist() == [0.6, 2.4, 2.6, 4.4]
    assert any(line.startswith("Run 2, Sigmoid 2: gain ") for line in chain.card(3))
    assert any(line.startswith("Run 2: gain ") for line in chain.card(2))
    view = frame_of(ActivationShares, qtbot)
    view.show_snapshot(shown)
    view.show_compared((run,))
    assert len(view._of_runs["dead"].items["one"].getData()[0]) == 4
    assert any(line.startswith("Run 2, Sigmoid 1: zero ") for line in view.card(1))


def test_the_line_of_a_run_without_activations_goes_on_over_those_here(app, qtbot, shown, passed) -> None:
    chain = frame_of(ChainRule, qtbot)
    chain.show_snapshot(shown)
    chain.show_compared((passed("one", 2, 5, kinds=("Linear",)),))
    assert len(chain._of_runs[FactorKind.SLOPE].items["one"].getData()[0]) == 0
    x, y = chain._of_runs["relative"].items["one"].getData()
    assert x.tolist() == [0, 2, 4, 6, 8]
    assert np.isfinite(y).all()


def test_a_kind_that_is_switched_off_is_off_in_all_runs(app, qtbot, shown, passed) -> None:
    chain = frame_of(ChainRule, qtbot)
    chain.show_snapshot(shown)
    chain.show_compared((passed("one", 1, 9),))
    chain.switches[FactorKind.SLOPE].click()
    assert len(chain._of_runs[FactorKind.SLOPE].items["one"].getData()[0]) == 0
    assert len(chain._of_runs[FactorKind.WEIGHTS].items["one"].getData()[0]) == 4


def test_activations_of_compared_runs_are_hollow_marks(app, qtbot, shown, passed) -> None:
    view = frame_of(ActivationShares, qtbot)
    view.show_snapshot(shown)
    run = passed("one", 2, 5)
    view.show_compared((run,))
    x, y = view._of_runs["zero"].items["one"].getData()
    assert x.tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_allclose(y, run.outputs.zero)
    assert len(view._of_runs["dead"].items["one"].getData()[0]) == 2  # of activations only
    pointer.hover(view.canvas, view.boxes[0], 1, 0.5)
    assert "Run 2: zero" in view.canvas.card.text
    pointer.hover(view.canvas, view.boxes[0], 7, 0.5)
    assert "Run 2" not in view.canvas.card.text
    means = next(c.cells for c in view.values().columns if c.name == "Run 2: mean at step 40")
    np.testing.assert_allclose(means[:5], run.outputs.mean)
    assert means.mask[5:].all()
    assert not any("nan" in column.texts() for column in view.values().columns)
    view.switches["zero"].click()
    assert len(view._of_runs["zero"].items["one"].getData()[0]) == 0


@pytest.mark.parametrize("kind", [ChainRule, ActivationShares])
def test_axes_across_depth_go_as_far_as_the_runs_that_are_compared(
    app, qtbot, snapshot, passed, kind
) -> None:
    """And what has no place on them stands at their edges, wherever these are."""
    network = passing_runs.network(9)

    def passing(writer, step):
        passing_runs.sample_passing(Dead(writer), step, network)

    view = frame_of(kind, qtbot)
    view.show_snapshot(snapshot(network=network, passing=passing, steps=50))
    alone = [box.viewRange()[1] for box in view.boxes]
    wide = passed("one", 1, 9, slope=1e-6)
    wide = replace(wide, outputs=replace(wide.outputs, mean=wide.outputs.mean + 1000))
    view.show_compared((wide,))
    assert [box.viewRange()[1] for box in view.boxes] != alone
    if kind is ChainRule:
        assert view._gain_marks.places(Mark.ZERO)[:, 1] == [view._gain_range.low]
        assert set(view._product_marks.places(Mark.ZERO)[:, 1]) == {view._product_range.low}
    else:
        assert view._marks.places(Mark.INFINITE)[:, 1] == [view._range.high]
    view.show_compared(())
    assert [box.viewRange()[1] for box in view.boxes] == alone


class Dead:
    """A writer whose fourth layer lets nothing through and gives infinity."""

    def __init__(self, writer) -> None:
        self._writer = writer

    def sample(self, quantity, step, values, layer=-1) -> None:
        changed = np.array(values, dtype=float)
        if quantity == "gain":
            changed[3] = 0
        elif quantity == "output_gradient":
            changed[:3] = 0
        elif quantity == "activation_mean":
            changed[3] = np.inf
        self._writer.sample(quantity, step, changed, layer)


def test_updates_of_compared_runs_are_on_the_axis(app, qtbot, snapshot, compared) -> None:
    view = frame_of(UpdateProfile, qtbot)
    view.show_snapshot(snapshot(names=("a", "b", "c"), steps=50))
    run = compared("one", 1, names=("c", "x"), steps=30)
    view.show_compared((run,))
    x, _ = view.lines.others["one"].getData()
    assert np.isnan(x[:2]).all()
    assert x[2] == pytest.approx(np.log10(run.update_ratio[1][0]), abs=1e-5)
    low, high = view.canvas.boxes[0].viewRange()[0]
    assert low < x[2] < high
    column = next(column for column in view.values().columns if column.name == "Run 1 at step 20")
    assert column.texts() == ["", "", str(run.update_ratio[1][0])]


def test_a_run_without_such_measurements_is_drawn_nowhere(app, qtbot, shown, compared) -> None:
    run = compared("one", 1, steps=10)
    for kind in (ChainRule, ActivationShares):
        view = frame_of(kind, qtbot)
        view.show_snapshot(shown)
        view.show_compared((run,))
        assert all(len(items.items["one"].getData()[0]) == 0 for items in view.items_of_runs())
