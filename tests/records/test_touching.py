"""What is touched is what the first picture reads, no more and no less."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gradviz.records.reader import RunReader
from gradviz.records.run import RunInfo
from gradviz.records.schema import TILE
from gradviz.records.snapshot import flow
from gradviz.records.tiles import Place, RunRows
from gradviz.records.touching import curve_picks, map_tiles, touch
from gradviz.records.writer import RunWriter


@pytest.fixture(scope="module")
def path(
    tmp_path_factory: pytest.TempPathFactory,
    new_info: Callable[..., RunInfo],
    some_rows: Callable[..., np.ndarray],
) -> Path:
    target = tmp_path_factory.mktemp("long") / "run"
    run = RunWriter.create(target, new_info(2))
    for step, row in enumerate(some_rows(TILE * 75 + 333)):
        run.append(step, row)
        if step % 7 == 0:
            run.sample("val_loss", step, step)
        if step % 2000 == 0:
            run.commit()
    run.close()
    return target


@pytest.mark.parametrize("columns", [20, 100, 1000, 10**4, 10**6])
def test_the_tiles_of_the_map(path: Path, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    read: set[Place] = set()
    real = RunRows._tile_data

    def spied(rows: RunRows, place: Place, *rest: object) -> bytes | None:
        read.add(place)
        return real(rows, place, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(RunRows, "_tile_data", spied)
    with RunReader(path) as reader:
        flow(reader, 0, reader.last_step, columns)
        told = list(map_tiles(1, reader.last_step + 1, columns))
        run = reader.info.id
    touched = {
        Place("grad_norm", statistic, level, idx)
        for _, (_, statistic, level, first, last) in told
        for idx in range(first, last + 1)
    }
    assert touched == read
    assert touch(path, run, columns, map_tiles) == len(read)


@pytest.mark.parametrize("columns", [1, 100, 1000])
def test_the_picks_of_curves(path: Path, columns: int) -> None:
    with RunReader(path) as reader:
        picked = reader.picked("val_loss", 0, reader.last_step, columns)[0]
        run = reader.info.id
    assert touch(path, run, columns, curve_picks) == len(picked) > 0


def test_what_cannot_be_read_is_left_to_others(path: Path, tmp_path: Path) -> None:
    assert touch(tmp_path / "none", "run", 100, map_tiles) == 0
    assert touch(path, "another", 100, map_tiles) == 0
    broken = tmp_path / "broken"
    broken.write_bytes(path.read_bytes()[:5000])
    assert touch(broken, "run", 100, map_tiles) == 0
