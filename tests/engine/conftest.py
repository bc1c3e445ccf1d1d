"""An engine as a child process, spoken to as its window would."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gradviz.records.reader import RunReader

START = [sys.executable, "-m", "gradviz", "engine"]


class EngineProcess:
    """Sends requests, waits for events."""

    def __init__(self, command: list[str] | None = None, **variables: str) -> None:
        self.process = subprocess.Popen(
            command or START,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env={**os.environ, "GRADVIZ_THREADS": "1", **variables},
        )
        self.seen: list[dict[str, Any]] = []
        self.stderr = ""
        self._events: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._readers = [threading.Thread(target=self._read), threading.Thread(target=self._read_stderr)]
        for reader in self._readers:
            reader.start()

    def send(self, do: str, **content: Any) -> None:
        self.send_text(json.dumps({"do": do, **content}))

    def send_text(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def until(self, event: str, check: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
        while True:
            got = self._events.get(timeout=60)
            assert got is not None, f"the engine ended before “{event}”: {self.stderr}"
            self.seen.append(got)
            if got["event"] == event and check(got):
                return got

    def until_state(self, state: str) -> dict[str, Any]:
        return self.until("status", lambda got: got["state"] == state)

    def until_steps(self, store: Path) -> None:
        """Until the run in that store has some."""
        with RunReader(store) as reader:
            deadline = time.monotonic() + 30
            while reader.last_step < 1:
                assert time.monotonic() < deadline
                time.sleep(0.01)
                reader.refresh()

    def rest(self) -> list[dict[str, Any]]:
        events = []
        while (got := self._events.get(timeout=60)) is not None:
            events.append(got)
        return events

    def close_input(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()

    def end(self) -> int:
        """Close its input, wait for it; its exit status."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        code = self.process.wait(30)
        for reader in self._readers:
            reader.join()
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.process.stdout.close()
        self.process.stderr.close()
        return code

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._events.put(json.loads(line))
        self._events.put(None)

    def _read_stderr(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.stderr += line


@pytest.fixture
def start() -> Iterator[Callable[..., EngineProcess]]:
    """Starts engines that the test may ruin."""
    engines: list[EngineProcess] = []

    def starting(command: list[str] | None = None, **variables: str) -> EngineProcess:
        engines.append(EngineProcess(command, **variables))
        return engines[-1]

    yield starting
    for engine in engines:
        if engine.process.poll() is None:
            engine.process.kill()
        engine.end()


@pytest.fixture(scope="module")
def engine() -> Iterator[EngineProcess]:
    """One engine for all tests that leave it ready."""
    engine = EngineProcess()
    engine.until("ready")
    yield engine
    engine.send("quit")
    assert engine.process.wait(30) == 0
    engine.end()
