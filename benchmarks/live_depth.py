"""How evenly the window draws while it follows deep and long runs: 200 and 1,000 layers, step 1e3 and 1e6.

A process writes as an engine does (`long_run.py --live`): every step's norms, what the schedule asks for, a
commit every 25 ms, faster than frames come, so that what is new is what is drawn. The runs at step 1,000,000
go on from the sessions of `long_session.py`, which are made where they are missing (4 minutes, 5 GB). A frame
is a snapshot painted; a second in which others used the machine is left out. Offscreen there is no compositor
behind the painting; under Xvfb (`xvfb-run`) the picture also goes to a server.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import blocks
from live_window import ROOT, Frames, Stage
from long_session import session

BUDGET = 1_000_000_000
SETTLE_S = 2.0


def main() -> None:
    """Follow each run for a while."""
    parser = blocks.arguments(__doc__.partition("\n")[0])
    parser.add_argument("--layers", type=int, nargs="+", default=[200, 1000])
    parser.add_argument("--steps", type=int, nargs="+", default=[1000, 1_000_000])
    parser.add_argument("--frame-seconds", type=int, default=20, help="seconds of each run (default 20)")
    parser.add_argument("--rate", type=float, default=120.0, help="steps a second (default 120)")
    parser.add_argument("--plots", nargs="*", default=[], help="keys of plots to bring to the front")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "gradviz-long-session")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "xcb" if os.environ.get("DISPLAY") else "offscreen")
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory(dir=options.folder.parent) as state:
        os.environ["GRADVIZ_STATE"] = state
        found = {
            (layers, steps): _followed(options, layers, steps, Path(state))
            for layers in options.layers
            for steps in options.steps
        }
    rows = [
        [
            f"{layers:,} layers, step {steps:,}",
            f"{frames['count']:.0f}",
            *(f"{frames[name] * 1e3:.1f}" for name in ("p50", "p99", "worst")),
            f"{frames['memory_mb']:.0f}",
        ]
        for (layers, steps), frames in found.items()
    ]
    head = ["", "frames", "p50 ms", "p99 ms", "worst ms", "memory MB"]
    results = {"live_depth": {f"{layers}x{steps}": frames for (layers, steps), frames in found.items()}}
    text = blocks.table("Intervals between the window's frames", head, rows)
    blocks.report(results, as_json=options.json, texts=[text])


def _followed(options: Any, layers: int, steps: int, state: Path) -> dict[str, float]:
    """Frames of one run in a window of its own."""
    source, _ = session(options.folder, layers, steps, BUDGET)
    target = state / f"{layers}x{steps}.gradviz"
    with written(source, target, options.rate):
        stage = Stage()
        frames = Frames(stage)
        try:
            stage.window.files.open_source(str(target))
            clock = stage.runs.clock
            stage.until(lambda: clock.snapshot is not None, "the run did not come")
            for key in options.plots:
                stage.window.plots.show_plot(key)
            stage.wait(SETTLE_S)
            for _ in range(options.frame_seconds):
                frames.second(options.limit)
            return frames.take() | {"memory_mb": stage.memory_mb(), "step": clock.snapshot.last_step}
        finally:
            stage.close()


@contextmanager
def written(source: Path, target: Path, rate: float) -> Iterator[None]:
    """A process that goes on with the run of a session meanwhile; the file at `target` leads to it."""
    command = [sys.executable, Path(__file__).parent / "long_run.py", target]
    command += ["--live", source, "--rate", str(rate)]
    writer = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        if not writer.stdout.readline():
            raise RuntimeError("the run could not be gone on with")
        yield
    finally:
        writer.communicate()


if __name__ == "__main__":
    main()
