from __future__ import annotations

from dataclasses import replace

import numpy as np
import passing_runs
import pointer
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from gradviz.diagnosis.blame import blame_of_chain
from gradviz.records.depth import JoinGain
from gradviz.records.factors import FactorKind
from gradviz.views.number_format import significant
from gradviz.views.plots.across_depth import measured_index, row_of
from gradviz.views.plots.chain_rule import ChainRule
from gradviz.views.plots.edge_marks import Mark


@pytest.fixture
def frame(app, qtbot):
    view = ChainRule()
    qtbot.addWidget(view)
    view.resize(460, 460)
    view.show()
    return view


@pytest.fixture
def shot(snapshot):
    def take(count: int = 9, *, kinds=("Linear", "ReLU"), blocks: int = 0, slope: float = 0.7, **options):
        network = passing_runs.network(count, kinds)

        def passing(writer, step):
            passing_runs.sample_passing(writer, step, network, blocks=blocks, slope=slope)

        detail = passing_runs.block_event(blocks, len(kinds))
        events = [(0, "blocks", None, detail)] if blocks else []
        return snapshot(network=network, passing=passing, events=events, steps=50, **options)

    return take


@pytest.mark.parametrize("count", [1, 5, 50, 1000])
def test_every_gain_is_a_mark_at_its_layer(frame, shot, count: int) -> None:
    taken = shot(count)
    frame.show_snapshot(taken)
    assert taken.chain.step == 40
    assert frame.remark.text() == "at step 40"
    known = np.flatnonzero(np.isfinite(taken.chain.gains))
    found = {}
    for dots in frame._dots.values():
        found.update(zip(*dots.getData(), strict=True))
    assert sorted(found) == known.tolist()
    np.testing.assert_allclose([found[row] for row in known], np.log10(taken.chain.gains[known]))
    assert frame.sentence.text() == f"Step 40: {blame_of_chain(taken.chain, taken.run).sentence}"
    assert frame.boxes[0].viewRange()[0] == [-0.5, count - 0.5]


def test_in_a_chain_the_line_below_is_the_product_of_the_gains(frame, shot) -> None:
    taken = shot(9)
    frame.show_snapshot(taken)
    x, y = frame._line.getData()
    assert x.tolist() == list(range(9))
    products = [np.prod(taken.chain.gains[row + 1 :]) for row in range(9)]
    np.testing.assert_allclose(10**y, products, rtol=1e-4)


def test_the_sentence_names_who_is_to_blame(frame, shot) -> None:
    frame.show_snapshot(shot(40, slope=0.2))
    assert frame.sentence.text().startswith("Step 40: The activations make the gradient vanish")


def test_a_switch_hides_its_kind_and_its_numbers(frame, shot, qtbot) -> None:
    frame.show_snapshot(shot(9))
    assert [kind for kind, switch in frame.switches.items() if not switch.isHidden()] == [
        FactorKind.WEIGHTS,
        FactorKind.SLOPE,
    ]
    qtbot.mouseClick(frame.switches[FactorKind.SLOPE], pointer.LEFT)
    assert not frame._dots[FactorKind.SLOPE].isVisible()
    assert frame._dots[FactorKind.WEIGHTS].isVisible()
    layer, factor, gain, *_ = frame.values().columns
    assert layer.cells.tolist() == [f"Linear {number}" for number in range(1, 6)]
    assert set(factor.cells) == {"weights"}
    assert gain.cells[0] is np.ma.masked


def test_the_skip_has_a_pane_only_where_there_are_blocks(frame, shot) -> None:
    frame.show_snapshot(shot(9))
    assert not frame.boxes[1].isVisible()
    whole = frame.boxes[0].height()
    frame.show_snapshot(shot(9, blocks=4))
    assert frame.boxes[1].isVisible()
    x, y = frame._segments.getData()
    np.testing.assert_allclose(x, [0.6, 2.4, 2.6, 4.4, 4.6, 6.4, 6.6, 8.4])
    np.testing.assert_allclose(y[::2], np.linspace(0.9, 0.6, 4), rtol=1e-6)
    frame.canvas.centralLayout.activate()
    assert frame.boxes[1].height() > 40
    assert frame.boxes[0].height() < whole - 30


def test_hover_says_the_exact_numbers(frame, shot) -> None:
    taken = shot(9, blocks=4)
    frame.show_snapshot(taken)
    pointer.hover(frame.canvas, frame.boxes[0], 3, 0)
    text = frame.canvas.card.text
    assert frame.canvas.card.isVisible()
    assert "ReLU 2" in text
    assert f"gain {taken.chain.gains[3]:.3f} (slopes)" in text
    assert "Residual 2: 80 % over the skip" in text
    pointer.hover(frame.canvas, frame.boxes[2], 0, 0)
    assert "gain unknown" in frame.canvas.card.text


def test_selection_goes_both_ways(frame, shot, qtbot) -> None:
    frame.show_snapshot(shot(9))
    frame.select_layer(2)
    assert [line.value() for line in frame._lines] == [4, 4, 4]
    for row in (6, 7):  # an activation has no row elsewhere: the layer before it
        with qtbot.waitSignal(frame.layer_clicked) as told:
            pointer.click(frame.canvas, frame.boxes[2], row, 0)
        assert told.args == [3]


def test_several_layers_are_selected_and_marked(frame, shot, qtbot) -> None:
    frame.show_snapshot(shot(9))
    frame.select_layers((2,))
    with qtbot.waitSignal(frame.layers_chosen) as told:
        pointer.click(frame.canvas, frame.boxes[2], 7, 0, Qt.KeyboardModifier.ShiftModifier)
    assert told.args == [(3, 2)]
    frame.select_layers((3, 2))
    assert [line.value() for line in frame._lines] == [4, 4, 4]
    assert [lines.places for lines in frame.others] == [(6,)] * 3
    assert [tick.value for tick in frame.layers_axis.ticks() if tick.strong] == [4, 6]


def test_layers_with_parameters_are_found_from_all() -> None:
    layers = passing_runs.network(4, ("ReLU", "Linear"))
    assert [measured_index(layers, row) for row in range(4)] == [None, 0, 0, 1]
    assert [row_of(layers, index) for index in (0, 1, 2, None)] == [1, 3, None, None]


def test_zooming_one_pane_zooms_all(frame, shot) -> None:
    frame.show_snapshot(shot(50))
    frame.boxes[0].setXRange(10.5, 20.5, padding=0)
    assert [box.viewRange()[0] for box in frame.boxes] == [[10.5, 20.5]] * 3
    assert len(frame.values().columns[0].cells) == 10
    frame.reset_view()
    assert len(frame.values().columns[0].cells) == 50


def test_what_has_no_place_on_the_axis_is_marked(frame, shot) -> None:
    taken = shot(9)
    gains, gradients = taken.chain.gains.copy(), taken.chain.output_gradients.copy()
    gains[4], gains[6] = 0, np.inf
    gradients[:4] = 0
    frame.show_snapshot(replace(taken, chain=replace(taken.chain, gains=gains, output_gradients=gradients)))
    assert frame._gain_marks.count(Mark.ZERO) == 1
    assert frame._gain_marks.count(Mark.INFINITE) == 1
    assert frame._gain_marks.count(Mark.NAN) == 0  # the first layer's gain was not measured
    assert frame._product_marks.count(Mark.ZERO) == 4
    assert "Linear 3 lets nothing through" in frame.sentence.text()


def test_a_run_that_measures_at_every_step_is_drawn_as_fast_as_can_be_read(frame, shot) -> None:
    taken = replace(shot(9, done=45, finish=False), live=True)
    frame.show_snapshot(taken)
    later = replace(taken, chain=replace(taken.chain, step=44))
    frame.show_snapshot(later)
    assert frame.remark.text() == "at step 40"
    frame._drawn_at -= 1
    frame.show_snapshot(later)
    assert frame.remark.text() == "at step 44"
    frame.show_snapshot(replace(taken, live=False))  # looked back at
    assert frame.remark.text() == "at step 40"


def test_a_run_without_gains_says_so(frame, shot, snapshot) -> None:
    frame.show_snapshot(shot(9))
    frame.show_snapshot(snapshot(steps=30))
    assert not frame.canvas._quiet.isHidden()
    assert frame.sentence.text() == ""
    assert frame.values() is None


def test_it_is_a_tab_and_drawn_only_in_front(window, shot, qtbot) -> None:
    plots = window.plots
    taken = shot(12)
    plots.show_snapshot(taken)
    assert plots.plot("chain").values() is None
    tab = next(tab for tab in plots.plot("profile")._tabs if tab.text() == "Chain rule")
    tab.click()
    assert plots.plot("chain").isVisible()
    assert len(plots.plot("chain").values().columns[0].cells) == 12
    with qtbot.waitSignal(plots.layer_selected) as told:
        pointer.click(plots.plot("chain").canvas, plots.plot("chain").boxes[0], 4, 0)
    assert told.args == [2]


def joined(taken):
    """Its third and fourth layer are a join of gain 0.25, inside the first of two blocks."""
    join = JoinGain(name="Parallel 1", layers=(3, 4), gain=0.25)
    first, second = taken.chain.blocks
    blocks = (replace(first, layers=(3, 4), counts=False), second)
    return replace(taken, chain=replace(taken.chain, joins=(join,), blocks=blocks, aside=(3, 4)))


def test_joins_and_skips_are_further_factors(frame, shot) -> None:
    taken = joined(shot(9, blocks=2))
    frame.show_snapshot(taken)
    chain = taken.chain
    assert not frame.switches[FactorKind.OTHER].isHidden()
    x, y = frame._dots[FactorKind.OTHER].getData()
    assert x.tolist() == [3.5, min(chain.blocks[1].layers) - 0.5]
    np.testing.assert_allclose(10**y, [0.25, chain.blocks[1].skip_factor])
    table = frame.values()
    by_name = {column.name: column.cells for column in table.columns}
    counts = by_name["in the product"] == "yes"
    gains = by_name["gain at step 40"][counts]
    whole = [gain for row, gain in enumerate(chain.gains) if row not in (0, 3, 4)]
    np.testing.assert_allclose(np.nanprod(gains), np.prod(whole) * np.prod(chain.beside))
    assert by_name["layer"][-3:].tolist() == ["Parallel 1", "Residual 1", "Residual 2"]
    assert by_name["branch ρ at step 40"].compressed().tolist() == [b.branch_gain for b in chain.blocks]
    assert "\n" in table.csv()
    frame.switches[FactorKind.OTHER].click()
    assert len(frame.values().columns[0].cells) == 9


def test_the_card_tells_of_branch_skip_join_and_balance(frame, shot) -> None:
    taken = joined(shot(9, blocks=2))
    frame.show_snapshot(taken)
    text = "\n".join(frame.card(3))
    assert "Parallel 1: one factor 0.250, its layers do not count" in text
    assert "Residual 1: 90 % over the skip" in text
    assert "branch ρ 0.900, skip factor 1.18" in text
    assert "keeps a balance" not in text  # it is not the slopes that are to blame
    frame.show_snapshot(shot(40))
    level = significant(frame._judged.balanced[FactorKind.SLOPE])
    assert f"(slopes), {level} keeps a balance" in "\n".join(frame.card(3))


def test_branches_are_levels_over_their_layers(frame, shot) -> None:
    frame.show_snapshot(shot(9, blocks=2))
    x, y = frame._branches.getData()
    assert x.tolist() == [0.6, 2.4, 2.6, 4.4]
    np.testing.assert_allclose(10**y, [0.9, 0.9, 0.6, 0.6], rtol=1e-6)
    assert frame.branch_label.isVisible()
    frame.switches[FactorKind.OTHER].click()
    assert not frame._branches.isVisible()
    frame.switches[FactorKind.OTHER].click()
    frame.show_snapshot(shot(9))
    assert not frame.branch_label.isVisible()


@pytest.mark.parametrize("kinds", [("Linear", "ReLU"), ("Linear", "BatchNorm1d", "ReLU")])
@pytest.mark.parametrize("width", [220, 460, 900])
def test_the_sentence_names_the_step_at_every_width(frame, shot, kinds, width: int) -> None:
    frame.resize(width, 460)
    frame.show_snapshot(shot(50, kinds=kinds, blocks=3))
    assert frame.remark.isHidden()  # but it is in a saved figure, which has no sentence
    assert frame.remark.text() == "at step 40"
    assert frame.sentence.text().startswith("Step 40: ")
    assert frame.sentence.isVisible()


def test_factors_from_before_the_gradients_broke_say_so(frame, shot) -> None:
    taken = shot(9, non_finite_from=45)
    frame.show_snapshot(taken)
    broken = "At step 49 the gradients are not finite, and no factor was measured since step 40."
    assert frame.sentence.text() == f"Step 40: {blame_of_chain(taken.chain, taken.run).sentence} {broken}"
    whole = np.ones(len(taken.run.measured), np.float32)
    frame.show_snapshot(replace(taken, profile=taken.profile._replace(step=43, values=whole)))  # looked back
    assert "not finite" not in frame.sentence.text()
    frame.show_snapshot(taken)  # nothing is drawn anew, but it is said
    assert frame.sentence.text().endswith(broken)


def test_a_gradient_too_small_for_float32_is_the_activations_doing(frame, shot) -> None:
    taken = shot(40, kinds=("Linear", "Sigmoid"), slope=0.24)
    gains, gradients = taken.chain.gains.copy(), taken.chain.output_gradients.copy()
    gains[:20], gains[20], gradients[:20], gradients[20] = np.nan, 0, 0, 1.8e-44
    frame.show_snapshot(replace(taken, chain=replace(taken.chain, gains=gains, output_gradients=gradients)))
    text = frame.sentence.text()
    assert text.startswith("Step 40: The activations make the gradient vanish: 0.2")
    assert text.endswith("Before Linear 11 it is too small for float32: exactly zero.")


def test_what_keeps_a_balance_is_a_dotted_level(frame, shot) -> None:
    taken = shot(40)
    frame.show_snapshot(taken)
    weights = np.nanprod(taken.chain.gains[::2]) ** (1 / 20)  # of 19, and 20 slopes
    assert 10 ** frame._balanced[FactorKind.SLOPE].value() == pytest.approx(1 / weights, rel=1e-6)
    assert 10 ** frame._balanced[FactorKind.WEIGHTS].value() == pytest.approx(0.7 ** (-20 / 19), rel=0.02)
    assert frame._balanced[FactorKind.WEIGHTS].isVisible()
    frame.switches[FactorKind.WEIGHTS].click()
    assert not frame._balanced[FactorKind.WEIGHTS].isVisible()


def test_a_branch_of_zeros_has_a_skip_factor_that_is_marked(frame, shot) -> None:
    taken = shot(9, blocks=2)
    first, second = taken.chain.blocks
    blocks = (replace(first, skip_factor=np.inf, branch_gain=0.0, skip_share=1.0), second)
    frame.show_snapshot(replace(taken, chain=replace(taken.chain, blocks=blocks)))
    assert frame._gain_marks.count(Mark.INFINITE) == 1
    assert "branch ρ 0, skip factor ∞" in "\n".join(frame.card(1))
    frame.switches[FactorKind.OTHER].click()
    assert frame._gain_marks.count(Mark.INFINITE) == 0


@pytest.mark.parametrize(("width", "has_names"), [(220, False), (900, True)])
def test_a_narrow_legend_keeps_its_samples_and_lets_its_names_go(frame, shot, width: int, has_names) -> None:
    """Squeezed names read “w…s s…s n…s”; samples alone tell theirs to the pointer."""
    frame.resize(width, 460)
    frame.show_snapshot(shot(50, kinds=("Linear", "BatchNorm1d", "ReLU"), blocks=3))
    QApplication.sendPostedEvents()
    frame.layout().activate()
    style = (
        Qt.ToolButtonStyle.ToolButtonTextBesideIcon if has_names else Qt.ToolButtonStyle.ToolButtonIconOnly
    )
    for switch in frame.switches.values():
        assert switch.toolButtonStyle() == style
        assert switch.width() >= switch.sizeHint().width()
        assert switch.toolTip().startswith("Show ")


def test_a_shorter_sentence_keeps_the_room_of_a_longer_one(frame, shot) -> None:
    frame.show_snapshot(shot(9))
    frame.sentence.setText("word " * 80)
    frame._keep_room()
    QApplication.processEvents()
    high = frame.sentence.height()
    frame.show_snapshot(shot(9))
    QApplication.processEvents()
    assert frame.sentence.height() == high
    frame.clear()
    QApplication.processEvents()
    assert frame.sentence.height() < high
