"""How quickly the model builder answers: python benchmarks/builder.py [--repeats N].

For a network of 200 layers, an MLP of 1,000 layers and a residual network of 110: the time from an edit until
its shapes are in the tree and painted (the engine is asked in between), and the intervals between the frames
that a window could have painted meanwhile, while it is edited, undone, folded and a slider is dragged.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

from gradviz.spec.experiment import DataSpec, ExperimentSpec, LayerSpec, ModelSpec

ANSWER_S = 30.0
FRAME_MS = 4
PAUSE_S = 0.12


def layer(kind: str, *body: LayerSpec, **parameters: object) -> LayerSpec:
    """A layer in one line."""
    return LayerSpec(kind=kind, parameters=parameters, body=body)


def mlp(layers: int, *, activations: bool) -> tuple[LayerSpec, ...]:
    """That many layers one after the other, every one a row of its own."""
    rows = [layer("Flatten")]
    while len(rows) < layers - 1:
        rows.append(layer("Linear", out_features=64))
        if activations:
            rows.append(layer("ReLU"))
    return (*rows[: layers - 1], layer("Linear", out_features="classes"))


def residual_network() -> tuple[LayerSpec, ...]:
    """A residual network for small images with 110 weight layers, every block a row of its own."""

    def convolution(channels: int, stride: int = 1) -> LayerSpec:
        return layer("Conv2d", out_channels=channels, kernel_size=3, stride=stride, padding=1, bias=False)

    rows = [convolution(16), layer("BatchNorm2d"), layer("ReLU")]
    for channels in (16, 32, 64):
        for block in range(18):
            stride = 2 if channels > 16 and block == 0 else 1
            first = (convolution(channels, stride), layer("BatchNorm2d"), layer("ReLU"))
            rows.append(layer("Residual", *first, convolution(channels), layer("BatchNorm2d")))
            rows.append(layer("ReLU"))
    rows.append(layer("AdaptiveAvgPool2d", output_size=1))
    return (*rows, layer("Flatten"), layer("Linear", out_features="classes"))


@dataclass(kw_only=True)
class Figures:
    """What was measured of one network."""

    shown: list[float] = field(default_factory=list)
    frames: list[float] = field(default_factory=list)


class Stage:
    """The real window with its engine."""

    def __init__(self) -> None:
        from PySide6.QtCore import QEvent, QObject, QTimer
        from PySide6.QtWidgets import QApplication

        from gradviz.views.app import Opening, build_window

        class Painted(QObject):
            at = 0.0

            def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
                if event.type() == QEvent.Type.Paint:
                    self.at = time.perf_counter()
                return False

        self.app = QApplication(sys.argv[:1])
        self.window = build_window(self.app)
        Opening(self.window)
        self.window.resize(1280, 800)
        self.window.show()
        self.until(lambda: self.window.plots is not None, "the plots did not come")
        self.until(lambda: self.window.host.status.is_up, "the engine did not start")
        self.document, self.builder = self.window.document, self.window.left.builder
        self.painted = Painted()
        self.builder.tree.viewport().installEventFilter(self.painted)
        self.answered = 0.0
        self.window.host.inspected.connect(self._on_inspected)
        self.ticks: list[float] = []
        self._clock = QTimer()
        self._clock.setInterval(FRAME_MS)
        self._clock.timeout.connect(lambda: self.ticks.append(time.perf_counter()))
        self._clock.start()

    def open(self, name: str, layers: tuple[LayerSpec, ...], data: DataSpec) -> None:
        """Begin with another network, and wait until it is known."""
        before = self.answered
        self.document.new(ExperimentSpec(name=name, data=data, model=ModelSpec(layers=layers)))
        self.until(lambda: self.answered > before, "the network was not inspected")
        if problems := self.window.layer_model.problems:
            raise ValueError(problems)
        self.wait(0.5)

    def timed(self, edit: Callable[[], object]) -> float:
        """Seconds from an edit to the paint that shows what the engine says about it."""
        self.answered = 0.0
        start = time.perf_counter()
        edit()
        self.until(lambda: self.answered > start, "no answer came")
        self.builder.tree.viewport().update()  # also where the answer is what was shown already
        self.until(lambda: self.painted.at > self.answered, "no answer was painted")
        return self.painted.at - start

    def watched(self, act: Callable[[], object]) -> list[float]:
        """The intervals between possible frames while something is done."""
        self.ticks.clear()
        act()
        self.wait(PAUSE_S)
        return [later - earlier for earlier, later in pairwise(self.ticks)]

    def wait(self, seconds: float) -> None:
        """Let the window live for so long."""
        end = time.perf_counter() + seconds
        self.until(lambda: time.perf_counter() >= end, "")

    def until(self, holds: Callable[[], bool], complaint: str) -> None:
        """Let the window live until `holds` does."""
        deadline = time.perf_counter() + ANSWER_S
        while not holds():
            if time.perf_counter() > deadline:
                raise TimeoutError(complaint)
            self.app.processEvents()
            time.sleep(0.0005)

    def close(self) -> None:
        """End the engine."""
        self._clock.stop()
        self.window.runs.close()
        self.window.host.close()
        self.document.close()
        self.window.deleteLater()
        self.app.processEvents()

    def _on_inspected(self, _reply: object) -> None:
        self.answered = time.perf_counter()


def measure(stage: Stage, repeats: int) -> Figures:
    """Edits of the network that is open: their answers, then the frames meanwhile."""
    figures = Figures()
    tree, document = stage.builder.tree, stage.document
    paths = [path for path, spec in document.experiment.model.walk() if not spec.body and path[0] > 0]
    weighty = [path for path in paths if _spec(document, path).kind in ("Linear", "Conv2d")]
    editable = weighty[:: max(1, len(weighty) // repeats)]
    for number in range(repeats):
        path = editable[number % len(editable)]
        tree.select_paths([path])
        edit = [
            lambda path=path: document.set_parameter(path, "bias", not _has_bias(document, path)),
            lambda path=path: document.add_layer(path, layer("ReLU")),
            document.undo_stack.undo,
            document.undo_stack.undo,
        ]
        figures.shown += [stage.timed(step) for step in edit]
    stage.wait(0.3)
    for number in range(repeats):
        path = editable[number % len(editable)]
        for act in (
            lambda path=path: document.add_layer(path, layer("ReLU")),
            document.undo_stack.undo,
            tree.collapseAll,
            tree.expandAll,
            lambda path=path: tree.select_paths([path]),
            stage.window.actions_by_key["layer.select_group"].trigger,
        ):
            figures.frames += stage.watched(act)
    return figures


def drag_depth(stage: Stage, repeats: int) -> Figures:
    """A depth slider dragged through its scale, a step every 16 ms: how far behind the shapes are."""
    figures = Figures()
    stage.builder.tree.select_paths([(1,)])
    told = []
    stage.window.host.inspected.connect(told.append)
    slider = stage.builder.form.sliders.rounds.slider
    slider.setSliderDown(True)

    def drag() -> None:
        for place in [*range(40, 90), *range(90, 40, -1)]:
            slider.setValue(place)
            stage.wait(0.016)

    for _ in range(max(1, repeats // 10)):
        told.clear()
        start = time.perf_counter()
        figures.frames += stage.watched(drag)
        figures.shown.append((time.perf_counter() - start) / max(1, len(told)))
    slider.setSliderDown(False)
    stage.window.host.inspected.disconnect(told.append)
    return figures


def _spec(document: object, path: tuple[int, ...]) -> LayerSpec:
    from gradviz.spec import tree

    return tree.at(document.experiment.model.layers, path)


def _has_bias(document: object, path: tuple[int, ...]) -> bool:
    return bool(_spec(document, path).parameters.get("bias", True))


def line(name: str, seconds: list[float]) -> str:
    """Median and 99th percentile in milliseconds."""
    ordered = sorted(seconds)
    p99 = statistics.quantiles(ordered, n=100, method="inclusive")[98] if len(ordered) > 1 else ordered[0]
    median = statistics.median(ordered)
    return f"{name:<44} p50 {median * 1e3:6.1f} ms   p99 {p99 * 1e3:6.1f} ms   n {len(ordered)}"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=20)
    repeats = parser.parse_args().repeats
    images = DataSpec(name="random", parameters={"shape": [3, 32, 32], "classes": 10, "samples": 64})
    networks = {
        "200 layers": (mlp(200, activations=True), DataSpec()),
        "MLP of 1,000 layers": (mlp(1000, activations=False), DataSpec()),
        "residual network, 110 layers": (residual_network(), images),
    }
    with tempfile.TemporaryDirectory() as state:
        os.environ["GRADVIZ_STATE"] = state
        stage = Stage()
        try:
            for name, (layers, data) in networks.items():
                stage.open(name, layers, data)
                figures = measure(stage, repeats)
                print(line(f"{name}: edit to shown", figures.shown))
                print(line(f"{name}: frame interval", figures.frames), flush=True)
            rounds = layer("Repeat", layer("Linear", out_features=64), layer("ReLU"), times=20)
            deep = (layer("Flatten"), rounds, layer("Linear", out_features="classes"))
            stage.open("depth slider", deep, DataSpec())
            figures = drag_depth(stage, repeats)
            print(line("depth slider: between two answers", figures.shown))
            print(line("depth slider: frame interval", figures.frames), flush=True)
        finally:
            stage.close()


if __name__ == "__main__":
    main()
