"""An engine host without an engine: it remembers what it was asked, and says what a test wants."""

from __future__ import annotations

from typing import Any

from gradviz.control.engine_host import EngineHost
from gradviz.control.engine_state import EngineState, EngineStatus, InspectionReply, LogLine, RunChange
from gradviz.records.layer import Inspection, LayerInfo, NodeInfo
from gradviz.spec.catalogue import Catalogue
from gradviz.spec.experiment import ExperimentSpec


class FakeHost(EngineHost):
    """`asked` holds (what, argument) in order."""

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__()
        self._catalogue = catalogue
        self.asked: list[tuple[str, Any]] = []
        self.ask_range_test = self._ask_range_test
        self.ask_preview = self._ask_preview
        self.ask_replay = self._ask_replay

    def start(self) -> None:
        self.asked.append(("start", None))

    def inspect(self, experiment: ExperimentSpec) -> int:
        self.asked.append(("inspect", experiment))
        return 0

    def train(self, request: Any) -> None:
        self.asked.append(("train", request))

    def pause(self) -> None:
        self.asked.append(("pause", None))

    def resume(self) -> None:
        self.asked.append(("resume", None))

    def step(self) -> None:
        self.asked.append(("step", None))

    def stop(self) -> None:
        self.asked.append(("stop", None))

    def set_lr(self, lr: float) -> None:
        self.asked.append(("set_lr", lr))

    def _ask_range_test(self, experiment: ExperimentSpec, **test: Any) -> int:
        self.asked.append(("range_test", test))
        return len(self.asked)

    def _ask_replay(self, run: str, path: Any, step: int) -> int:
        self.asked.append(("replay", (run, path, step)))
        return len(self.asked)

    def _ask_preview(self, parameters: dict[str, Any]) -> int:
        self.asked.append(("preview", parameters))
        return len(self.asked)

    def stop_range_test(self) -> None:
        self.asked.append(("stop_range_test", None))

    def focus(self, layer: int | None) -> None:
        self.asked.append(("focus", layer))

    def restart(self) -> None:
        self.asked.append(("restart", None))

    def orders(self) -> list[str]:
        """What was asked but inspections."""
        return [what for what, _ in self.asked if what not in {"inspect", "focus"}]

    def be(self, state: EngineState, text: str = "") -> None:
        """Take a state."""
        self._on_engine_changed(
            EngineStatus(
                state=state,
                text=text,
                catalogue=self._catalogue,
                devices=("cpu",),
                versions={"torch": "2.13.0"},
            )
        )

    def answer(self, inspection: Inspection | None, error: str = "") -> None:
        """Answer the newest question."""
        self.inspected.emit(InspectionReply(id=0, inspection=inspection, error=error))

    def tell(self, change: RunChange) -> None:
        """Tell of a run."""
        self.run_changed.emit(change)

    def log(self, level: str, text: str) -> None:
        """Send a log line."""
        self.logged.emit(LogLine(level=level, text=text))


def inspection_of_vanishing() -> Inspection:
    """What an engine says about the vanishing example, without one."""

    def linear(number: int, path: tuple[int, ...], repeat: tuple[int, ...], size: int) -> LayerInfo:
        return LayerInfo(
            index=2 * number,
            name=f"Linear {number + 1}",
            kind="Linear",
            path=path,
            repeat=repeat,
            module=str(number),
            output_shape=(size,),
            parameters=65 * size,
        )

    layers = [linear(number, (1, 0), (number,), 64) for number in range(20)]
    layers.append(linear(20, (2,), (), 10))
    nodes = [((0,), 64, 0), ((1,), 64, 83200), ((1, 0), 64, 4160), ((1, 1), 64, 0), ((2,), 10, 650)]
    return Inspection(
        input_shape=(1, 8, 8),
        classes=10,
        layers=tuple(layers),
        nodes=tuple(NodeInfo(path=path, output_shape=(size,), parameters=n) for path, size, n in nodes),
        problems=(),
    )
