"""Pages of a long saved run are read by threads, which end; of others nothing is."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from gradviz.control import first_pages
from gradviz.control.first_pages import LONG, FirstPages
from gradviz.control.run_entry import RunEntry
from gradviz.records.run import RunState, RunStatus
from gradviz.records.touching import curve_picks, map_tiles


@pytest.fixture
def entry(tmp_path: Path) -> RunEntry:
    status = RunStatus(state=RunState.FINISHED, steps=LONG)
    return RunEntry(id="r", name="Run 1", source=tmp_path / "s.gradviz", in_document=True, status=status)


def test_the_window_does_not_wait_for_them(entry: RunEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Barrier(3), threading.Event()
    read = []

    def touch(*asked: object) -> None:
        begun.wait(10)
        go_on.wait(10)
        read.append(asked)

    monkeypatch.setattr(first_pages, "touch", touch)
    pages = FirstPages()
    pages.begin(entry, 560)
    begun.wait(10)
    assert read == []
    go_on.set()
    pages.wait()
    assert {asked[-1] for asked in read} == {map_tiles, curve_picks}
    assert {asked[:-1] for asked in read} == {(entry.source, "r", 560)}
    assert not [thread for thread in threading.enumerate() if thread.name == "first pages"]


@pytest.mark.parametrize("change", [{"in_document": False}, {"status": RunStatus(steps=LONG - 1)}])
def test_of_a_short_or_growing_run_nothing_is_read(
    entry: RunEntry, monkeypatch: pytest.MonkeyPatch, change: dict[str, object]
) -> None:
    read: list[object] = []
    monkeypatch.setattr(first_pages, "touch", lambda *asked: read.append(asked))
    pages = FirstPages()
    pages.begin(replace(entry, **change), 560)
    pages.wait()
    assert read == []
