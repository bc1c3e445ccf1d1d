"""The benchmarks of the window still measure what they say; their figures are not judged here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent.parent / "benchmarks"
SHORT = ["--rounds", "1", "--seconds", "0.5", "--limit", "1", "--json"]


def measured(script, *options):
    """The JSON that a benchmark prints after one short round, however busy the machine is."""
    done = subprocess.run(
        [sys.executable, BENCHMARKS / script, *SHORT, *options], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_start_up_times_both_moments():
    found = measured("startup.py")["startup"]
    painted, complete = (outcome["cost"] for outcome in found["outcomes"])
    assert 0.05 < painted < complete
    assert found["baseline"]["cost"] > 0.05
    assert found["rounds"] == 1


@pytest.mark.timeout(240)
def test_the_diagram_is_timed_while_it_moves():
    found = measured("diagram.py", "--seconds", "2")["diagram"]
    assert set(found) == {"1,000 Linear layers", "110-layer ResNet"}
    for gestures in found.values():
        assert set(gestures) == {"panned", "zoomed", "made anew"}
        assert all(0 < gesture["p50"] <= gesture["p99"] for gesture in gestures.values())


@pytest.mark.timeout(240)
def test_live_window_times_all_three_and_counts_frames():
    found = measured("live_window.py", "--frame-seconds", "2")
    assert found["torch_in_window"] is False
    assert found["live_window"]["baseline"]["cost"] > 0
    assert [outcome["name"] for outcome in found["live_window"]["outcomes"]] == [
        "window open and drawing",
        "bare script, no engine",
    ]
    assert found["frames"]["20"]["count"] > 1
    assert 0.005 < found["frames"]["200"]["p50"] <= found["frames"]["200"]["p99"]
    assert 50 < found["memory_mb"]["200"] < 1000


@pytest.mark.timeout(240)
def test_a_long_session_is_opened_and_moved_in_every_tab(tmp_path):
    size = ["--steps", "3000", "--layers", "6", "--gestures", "2", "--folder", str(tmp_path)]
    found = measured("long_session.py", *size)
    assert 0 < found["opened"][0] <= found["opened"][-1]
    assert found["session"]["bytes"] < found["session"]["budget"]
    assert {"flow", "chain", "map", "diagram"} <= set(found["frames"])
    for gestures in found["frames"].values():
        assert all(0 < gestures[kind]["p50"] <= gestures[kind]["worst"] for kind in ("zoom", "scrub"))


@pytest.mark.timeout(240)
def test_a_run_that_another_process_writes_is_followed_evenly(tmp_path):
    size = [
        "--steps",
        "500",
        "--layers",
        "4",
        "5",
        "--frame-seconds",
        "2",
        "--folder",
        str(tmp_path / "sessions"),
    ]
    runs = measured("live_depth.py", *size)["live_depth"]
    assert set(runs) == {"4x500", "5x500"}
    for found in runs.values():
        assert found["count"] > 1
        assert found["step"] > 500
        assert 0.005 < found["p50"] <= found["p99"] <= found["worst"]
