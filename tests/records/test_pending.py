from __future__ import annotations

from gradviz.records.pending import HELD_LOGS, EventRow, LogRow, Pending, SampleRow, TileRow
from gradviz.records.schema import TILE


def tile(level: int, idx: int) -> TileRow:
    return TileRow(quantity="q", statistic="value", level=level, idx=idx, data=b"x" * 10)


def sample(step: int) -> SampleRow:
    return SampleRow(quantity="q", layer=-1, step=step, dtype="<u1", data=b"x" * 10)


def test_the_oldest_full_resolution_goes_first() -> None:
    held = Pending(tiles=[tile(0, at) for at in range(10)] + [tile(1, 0)])
    held.relieve(60)
    assert [row.data is None for row in held.tiles] == [True] * 5 + [False] * 6
    held.relieve(0)
    assert [row.data is None for row in held.tiles] == [True] * 8 + [False] * 3
    assert held.thinned_steps == 8 * TILE


def test_then_the_oldest_samples() -> None:
    held = Pending(tiles=[tile(0, 0)], samples=[sample(step) for step in range(5)])
    held.relieve(35)
    assert [row.step for row in held.samples] == [3, 4]
    assert held.lost_samples == 3
    assert held.size == 30
    held.relieve(35)
    assert held.lost_samples == 3


def test_events_stay_and_the_log_is_bounded() -> None:
    event = EventRow(step=0, kind="lr", layer=None, detail="{}")
    logs = [LogRow(at="", level="info", text=str(at)) for at in range(HELD_LOGS + 5)]
    held = Pending(events=[event] * 3, logs=logs)
    held.relieve(0)
    assert len(held.events) == 3
    assert [log.text for log in held.logs] == [str(at) for at in range(5, HELD_LOGS + 5)]


def test_nothing_pending() -> None:
    assert not Pending()
    assert Pending(samples=[sample(0)])
