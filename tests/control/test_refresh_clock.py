"""The clock shows what is new, nothing twice, and rests when there is nothing to see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtTest import QSignalSpy

from gradviz.control import refresh_clock
from gradviz.control.refresh_clock import RefreshClock
from gradviz.control.run_entry import RunEntry
from gradviz.records.layer import LayerInfo
from gradviz.records.run import FinishReason, RunInfo, RunState, RunStatus, SeriesInfo
from gradviz.records.writer import RunWriter

LAYERS = tuple(
    LayerInfo(
        index=i,
        name=f"Linear {i + 1}",
        kind="Linear",
        path=(i,),
        repeat=(),
        module=str(i),
        output_shape=(4,),
        parameters=20,
    )
    for i in range(3)
)
RUN = RunInfo(
    id="r",
    name="Run 1",
    created="2026-01-01T00:00:00+00:00",
    experiment={},
    layers=LAYERS,
    series=(
        SeriesInfo(quantity="train_loss", width=1),
        SeriesInfo(quantity="train_accuracy", width=1),
        SeriesInfo(quantity="grad_norm", width=3),
    ),
    steps=100,
    steps_per_epoch=10,
    device="cpu",
)
TICKS = 150
"""Milliseconds in which the clock ticks a few times."""


@pytest.fixture
def entry(tmp_path: Path) -> RunEntry:
    return RunEntry(id="r", name="Run 1", source=tmp_path / "r.store")


@pytest.fixture
def writer(entry: RunEntry) -> Iterator[RunWriter]:
    writer = RunWriter.create(entry.source, RUN)
    yield writer
    writer.close()


@pytest.fixture
def clock(qtbot) -> Iterator[RefreshClock]:
    clock = RefreshClock(interval_ms=10)
    yield clock
    clock.close()


def write(writer: RunWriter, first: int, last: int) -> None:
    for step in range(first, last + 1):
        writer.append(step, np.full(5, step, np.float32))
    writer.commit()


def test_it_waits_for_the_store_and_shows_each_commit_once(qtbot, clock, entry) -> None:
    shown = QSignalSpy(clock.refreshed)
    clock.follow(entry)
    qtbot.wait(TICKS)
    assert (shown.count(), clock.run, clock.is_ticking) == (0, None, True)
    writer = RunWriter.create(entry.source, RUN)
    qtbot.waitUntil(lambda: shown.count() == 1)
    assert clock.run == RUN
    write(writer, 0, 4)
    qtbot.waitUntil(lambda: shown.count() == 2)
    assert clock.snapshot.last_step == 4
    assert clock.snapshot.live
    assert clock.snapshot is shown.at(1)[0]
    qtbot.wait(TICKS)
    assert shown.count() == 2
    writer.close()


def test_what_is_asked_for_is_shown_once_for_a_burst(qtbot, clock, entry, writer) -> None:
    write(writer, 0, 20)
    clock.follow(entry)
    qtbot.waitUntil(lambda: clock.snapshot is not None)
    shown = QSignalSpy(clock.refreshed)
    for step in range(10):
        clock.set_cursor(step)
    clock.set_layer(1)
    clock.set_view(2, 12)
    clock.set_columns(500)
    qtbot.waitUntil(lambda: shown.count() == 1)
    snapshot = clock.snapshot
    assert (snapshot.cursor, snapshot.live, snapshot.layer) == (9, False, 1)
    assert (snapshot.flow.steps[0], snapshot.flow.steps[-1]) == (2, 12)
    clock.set_cursor(9)
    clock.set_view(2, 12)
    qtbot.wait(TICKS)
    assert shown.count() == 1
    clock.set_cursor(None)
    clock.clear_view()
    qtbot.waitUntil(lambda: shown.count() == 2)
    assert clock.snapshot.live
    assert len(clock.snapshot.flow.steps) == 21
    assert clock.cursor is None


def test_at_rest_it_looks_at_once_but_not_twice_within_an_interval(qtbot, entry, writer) -> None:
    write(writer, 0, 9)
    slow = RefreshClock(interval_ms=60_000)
    slow.follow(entry)
    qtbot.waitUntil(lambda: slow.snapshot is not None)
    shown = QSignalSpy(slow.refreshed)
    slow.set_visible(False)
    slow.set_cursor(3)
    slow.set_visible(True)
    qtbot.wait(TICKS)
    assert (shown.count(), slow.is_ticking) == (0, True)
    slow.close()


def test_it_rests_while_hidden_and_catches_up(qtbot, clock, entry, writer) -> None:
    clock.follow(entry)
    qtbot.waitUntil(lambda: clock.snapshot is not None)
    shown = QSignalSpy(clock.refreshed)
    clock.set_visible(False)
    assert not clock.is_ticking
    write(writer, 0, 9)
    clock.set_cursor(3)
    qtbot.wait(TICKS)
    assert shown.count() == 0
    clock.set_visible(True)
    qtbot.waitUntil(lambda: shown.count() == 1)
    assert (clock.snapshot.last_step, clock.snapshot.cursor) == (9, 3)


def test_it_rests_when_all_of_a_finished_run_is_shown(qtbot, clock, entry, writer) -> None:
    write(writer, 0, 9)
    writer.finish(RunStatus(state=RunState.FINISHED, finish=FinishReason.COMPLETED, steps=10))
    clock.follow(entry)
    qtbot.waitUntil(lambda: clock.snapshot is not None and not clock.is_ticking)
    assert clock.snapshot.status.finish is FinishReason.COMPLETED
    shown = QSignalSpy(clock.refreshed)
    clock.set_cursor(4)
    assert clock.is_ticking
    qtbot.waitUntil(lambda: shown.count() == 1 and not clock.is_ticking)
    assert clock.snapshot.cursor == 4


def test_nothing_to_follow(qtbot, clock, entry, writer) -> None:
    clock.set_cursor(5)
    assert not clock.is_ticking
    clock.follow(entry)
    assert clock.cursor is None
    qtbot.waitUntil(lambda: clock.snapshot is not None)
    with qtbot.waitSignal(clock.refreshed) as shown:
        clock.follow(None)
    assert shown.args == [None]
    assert (clock.snapshot, clock.run, clock.is_ticking) == (None, None, False)


def test_what_cannot_be_read_is_said(qtbot, clock, entry, monkeypatch) -> None:
    monkeypatch.setattr(refresh_clock, "OPENING_S", 0.05)
    entry.source.write_bytes(b"no store" * 1000)
    with qtbot.waitSignal(clock.failed) as failed:
        clock.follow(entry)
    assert "not a gradviz session" in failed.args[0]
    assert not clock.is_ticking


def test_at_rest_it_looks_before_the_window_repaints(qtbot, entry, writer) -> None:
    """A scene's repaint is posted like any other event: a picture that is asked for comes before it."""
    write(writer, 0, 9)
    writer.finish(RunStatus(state=RunState.FINISHED, steps=10, finish=FinishReason.COMPLETED))
    clock = RefreshClock(interval_ms=1)
    clock.follow(entry)
    qtbot.waitUntil(lambda: clock.snapshot is not None and not clock.is_ticking)
    order = []

    class Scene(QObject):
        repaint = Signal()

        def paint(self) -> None:
            order.append("repaint")

    scene = Scene()
    scene.repaint.connect(scene.paint, Qt.ConnectionType.QueuedConnection)
    clock.refreshed.connect(lambda _snapshot: order.append("look"))
    scene.repaint.emit()
    clock.set_view(2, 5)
    qtbot.waitUntil(lambda: len(order) == 2)
    assert order == ["look", "repaint"]
    clock.close()
