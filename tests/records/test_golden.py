"""Every format that was ever written can be read: one small document for each, made by that version."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gradviz.paths import state_folder
from gradviz.records.checkpoint import CheckpointKind
from gradviz.records.migrations import can_be_read, current_format
from gradviz.records.reader import RunReader
from gradviz.records.run import FinishReason
from gradviz.records.session import open_session

GOLDEN = Path(__file__).with_name("golden")


def test_nothing_is_copied_where_only_the_number_is_older() -> None:
    with RunReader(GOLDEN / "format-2.gradviz") as reader:
        assert reader.last_step == 1039
    assert not (state_folder() / "recovered").exists()
    assert [can_be_read(version) for version in (1, 2, 3)] == [False, True, True]


def test_there_is_one_for_each_format() -> None:
    expected = {f"format-{number}.gradviz" for number in range(1, current_format() + 1)}
    assert {path.name for path in GOLDEN.iterdir()} == expected


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.gradviz")), ids=lambda path: path.stem)
def test_it_can_be_read(path: Path) -> None:
    session = open_session(path)
    assert session.id == "golden"
    assert session.experiment == {"name": "Golden", "seed": 7}
    assert session.notes == "Written once, read for ever."
    assert session.layout == {"window": "none"}
    assert session.damage == ()
    with RunReader(path, session.runs[0].id) as reader:
        assert reader.info.name == "Name of run-1"
        assert reader.status.finish is FinishReason.COMPLETED
        assert reader.last_step == 1039
        for quantity, offset in (("train_loss", 0), ("train_accuracy", 1), ("grad_norm", 2)):
            series = reader.series(quantity, 0, 1039, 10**6)
            np.testing.assert_array_equal(series.mean[0], np.arange(1040) * 3 + offset)
        assert reader.samples("val_loss")[1].tolist() == [[0.5], [0.25]]
        assert reader.samples("weight_histogram", 0)[1].tolist() == [[1, 300, 70000]]
        assert [(event.kind, event.layer) for event in reader.events()] == [("mark", "Linear 1")]
        assert [log.text for log in reader.logs()] == ["A line."]
        checkpoints = {} if path.stem == "format-1" else {CheckpointKind.LAST: 1030, CheckpointKind.BEST: 520}
        assert reader.checkpoints() == checkpoints
        for kind, step in checkpoints.items():
            checkpoint = reader.checkpoint(kind)
            assert checkpoint is not None
            assert checkpoint.step == step
            assert checkpoint.tensors.endswith(np.arange(6, dtype="<f4").tobytes())
        assert reader.damage == ()
