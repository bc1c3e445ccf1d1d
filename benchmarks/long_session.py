"""How a session of 1,000,000 steps × 200 layers opens, zooms and scrubs in the real window.

The session is made once (`long_run.py`: what a real run records, by the real writer) and kept in a folder.
Opened is the time from the call that opens the file to the picture after which no other follows: every shown
plot is painted then. A zoom or scrub is timed from the gesture to the painted picture of it, at random
places, in every tab; a gesture's own repaints count. Offscreen there is no compositor behind the painting;
under Xvfb (`xvfb-run`) the picture also goes to a server.

With `--runs N` the session has N such runs, and the others are compared with the shown one. A picture is
timed as above; the others follow it in turns, and how long until the last one is drawn is told besides.

With `--tensorboard-python`, a Python that has TensorBoard, the same scalars of every step are written by its
EventFileWriter and read by its EventAccumulator as for its time series (1,000 points of each are kept), for
fewer steps; sizes and times are extrapolated by the number of scalars. Its data server in Rust reads faster.
"""

from __future__ import annotations

import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import blocks
from live_window import ROOT, Stage

HERE = Path(__file__).parent
REST_S = 0.06
CALM_S = 0.5
"""So long no other picture has come: the one before was complete."""
PATIENCE_S = 60.0


def main() -> None:
    """Make the session where there is none yet, and measure it."""
    parser = blocks.arguments(__doc__.partition("\n")[0])
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--layers", type=int, default=200)
    parser.add_argument("--budget", type=int, default=1_000_000_000, help="bytes of the run (default 1 GB)")
    parser.add_argument("--gestures", type=int, default=30, help="zooms and scrubs in each tab (default 30)")
    parser.add_argument("--runs", type=int, default=1, help="runs of the session, all compared (default 1)")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "gradviz-long-session")
    parser.add_argument("--tensorboard-python", metavar="PYTHON", help="a Python that has TensorBoard")
    parser.add_argument("--tensorboard-steps", type=int, default=2000)
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "xcb" if os.environ.get("DISPLAY") else "offscreen")
    sys.path.insert(0, str(ROOT))
    path, made = session(options.folder, options.layers, options.steps, options.budget)
    shown = several(path, options.runs, options.budget) if options.runs > 1 else path
    with tempfile.TemporaryDirectory() as state:
        os.environ["GRADVIZ_STATE"] = state
        results, texts = measure(shown, options)
    results["session"] = made | {"bytes": path.stat().st_size, "budget": options.budget}
    texts.insert(0, _size_table(results["session"], options))
    if options.tensorboard_python:
        found = tensorboard(options.tensorboard_python, options.layers, options.tensorboard_steps)
        results["tensorboard"] = found
        texts.append(_tensorboard_table(found, options.steps))
    blocks.report(results, as_json=options.json, texts=texts)


def session(folder: Path, layers: int, steps: int, budget: int) -> tuple[Path, dict[str, float]]:
    """The saved session and what making it took; made where the folder has none of this size."""
    path = folder / f"{steps}x{layers}-{budget}.gradviz"
    note = path.with_suffix(".json")
    if not (path.exists() and note.exists()):
        folder.mkdir(parents=True, exist_ok=True)
        wanted = ["--layers", str(layers), "--steps", str(steps), "--budget", str(budget)]
        done = subprocess.run(
            [sys.executable, HERE / "long_run.py", path, *wanted],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        note.write_text(done.stdout, "utf-8")
    return path, json.loads(note.read_text("utf-8"))


def several(path: Path, runs: int, budget: int) -> Path:
    """The session of so many runs like that of the document; made where the folder has none."""
    target = path.with_stem(f"{path.stem}-{runs}runs")
    if not target.exists():
        wanted = ["--of", path, "--runs", str(runs), "--budget", str(budget)]
        subprocess.run([sys.executable, HERE / "long_run.py", target, *wanted], check=True)
    return target


def measure(path: Path, options: Any) -> tuple[dict[str, Any], list[str]]:
    """Open it, and move about in every tab."""
    stage = Stage()
    pictures = Pictures(stage)
    try:
        stage.wait(1.0)
        load = blocks.ForeignLoad()
        before = stage.memory_mb()
        opened = pictures.burst(lambda: stage.window.files.open_source(str(path)))
        compared = pictures.comparing(lambda: _compare_all(stage))
        frames = {name: _moved(stage, pictures, options.gestures) for name in tabs(stage, pictures)}
        chosen = pictures.burst(lambda: _select_every_layer(stage))
        foreign = load.since()
        memory = {
            "empty": before,
            "at the end": stage.memory_mb(),
            "at most": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            * (1 if sys.platform == "darwin" else 1024)
            / 1e6,
        }
    finally:
        stage.close()
    every = {
        kind: [taken for found in frames.values() for taken in found[kind]] for kind in ("zoom", "scrub")
    }
    rows = [
        [name, *_cells(found["zoom"]), *_cells(found["scrub"])]
        for name, found in [*frames.items(), ("all of them", every)]
    ]
    head = ["", "zoom p50", "p99", "worst", "scrub p50", "p99", "worst"]
    texts = [
        f"Opened: first picture {opened[0] * 1e3:.0f} ms, complete {opened[-1] * 1e3:.0f} ms",
        f"Memory: {' MB, '.join(f'{name} {size:.0f}' for name, size in memory.items())} MB",
        f"Platform “{stage.app.platformName()}”; foreign load {foreign:.1%}.",
        "",
        blocks.table("From gesture to painted picture, ms", head, rows),
    ]
    if options.runs > 1:
        others = f"Compared with {options.runs - 1} other runs: drawn after {compared * 1e3:.0f} ms"
        texts.insert(1, f"{others}, after a zoom or scrub within {max(pictures.followed) * 1e3:.0f} ms")
    results = {
        "opened": opened,
        "compared": compared,
        "followed": _summary(pictures.followed),
        "selected": chosen,
        "frames": {
            name: {kind: _summary(taken) for kind, taken in found.items()} for name, found in frames.items()
        },
        "all": {kind: _summary(taken) for kind, taken in every.items()},
        "memory_mb": memory,
        "foreign": foreign,
    }
    return results, texts


def tabs(stage: Stage, pictures: Pictures) -> Iterator[str]:
    """Show each plot in turn, the others as they are at first; its key, when its picture is complete."""
    plots = stage.window.plots
    pictures.burst(lambda: stage.window.wiring.selection.select_row(0))
    for place in plots.places.values():
        front = place.key
        for key in place.keys:
            pictures.burst(lambda key=key: plots.show_plot(key))
            yield key
        pictures.burst(lambda key=front: plots.show_plot(key))
    diagram = stage.window.actions_by_key["view.diagram"]
    pictures.burst(lambda: diagram.setChecked(True))
    yield "diagram"
    pictures.burst(lambda: diagram.setChecked(False))


class Pictures:
    """Tells how long the window takes from a gesture to a painted picture of it."""

    def __init__(self, stage: Stage) -> None:
        from PySide6.QtCore import QEvent, QObject

        class Watcher(QObject):
            def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
                if event.type() == QEvent.Type.UpdateRequest:
                    own.painted = time.perf_counter()
                return False

            def taken(self, _snapshot: object) -> None:
                own.seen = time.perf_counter()

        own = self
        self._stage = stage
        self.painted = self.seen = 0.0
        self.followed: list[float] = []
        self._watcher = Watcher()
        stage.window.installEventFilter(self._watcher)
        stage.runs.clock.refreshed.connect(self._watcher.taken)

    def one(self, gesture: Callable[[], object]) -> float:
        """Seconds until the next picture after the gesture is painted, and nothing is left to paint.

        The window is at rest before: while gestures follow each other, pictures come every 33 ms anyway.
        """
        self._stage.wait(REST_S)
        start = time.perf_counter()
        self.seen = 0.0
        gesture()
        self._until(lambda: self.seen and self.painted > self.seen)
        self._stage.app.processEvents()
        taken = time.perf_counter() - start
        self.followed.append(self.comparing(lambda: None) + taken)
        return taken

    def comparing(self, gesture: Callable[[], object]) -> float:
        """Seconds until all compared runs are read and painted after the gesture."""
        start = time.perf_counter()
        gesture()
        self._until(lambda: not self._stage.runs.comparison.is_late)
        self._stage.app.processEvents()
        return time.perf_counter() - start

    def burst(self, gesture: Callable[[], object]) -> list[float]:
        """Seconds until each picture after the gesture was painted, until none comes for a while."""
        start = time.perf_counter()
        found: list[float] = []
        self.seen = self.painted = 0.0
        gesture()
        while time.perf_counter() < max(self.seen, self.painted, start) + CALM_S:
            self._stage.app.processEvents()
            if self.seen and self.painted > self.seen:
                found.append(self.painted - start)
                self.seen = 0.0
        return found or [0.0]

    def _until(self, holds: Callable[[], object]) -> None:
        deadline = time.perf_counter() + PATIENCE_S
        while not holds():
            if time.perf_counter() > deadline:
                raise TimeoutError("no picture came")
            self._stage.app.processEvents()


def _moved(stage: Stage, pictures: Pictures, count: int) -> dict[str, list[float]]:
    """The times of random zooms and scrubs; the whole run is in sight again afterwards."""
    chance = random.Random(0)
    last = stage.runs.clock.snapshot.last_step
    found: dict[str, list[float]] = {"zoom": [], "scrub": []}
    box = stage.window.plots.flow.canvas.boxes[0]

    def zoom(first: int, end: int) -> None:
        box.setXRange(first, end, padding=0)
        box.sigRangeChangedManually.emit(box.state["mouseEnabled"])

    def stretch() -> tuple[int, int]:
        width = round(10 ** chance.uniform(2, 6) * (last + 1) / 1e6) + 10
        first = chance.randrange(max(1, last - width))
        return first, min(first + width, last - 1)

    zoomed = None
    for _ in range(count):
        zoomed = _another(stretch, zoomed)
        found["zoom"].append(pictures.one(lambda zoomed=zoomed: zoom(*zoomed)))
        step = _another(lambda: chance.randrange(last), stage.runs.clock.snapshot.cursor)
        found["scrub"].append(pictures.one(lambda step=step: stage.runs.clock.set_cursor(step)))
    pictures.burst(stage.window.plots.flow.reset_view)
    return found


def _another(draw: Callable[[], Any], before: object) -> Any:
    """The first that is another than before: what is shown already makes no picture."""
    while (found := draw()) == before:
        pass
    return found


def _compare_all(stage: Stage) -> None:
    for run in stage.document.runs:
        stage.runs.comparison.set_compared(run.id, on=True)


def _select_every_layer(stage: Stage) -> None:
    for row in range(len(stage.runs.clock.snapshot.run.measured)):
        stage.window.wiring.selection.select_row(row)
        stage.wait(0.05)


def tensorboard(python: str, layers: int, steps: int) -> dict[str, float]:
    """What TensorBoard takes for the same scalars over so many steps, measured by that Python."""
    done = subprocess.run(
        [python, HERE / "tensorboard_scalars.py", str(layers), str(steps)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def _size_table(made: dict[str, float], options: Any) -> str:
    rows = [
        ["recorded (norms, losses, histograms, gains, …)", f"{made['written_s']:.0f} s"],
        ["of it a step", f"{made['written_s'] / options.steps * 1e6:.1f} µs"],
        ["saved as a document", f"{made['saved_s']:.1f} s"],
        ["file", f"{made['bytes'] / 1e6:.0f} MB"],
        ["budget", f"{made['budget'] / 1e6:.0f} MB"],
    ]
    return blocks.table(f"{options.steps:,} steps × {options.layers} layers", ["", ""], rows)


def _tensorboard_table(found: dict[str, float], steps: int) -> str:
    more = steps / found["steps"]
    rows = [
        [f"{found['steps']:,.0f} steps, measured", *_board_cells(found, 1)],
        [f"{steps:,} steps, extrapolated", *_board_cells(found, more)],
    ]
    head = ["", "scalars", "file MB", "written s", "read s", "memory MB"]
    return blocks.table("The same scalars of every step in TensorBoard", head, rows)


def _board_cells(found: dict[str, float], more: float) -> list[str]:
    scaled = (found["scalars"], found["bytes"] / 1e6, found["written_s"], found["read_s"])
    memory = f"{found['memory_mb']:.0f}" if more == 1 else ""
    return [f"{value * more:,.0f}" for value in scaled] + [memory]


def _summary(times: list[float]) -> dict[str, float]:
    several = times if len(times) > 1 else times * 2
    return {
        "count": len(times),
        "p50": statistics.median(times),
        "p99": statistics.quantiles(several, n=100, method="inclusive")[98],
        "worst": max(times),
    }


def _cells(times: list[float]) -> list[str]:
    found = _summary(times)
    return [f"{found[name] * 1e3:.1f}" for name in ("p50", "p99", "worst")]


if __name__ == "__main__":
    main()
