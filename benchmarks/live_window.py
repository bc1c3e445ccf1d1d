"""What the open, drawing window costs the training, and how evenly it draws.

Steps a second of a 20 × 64 MLP (batch 128) in the real engine process: with the window open and drawing,
with the window hidden (it does not draw then), and of a bare training script; these take turns within one
run, the others paused. Then the intervals between the window's frames, in those blocks and while 200
narrow layers train; a frame is a snapshot painted, and a second in which others used the machine is left out.
The engine and the script have all cores but one.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import blocks

if TYPE_CHECKING:
    from gradviz.records.reader import RunReader
    from gradviz.spec.experiment import ExperimentSpec

ROOT = Path(__file__).parent.parent
SETTLE_S = 0.4
STARTUP_S = 60.0
TWO_HUNDRED_LAYERS = (
    "model.layers[1].times=199",
    "model.layers[1].body[0].out_features=8",
    "data.batch_size=8",
)
"""Narrow, so that steps come faster than frames: what is new is what is drawn."""
ENDLESS = "training.steps=100000000"


def main() -> None:
    """Compare, or be the bare script."""
    if sys.argv[1:] == ["--be-bare"]:
        _be_bare()
        return
    parser = blocks.arguments(__doc__.partition("\n")[0])
    parser.set_defaults(seconds=1.0)
    parser.add_argument("--frame-seconds", type=int, default=20, help="seconds of 200 layers (default 20)")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "xcb" if os.environ.get("DISPLAY") else "offscreen")
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as state:
        os.environ["GRADVIZ_STATE"] = state
        results, texts = _measure(options)
    blocks.report(results, as_json=options.json, texts=texts)


def _measure(options: Any) -> tuple[dict[str, Any], list[str]]:
    stage = Stage()
    bare = BareScript()
    try:
        stage.train("example:vanishing", "data.batch_size=128", ENDLESS)
        frames = Frames(stage)
        comparison = blocks.compare(
            lambda seconds: stage.block(seconds, shown=False),
            {
                "window open and drawing": frames.counted(lambda s: stage.block(s, shown=True)),
                "bare script, no engine": bare.block,
            },
            name="engine, window hidden",
            rounds=options.rounds,
            seconds=options.seconds,
            limit=options.limit,
        )
        shallow, memory = frames.take(), stage.memory_mb()
        stage.train("example:vanishing", *TWO_HUNDRED_LAYERS, ENDLESS)
        for _ in range(options.frame_seconds):
            frames.second(options.limit)
        deep, memory_deep = frames.take(), stage.memory_mb()
        torch_loaded = "torch" in sys.modules
    finally:
        bare.close()
        stage.close()
    speed = {o.name: 1 / o.ratio for o in comparison.outcomes}
    rows = [
        ["20 hidden layers", *_cells(shallow), f"{memory:.0f}"],
        ["200 layers", *_cells(deep), f"{memory_deep:.0f}"],
    ]
    texts = [
        blocks.show("20 × 64 MLP, batch 128", comparison),
        *(
            f"steps per second, {name} / engine with hidden window: {value:.3f}"
            for name, value in speed.items()
        ),
        "",
        blocks.table("Window", ["", "frames", "p50 ms", "p99 ms", "worst ms", "memory MB"], rows),
        f"torch in the window's process: {'yes' if torch_loaded else 'no'}",
    ]
    results = {
        "live_window": blocks.raw(comparison),
        "speed": speed,
        "frames": {"20": shallow, "200": deep},
        "memory_mb": {"20": memory, "200": memory_deep},
        "torch_in_window": torch_loaded,
    }
    return results, texts


def _cells(frames: dict[str, float]) -> list[str]:
    return [
        f"{frames['count']:.0f}",
        *(f"{frames[name] * 1e3:.1f}" for name in ("p50", "p99", "worst")),
    ]


class Stage:
    """The real window with its engine, and the run that trains in it."""

    def __init__(self) -> None:
        from PySide6.QtWidgets import QApplication

        from gradviz.views.app import Opening, build_window

        self.app = QApplication.instance() or QApplication(sys.argv[:1])
        self.app.setQuitOnLastWindowClosed(False)
        self.window = build_window(self.app)
        self.reader: RunReader | None = None
        self.timed = (0.0, 0.0)
        Opening(self.window)
        self.window.resize(1280, 800)
        self.window.show()
        self.until(lambda: self.window.plots is not None, "the plots did not come")
        self.document, self.host, self.runs = self.window.document, self.window.host, self.window.runs
        self.until(lambda: self.host.status.is_up, "the engine did not start")

    def train(self, example: str, *overrides: str) -> None:
        """Stop what trains and train this instead, from its first recorded step on."""
        from gradviz.paths import resources
        from gradviz.spec.examples import load_experiment

        self.train_experiment(load_experiment(example, None, resources() / "examples", overrides))

    def train_experiment(self, experiment: ExperimentSpec) -> None:
        """The same for an experiment that is not in a file."""
        self._stop()
        self.window.show()
        self.document.edit(experiment, "benchmark")
        self.runs.train()
        self.until(lambda: self.host.status.is_training, "the run did not start")
        entry = self.document.runs[-1]
        self.until(entry.source.exists, "the run has no store")
        self.wait(1.0)
        self.reader = entry.open()

    def block(self, seconds: float, *, shown: bool) -> float:
        """Seconds a step takes, with the window shown or hidden; the run is paused before and after."""
        self.host.resume()
        self.window.setVisible(shown)
        self.wait(SETTLE_S)
        first, start = self.last_step(), time.perf_counter()
        self.wait(seconds)
        last, end = self.last_step(), time.perf_counter()
        self.host.pause()
        self.wait(SETTLE_S / 2)
        self.timed = (start, end)
        return (end - start) / max(1, last - first)

    def last_step(self) -> int:
        """The newest step that the store has."""
        self.reader.refresh()
        return self.reader.last_step

    def wait(self, seconds: float) -> None:
        """Let the window live for so long."""
        from PySide6.QtCore import QEventLoop, Qt, QTimer

        loop = QEventLoop()
        end = QTimer(singleShot=True, interval=int(seconds * 1000), timerType=Qt.TimerType.PreciseTimer)
        end.timeout.connect(loop.quit)
        end.start()
        loop.exec()

    def until(self, holds: Callable[[], bool], complaint: str) -> None:
        """Let the window live until `holds` does."""
        deadline = time.perf_counter() + STARTUP_S
        while not holds():
            if time.perf_counter() > deadline:
                raise TimeoutError(complaint)
            self.wait(0.02)

    def memory_mb(self) -> float:
        """Resident memory of the window's process."""
        import psutil

        return psutil.Process().memory_info().rss / 1e6

    def close(self) -> None:
        """Stop the run and end the engine."""
        self._stop()
        self.runs.close()
        self.host.close()
        self.document.close()
        self.window.deleteLater()
        self.app.processEvents()

    def _stop(self) -> None:
        if self.reader is not None:
            self.reader.close()
            self.reader = None
            self.host.stop()
            self.until(lambda: not self.host.status.is_training, "the run did not stop")


class Frames:
    """The moments at which the window had painted a snapshot, and the intervals between them.

    Painting one snapshot takes several repaints (a plot's axis follows its curve): it is done when the event
    loop has nothing left to do. What is repainted later, by other timers, is no frame.
    """

    def __init__(self, stage: Stage) -> None:
        from PySide6.QtCore import QAbstractEventDispatcher, QEvent, QObject

        class Watcher(QObject):
            awaited = repainted = False

            def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
                self.repainted |= self.awaited and event.type() == QEvent.Type.UpdateRequest
                return False

            def next_snapshot(self, _snapshot: object) -> None:
                self.awaited, self.repainted = True, False

            def idle(self) -> None:
                if self.repainted:
                    moments.append(time.perf_counter())
                    self.awaited = self.repainted = False

        self._stage = stage
        self._moments = moments = []
        self._intervals: list[float] = []
        self._watcher = Watcher()
        stage.window.installEventFilter(self._watcher)
        stage.runs.clock.refreshed.connect(self._watcher.next_snapshot)
        QAbstractEventDispatcher.instance().aboutToBlock.connect(self._watcher.idle)

    def counted(self, block: blocks.Block) -> blocks.Block:
        """The same block, with the intervals of its frames kept."""

        def run(seconds: float) -> float:
            self._moments.clear()
            cost = block(seconds)
            start, end = self._stage.timed
            self._keep([moment for moment in self._moments if start <= moment <= end])
            return cost

        return run

    def second(self, limit: float) -> None:
        """Watch for a second; keep its intervals if others left the machine alone."""
        self._moments.clear()
        load = blocks.ForeignLoad()
        self._stage.wait(1.0)
        if load.since() <= limit:
            self._keep(self._moments)

    def take(self) -> dict[str, float]:
        """Median, 99th percentile and worst of the intervals kept so far (seconds), which are forgotten."""
        intervals, self._intervals = sorted(self._intervals), []
        if len(intervals) < 2:
            raise blocks.DisturbedError("no frames were counted in a quiet second")
        return {
            "count": len(intervals),
            "p50": statistics.median(intervals),
            "p99": statistics.quantiles(intervals, n=100, method="inclusive")[98],
            "worst": intervals[-1],
        }

    def _keep(self, moments: list[float]) -> None:
        self._intervals += [later - earlier for earlier, later in pairwise(moments)]


class BareScript:
    """The bare training script, in a process that trains only when told to."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--be-bare"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def block(self, seconds: float) -> float:
        """Seconds a step takes, over so many seconds."""
        self._process.stdin.write(f"{seconds}\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def _be_bare() -> None:
    import torch
    from torch import nn

    torch.set_num_threads(max(1, len(os.sched_getaffinity(0)) - 1))
    torch.manual_seed(0)
    hidden = [module for _ in range(20) for module in (nn.Linear(64, 64), nn.Sigmoid())]
    model = nn.Sequential(nn.Flatten(), *hidden, nn.Linear(64, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    inputs, targets = torch.randn(1437, 1, 8, 8), torch.randint(0, 10, (1437,))

    def step() -> None:
        chosen = torch.randint(0, len(inputs), (128,))
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(inputs[chosen]), targets[chosen]).backward()
        optimizer.step()

    block = blocks.stepping(step)
    for line in sys.stdin:
        print(block(float(line)), flush=True)


if __name__ == "__main__":
    main()
