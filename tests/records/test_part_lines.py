"""Lines for gates and heads: those of the selected layer, and of many heads what they have in common."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gradviz.records.part_lines import GATES, HEADS, layer_in_parts, part_lines, part_quantities
from gradviz.records.parts import LayerParts, PartKind, columns_of, width_of
from gradviz.records.reader import RunReader
from gradviz.records.run import SeriesInfo
from gradviz.records.snapshot import take_snapshot
from gradviz.records.writer import RunWriter

LSTM = ("i", "f", "g", "o")


def attention(layer: int, heads: int) -> tuple[LayerParts, ...]:
    names = tuple(f"head {number}" for number in range(1, heads + 1))
    return (
        LayerParts(layer=layer, kind=PartKind.PROJECTION, names=("q", "k", "v")),
        LayerParts(layer=layer, kind=PartKind.HEAD, names=names),
    )


def gates(layer: int, names: tuple[str, ...] = LSTM) -> LayerParts:
    return LayerParts(layer=layer, kind=PartKind.GATE, names=names)


@pytest.fixture
def reader(tmp_path, new_info):
    """Opens a run of four layers with those parts, and the norms `[steps, width]` that it recorded."""
    opened = []

    def make(parts, steps: int = 20):
        info = new_info(4)
        width = width_of(parts)
        series = (*info.series, SeriesInfo(quantity="part_norm", width=width))
        writer = RunWriter.create(tmp_path / "run", replace(info, parts=tuple(parts), series=series))
        norms = np.random.default_rng(0).lognormal(size=(steps, width)).astype(np.float32)
        for step, row in enumerate(norms):
            writer.append(step, np.concatenate([np.ones(6), row]).astype(np.float32))
        writer.close()
        opened.append(RunReader(tmp_path / "run"))
        return opened[-1], norms

    yield make
    for each in opened:
        each.close()


def test_the_selected_layer_counts_or_the_first_that_has_parts(reader) -> None:
    run, norms = reader([gates(1), *attention(2, 2), gates(3, ("r", "z", "n"))])
    for selected, gated, names in ((None, 1, LSTM), (0, 1, LSTM), (3, 3, ("r", "z", "n")), (9, 1, LSTM)):
        assert layer_in_parts(run.info, GATES, selected).index == gated
        assert layer_in_parts(run.info, HEADS, selected).index == 2
        expected = [f"gate: {name}" for name in names]
        expected += [f"projection: {name}" for name in "qkv"] + ["head: head 1", "head: head 2"]
        assert part_quantities(run.info, selected) == expected
        lines = part_lines(run, selected, 0, 19, 100)
        assert list(lines) == expected
        first = 0 if gated == 1 else 9
        for at, name in enumerate(names):
            assert np.array_equal(lines[f"gate: {name}"].mean[0], norms[:, first + at])
        assert np.array_equal(lines["projection: v"].mean[0], norms[:, 6])
        assert np.array_equal(lines["head: head 2"].mean[0], norms[:, 8])


def test_more_heads_than_can_be_told_apart_are_told_together(reader) -> None:
    run, norms = reader(attention(0, 17))
    lines = part_lines(run, 0, 0, 19, 100)
    assert list(lines) == part_quantities(run.info, 0)
    assert list(lines)[3:] == ["head: smallest", "head: median", "head: largest"]
    heads = norms[:, 3:]
    assert np.allclose(lines["head: smallest"].mean[0], heads.min(axis=1))
    assert np.allclose(lines["head: largest"].mean[0], heads.max(axis=1))
    middle = lines["head: median"]
    for values, share in ((middle.low, 0.25), (middle.mean, 0.5), (middle.high, 0.75)):
        assert np.allclose(values[0], np.quantile(heads, share, axis=1), rtol=0.2)
    assert np.allclose(middle.mean[0], np.median(heads, axis=1))


def test_heads_that_are_not_finite(tmp_path, new_info) -> None:
    parts = attention(0, 18)
    info = new_info(1)
    series = (*info.series, SeriesInfo(quantity="part_norm", width=21))
    writer = RunWriter.create(tmp_path / "run", replace(info, parts=parts, series=series))
    for step, odd in enumerate((np.inf, np.nan)):
        row = np.ones(24, np.float32)
        row[-1] = odd
        writer.append(step, row)
    writer.close()
    with RunReader(tmp_path / "run") as run:
        lines = part_lines(run, 0, 0, 1, 10)
    assert lines["head: largest"].mean[0].tolist() == pytest.approx([np.inf, np.nan], nan_ok=True)
    assert lines["head: median"].mean[0].tolist() == pytest.approx([1, np.nan], nan_ok=True)


def test_a_snapshot_has_them_only_where_they_are_asked_for(reader) -> None:
    run, norms = reader([gates(1)])
    shown = {"cursor": None, "layer": None, "columns": 100, "view": (3, 9)}
    assert not [name for name in take_snapshot(run, **shown).numbers if "gate" in name]
    wanted = take_snapshot(run, **shown, wanted=frozenset({"part_norm"})).numbers
    assert np.array_equal(wanted["gate: f"].mean[0], norms[3:10, 1])


def test_a_run_without_parts_has_no_lines(reader, tmp_path, new_info) -> None:
    RunWriter.create(tmp_path / "plain", new_info(2)).close()
    with RunReader(tmp_path / "plain") as run:
        assert part_lines(run, 0, 0, 10, 10) == {}
        assert part_quantities(run.info, 0) == []
        assert layer_in_parts(run.info, GATES, 0) is None


def test_columns_of_a_layer() -> None:
    parts = (gates(1), *attention(2, 2))
    assert columns_of(parts, 2) == [(parts[1], slice(4, 7)), (parts[2], slice(7, 9))]
    assert columns_of(parts, 0) == []
    assert width_of(parts) == 9
