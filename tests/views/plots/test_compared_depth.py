"""Compared runs across depth: gains, activations and updates stand at the layers that they belong to."""

from dataclasses import replace

import numpy as np
import passing_runs
import pointer
import pytest

from gradviz.records.factors import FactorKind
from gradviz.views.plots.activation_shares import ActivationShares
from gradviz.views.plots.chain_rule import ChainRule
from gradviz.views.plots.edge_marks import Mark
from gradviz.views.plots.update_profile import UpdateProfile
from gradviz.views.theme import LIGHT


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
