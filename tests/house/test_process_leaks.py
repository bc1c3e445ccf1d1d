"""The guard against left threads and children sees them, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import threading

import process_leaks
import pytest
from process_leaks import ProcessWatch


@pytest.fixture(autouse=True)
def _short_grace(monkeypatch):
    monkeypatch.setattr(process_leaks, "GRACE_SECONDS", 0.05)


def test_nothing_left_is_no_leak():
    watch = ProcessWatch()
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()
    assert watch.leaks() == []


def test_running_thread_is_named():
    watch, end = ProcessWatch(), threading.Event()
    thread = threading.Thread(target=end.wait, name="forgotten")
    thread.start()
    try:
        (line,) = watch.leaks()
        assert "“forgotten”" in line
        assert "join()" in line
    finally:
        end.set()
        thread.join()


def test_running_child_is_named():
    watch = ProcessWatch()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        (line,) = watch.leaks()
        assert str(child.pid) in line
        assert "input()" in line
        child.communicate(b"\n")
    assert watch.leaks() == []
