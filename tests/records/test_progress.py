from __future__ import annotations

import json

import pytest

from gradviz.records.progress import Progress
from gradviz.records.run import FinishReason, RunState, RunStatus


@pytest.mark.parametrize("finish", [None, *FinishReason])
def test_round_trip(finish: FinishReason | None) -> None:
    progress = Progress(
        state=RunState.FINISHED, finish=finish, reason="“x”", recorded=9, kept=(9, 1), tiles=4
    )
    assert Progress.from_json(progress.to_json()) == progress


def test_up_to_format_2_only_level_0_was_thinned() -> None:
    raw = json.loads(Progress(recorded=9000, tiles=30).to_json()) | {"kept": 4}
    assert Progress.from_json(json.dumps(raw)) == Progress(recorded=9000, tiles=30, kept=(4,))


def test_status_counts_what_is_recorded() -> None:
    progress = Progress(recorded=7).with_status(RunStatus(state=RunState.RUNNING, steps=3))
    assert progress.status == RunStatus(state=RunState.RUNNING, steps=7)
