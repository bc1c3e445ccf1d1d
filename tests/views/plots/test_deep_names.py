"""A thousand layers: every plot across depth names the same blocks where names have no room."""

from __future__ import annotations

from itertools import pairwise, product

import passing_runs
import pytest

from gradviz.views.layer_table.rows import blocks, span_name
from gradviz.views.plots.across_depth import AcrossDepth
from gradviz.views.plots.activation_shares import ActivationShares
from gradviz.views.plots.chain_rule import ChainRule
from gradviz.views.plots.depth_profile import DepthProfile
from gradviz.views.plots.flow_map import FlowMap
from gradviz.views.plots.update_profile import UpdateProfile


@pytest.fixture(scope="module")
def network():
    return passing_runs.network(1000)


@pytest.mark.parametrize("kind", [FlowMap, DepthProfile, UpdateProfile, ChainRule, ActivationShares])
def test_blocks_stand_for_names(app, qtbot, snapshot, network, kind) -> None:
    view = kind()
    qtbot.addWidget(view)
    view.resize(560, 460)
    view.show()
    shot = snapshot(
        network=network,
        steps=21,
        passing=lambda writer, step: passing_runs.sample_passing(writer, step, network),
    )
    view.show_snapshot(shot)
    names = [layer.name for layer in shot.run.measured]
    pieces = blocks(shot.run.measured)
    found = [tick for tick in view.layers_axis.ticks() if tick.text]
    spans = {
        span_name(names[first.first], names[last.stop - 1])
        for at, first in enumerate(pieces)
        for last in pieces[at:]
    }
    assert len(found) >= 2
    assert {tick.text for tick in found} <= spans
    lines = [tick.value for tick in view.layers_axis.ticks() if tick.line]
    rows = 2 if isinstance(view, AcrossDepth) else 1
    begins = {rows * piece.first - 0.5 for piece in pieces}
    assert lines
    assert {*lines} <= begins


def test_names_of_blocks_lie_apart_along_a_bottom_axis(app, qtbot, snapshot, network) -> None:
    view = ChainRule()
    qtbot.addWidget(view)
    view.show_snapshot(
        snapshot(
            network=network,
            steps=21,
            passing=lambda writer, step: passing_runs.sample_passing(writer, step, network),
        )
    )
    view.show()
    axis = view.layers_axis
    for width, selected in product((330, 420, 640, 1100), (None, 0, 499)):
        view.select_layer(selected)
        view.resize(width, 420)
        app.processEvents()
        (low, high), room = view.boxes[-1].viewRange()[0], axis.rect().width()
        named = [tick for tick in axis.ticks() if tick.text]
        spans = [axis.text_span((tick.text_place - low) / (high - low) * room, tick.text) for tick in named]
        assert len(named) >= 2, width
        assert all(before[1] <= after[0] for before, after in pairwise(spans)), (width, selected)


def test_a_layer_without_parameters_stands_in_the_block_before_it(app, qtbot, snapshot, network) -> None:
    view = ActivationShares()
    qtbot.addWidget(view)
    view.resize(900, 420)
    view.show()
    view.show_snapshot(
        snapshot(
            network=network,
            steps=21,
            passing=lambda writer, step: passing_runs.sample_passing(writer, step, network),
        )
    )
    view.boxes[0].setXRange(-0.5, 4.5, padding=0)
    assert [tick.text for tick in view.layers_axis.ticks()] == [layer.name for layer in network[:5]]
