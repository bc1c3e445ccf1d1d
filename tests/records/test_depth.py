from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gradviz.records.depth import ChainFactors, LayerOutputs, chain_factors, layer_outputs
from gradviz.records.reader import RunReader
from gradviz.records.run import RunInfo
from gradviz.records.writer import RunWriter

BLOCKS = {
    "names": ["Residual 1", "Residual 2"],
    "modules": ["a", "b"],
    "paths": [[0], [1]],
    "layers": [[0, 1], [2, 3]],
    "shortcuts": [[], [3]],
}
Look = Callable[[int], tuple[ChainFactors | None, LayerOutputs | None]]


@pytest.fixture
def look(tmp_path: Path, new_info: Callable[..., RunInfo]) -> Look:
    """Four layers in two blocks, measured at steps 2 and 8; at 8 the output gradients are missing."""
    run = RunWriter.create(tmp_path / "run", new_info(4))
    run.event(0, "blocks", None, **BLOCKS)
    run.event(0, "joins", None, names=["Parallel 1"], modules=["a.p"], paths=[[0, 0]], layers=[[0, 1]])
    for step in (2, 8):
        run.sample("gain", step, np.array([np.nan, 0.5, 2.0, 1.0]) * step)
        if step == 2:
            run.sample("output_gradient", step, np.arange(4.0))
        run.sample("join_gain", step, np.array([0.25]))
        run.sample("skip_share", step, np.array([0.7, 0.2]))
        run.sample("skip_factor", step, np.array([np.inf, 1.5]))
    for at, quantity in enumerate(
        ("activation_mean", "activation_std", "zero_share", "dead_share", "saturated_share")
    ):
        run.sample(quantity, 4, np.arange(4.0) + 10 * at)
    run.close()

    def taken(step: int) -> tuple[ChainFactors | None, LayerOutputs | None]:
        with RunReader(tmp_path / "run") as reader:
            return chain_factors(reader, step, reader.events()), layer_outputs(reader, step)

    return taken


def test_the_newest_gains_with_their_blocks(look: Look) -> None:
    chain, _ = look(7)
    assert chain is not None
    assert chain.step == 2
    np.testing.assert_array_equal(chain.gains, [np.nan, 1, 4, 2])
    np.testing.assert_array_equal(chain.output_gradients, [0, 1, 2, 3])
    first, second = chain.blocks
    assert (first.name, first.layers, first.shortcut) == ("Residual 1", (0, 1), ())
    assert first.skip_factor == np.inf
    assert (second.name, second.layers, second.shortcut) == ("Residual 2", (2, 3), (3,))
    assert second.skip_share == pytest.approx(0.2)


def test_what_stands_side_by_side_is_one_factor(look: Look) -> None:
    chain, _ = look(7)
    assert chain is not None
    assert chain.beside == (0.25, 1.5)  # the join, and the skip of the block that is not inside it
    assert chain.aside == (0, 1, 3)


def test_numbers_of_another_pass_are_not_mixed_in(look: Look) -> None:
    chain, _ = look(9)
    assert chain is not None
    assert chain.step == 8
    assert np.isnan(chain.output_gradients).all()


def test_each_statistic_is_in_its_place(look: Look) -> None:
    _, outputs = look(4)
    assert outputs is not None
    assert outputs.step == 4
    firsts = [float(v[0]) for v in (outputs.mean, outputs.std, outputs.zero, outputs.dead, outputs.saturated)]
    assert firsts == [0, 10, 20, 30, 40]


def test_before_the_first_measurement_there_is_nothing(look: Look) -> None:
    assert look(1) == (None, None)
