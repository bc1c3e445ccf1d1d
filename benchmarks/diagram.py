"""How evenly the network diagram moves, and how long it takes to make: 1,000 layers, and a ResNet of 110.

In the real window, with the engine training that very network: the time between two paintings of the
diagram while it is panned and while it is zoomed, both as fast as a screen of 60 Hz asks for; and how long
the window stands still when the diagram is made anew after an edit. A second in which others used the
machine is left out, unless --limit allows for it.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import blocks
from live_window import Stage

if TYPE_CHECKING:
    from gradviz.spec.experiment import ExperimentSpec
    from gradviz.views.diagram.diagram_view import DiagramView

ROOT = Path(__file__).parent.parent
TICK_MS = 16
ANEW = 20
SETTLE_S = 1.0


def main() -> None:
    """Measure and report."""
    parser = blocks.arguments(__doc__.partition("\n")[0])
    parser.set_defaults(seconds=6.0)
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "xcb" if os.environ.get("DISPLAY") else "offscreen")
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as state:
        os.environ["GRADVIZ_STATE"] = state
        results = _measure(options)
    rows = [
        [
            name,
            gesture,
            f"{found['count']:.0f}",
            *(f"{found[key] * 1e3:.1f}" for key in ("p50", "p99", "worst")),
        ]
        for name, gestures in results.items()
        for gesture, found in gestures.items()
    ]
    table = blocks.table("Diagram", ["", "", "frames", "p50 ms", "p99 ms", "worst ms"], rows)
    blocks.report({"diagram": results}, as_json=options.json, texts=[table])


def _measure(options: Any) -> dict[str, dict[str, dict[str, float]]]:
    stage = Stage()
    results = {}
    try:
        for name, experiment in experiments().items():
            stage.train_experiment(experiment)
            stage.window.actions_by_key["view.diagram"].setChecked(True)
            view = stage.window.plots.diagram.view
            stage.until(lambda shown=view: len(shown.outline.measured) > 50, "the engine did not answer")
            stage.wait(SETTLE_S)
            gestures: dict[str, Callable[[int], None]] = {
                "panned": lambda tick, shown=view: _pan(shown, tick),
                "zoomed": lambda tick, shown=view: _zoom(shown, tick),
            }
            results[name] = {
                gesture: Paintings(stage, view).watch(options.seconds, options.limit, move)
                for gesture, move in gestures.items()
            }
            results[name]["made anew"] = _made_anew(stage)
    finally:
        stage.close()
    return results


def experiments() -> dict[str, ExperimentSpec]:
    """A plain network of 1,000 layers, and a residual one of 110 in three stages."""
    from gradviz.spec.experiment import DataSpec, ExperimentSpec, LayerSpec, ModelSpec, TrainingSpec

    def layer(kind: str, *body: LayerSpec, **parameters: Any) -> LayerSpec:
        return LayerSpec(kind=kind, parameters=parameters, body=body)

    def residual(channels: int, stride: int) -> LayerSpec:
        def convolution(step: int) -> LayerSpec:
            return layer("Conv2d", out_channels=channels, kernel_size=3, padding=1, stride=step, bias=False)

        norm = layer("BatchNorm2d")
        return layer("Residual", convolution(stride), norm, layer("ReLU"), convolution(1), norm)

    def stage(channels: int, stride: int) -> tuple[LayerSpec, ...]:
        rounds = layer("Repeat", residual(channels, 1), layer("ReLU"), times=17)
        return residual(channels, stride), layer("ReLU"), rounds

    head = (layer("Flatten"), layer("Linear", out_features="classes"))
    first = layer("Conv2d", out_channels=8, kernel_size=3, padding=1, bias=False)
    stages = (*stage(8, 1), *stage(16, 2), *stage(32, 2))
    base = ExperimentSpec(data=DataSpec(batch_size=8), training=TrainingSpec(steps=100_000_000))
    plain = tuple(layer("Linear", out_features=8) for _ in range(999))
    return {
        "1,000 Linear layers": replace(base, model=ModelSpec(layers=(head[0], *plain, head[1]))),
        "110-layer ResNet": replace(base, model=ModelSpec(layers=(first, *stages, *head))),
    }


def _pan(view: DiagramView, tick: int) -> None:
    """Down and up again, with a zoom at which names are read."""
    if tick == 0:
        view.zoom(0.6 / view.camera.zoom)
    view.move_camera(view.camera.panned(0, 37 if tick // 60 % 2 == 0 else -37))


def _zoom(view: DiagramView, tick: int) -> None:
    """In and out, from all of it to large cards."""
    if tick == 0:
        view.show_all()
    view.zoom(1.09 if tick // 50 % 2 == 0 else 1 / 1.09)


def _made_anew(stage: Stage) -> dict[str, float]:
    """How long the diagram keeps the window when the engine has answered an edit."""
    from gradviz.control.engine_state import InspectionReply
    from gradviz.views.diagram.diagram_conductor import DiagramConductor

    plots = stage.window.plots
    conductor = plots.findChild(DiagramConductor)
    answer = InspectionReply(id=0, inspection=stage.window.layer_model.inspection)
    taken = []
    for _ in range(ANEW):
        stage.wait(0.05)
        start = time.perf_counter()
        conductor.set_inspection(answer)
        plots.diagram.view.viewport().repaint()
        taken.append(time.perf_counter() - start)
    if not plots.diagram.view.scene.boxes:
        raise RuntimeError("nothing was drawn")
    return _summary(taken)


class Paintings:
    """The moments at which the diagram had been painted."""

    def __init__(self, stage: Stage, view: DiagramView) -> None:
        from PySide6.QtCore import QEvent, QObject

        class Watcher(QObject):
            def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
                if event.type() == QEvent.Type.Paint:
                    moments.append(time.perf_counter())
                return False

        self._stage = stage
        self._moments: list[float] = []
        moments = self._moments
        self._viewport = view.viewport()
        self._watcher = Watcher()

    def watch(self, seconds: float, limit: float, move: Callable[[int], None]) -> dict[str, float]:
        """Intervals over so many quiet seconds, moved at every tick."""
        from PySide6.QtCore import Qt, QTimer

        ticks = iter(range(10**9))
        timer = QTimer(interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        timer.timeout.connect(lambda: move(next(ticks)))
        self._viewport.installEventFilter(self._watcher)
        timer.start()
        intervals: list[float] = []
        for _ in range(round(seconds)):
            self._moments.clear()
            load = blocks.ForeignLoad()
            self._stage.wait(1.0)
            if load.since() <= limit:
                intervals += [later - earlier for earlier, later in pairwise(self._moments)]
        timer.stop()
        self._viewport.removeEventFilter(self._watcher)
        if len(intervals) < 2:
            raise blocks.DisturbedError("no frames were counted in a quiet second")
        return _summary(intervals)


def _summary(times: list[float]) -> dict[str, float]:
    return {
        "count": len(times),
        "p50": statistics.median(times),
        "p99": statistics.quantiles(times, n=100, method="inclusive")[98],
        "worst": max(times),
    }


if __name__ == "__main__":
    main()
