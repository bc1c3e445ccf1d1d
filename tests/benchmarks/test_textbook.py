"""The table of textbook cases still says what theory says, over two networks of each case."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent.parent / "benchmarks" / "textbook.py"


def test_what_is_measured_is_what_is_predicted():
    done = subprocess.run(
        [sys.executable, SCRIPT, "--seeds", "2", "--json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    for case in ("sigmoid, depth 20", "tanh, depth 20"):
        predicted = found[case]["predicted a layer"]
        assert found[case]["measured a layer"] == pytest.approx([predicted] * 2, rel=0.05)
    flat = found["ReLU with Kaiming, depth 20, width 256"]
    assert max(flat["measured largest / smallest"]) < flat["predicted largest / smallest at most"]
    exact = found["orthogonal linear, depth 30"]["measured largest / smallest"]
    assert exact == pytest.approx([1, 1], rel=1e-4)
    assert found["residual, 10 blocks: skip's share"]["measured share"] == pytest.approx([0.5] * 2, abs=0.05)
    left = found["left of the gradient after 100 time steps"]
    assert min(left["measured of its memory c"]) > left["predicted of an LSTM, forget bias 3, >"] == 1e-2
    for vanishing in ("measured of an LSTM as it comes", "measured of a plain RNN"):
        assert max(left[vanishing]) < left["predicted of the others, <"] == 1e-15
