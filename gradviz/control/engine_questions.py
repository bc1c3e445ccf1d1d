"""Questions to the engine beside sizes: templates, blocks opened, scripts, tables, tests, replays.

Each answer bears the number of its question and comes as a signal of its own kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path as FilePath
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from gradviz.control.engine_state import (
    EngineAnswer,
    EngineQuestion,
    Expanded,
    Exported,
    RangeTested,
    StepReplayed,
    TablePreviewed,
    TemplateMade,
)
from gradviz.spec.catalogue import Value
from gradviz.spec.experiment import DataSpec, ExperimentSpec, Path
from gradviz.spec.json_codec import data_to_raw, from_raw, to_raw
from gradviz.spec.raw_layer import layer_from_raw
from gradviz.spec.table import TablePreview


class EngineQuestions(QObject):
    """Numbers the questions and turns raw answers into data."""

    asked = Signal(object)
    """An EngineQuestion, to be sent."""
    template_made = Signal(object)
    """A TemplateMade."""
    expanded = Signal(object)
    """An Expanded."""
    exported = Signal(object)
    """An Exported."""
    previewed = Signal(object)
    """A TablePreviewed."""
    range_tested = Signal(object)
    """A RangeTested."""
    step_replayed = Signal(object)
    """A StepReplayed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._count = 0
        self._open: dict[int, Callable[[EngineAnswer], None]] = {}

    def ask_template(self, name: str, knobs: Mapping[str, Value], data: DataSpec | None) -> int:
        """Ask for the experiment of a template, fitted to `data` (None: as published)."""
        raw = None if data is None else data_to_raw(data)
        return self._ask("template", self._made, name=name, knobs=dict(knobs), data=raw)

    def ask_expand(self, experiment: ExperimentSpec, path: Path) -> int:
        """Ask which layers the composed block at `path` stands for."""
        told = partial(self._opened, path)
        return self._ask("expand", told, experiment=to_raw(experiment), path=list(path))

    def ask_export(self, experiment: ExperimentSpec, to: str, path: FilePath) -> int:
        """Ask for the experiment to be written as a script at `path`; `to` is "pytorch" or "keras"."""
        told = partial(self._written, path)
        return self._ask("export", told, experiment=to_raw(experiment), format=to, path=str(path))

    def ask_preview(self, parameters: Mapping[str, Value]) -> int:
        """Ask what the table holds that these parameters of the data set “table” name."""
        return self._ask("preview", self._previewed, parameters=dict(parameters))

    def ask_range_test(
        self, experiment: ExperimentSpec, *, low: float = 1e-7, high: float = 10.0, steps: int = 200
    ) -> int:
        """Ask for a learning-rate range test, 20 seconds at most; it is refused while a run trains."""
        raw = to_raw(experiment)
        return self._ask("lr_range", self._tested, experiment=raw, low=low, high=high, steps=steps)

    def ask_replay(self, run: str, path: FilePath, step: int) -> int:
        """Ask for a step of the run in the file at `path` to be done again, while no run trains."""
        return self._ask("replay", self._replayed, run=run, path=str(path), step=step)

    @Slot(object)
    def take(self, answer: EngineAnswer) -> None:
        """Pass an answer on to whoever waits for its kind."""
        tell = self._open.pop(answer.id, None)
        if tell is not None:
            tell(answer)

    def _ask(self, question: str, tell: Callable[[EngineAnswer], None], **details: Any) -> int:
        self._count += 1
        self._open[self._count] = tell
        self.asked.emit(EngineQuestion(id=self._count, question=question, details=details))
        return self._count

    def _made(self, answer: EngineAnswer) -> None:
        found = answer.answer or {}
        experiment = from_raw(found["experiment"]) if found else None
        error = f"{answer.where} {answer.error}" if answer.error.startswith("must ") else answer.error
        sizes = found.get("sizes", {})
        made = TemplateMade(id=answer.id, experiment=experiment, error=error, **sizes)
        self.template_made.emit(made)

    def _opened(self, path: Path, answer: EngineAnswer) -> None:
        raw = () if answer.answer is None else answer.answer["layers"]
        layers = tuple(layer_from_raw(layer) for layer in raw)
        self.expanded.emit(Expanded(id=answer.id, path=path, layers=layers, error=answer.error))

    def _written(self, path: FilePath, answer: EngineAnswer) -> None:
        self.exported.emit(Exported(id=answer.id, path=path, error=answer.error))

    def _previewed(self, answer: EngineAnswer) -> None:
        preview = None if answer.answer is None else TablePreview.from_raw(answer.answer)
        self.previewed.emit(TablePreviewed(id=answer.id, preview=preview, error=answer.error))

    def _replayed(self, answer: EngineAnswer) -> None:
        sentence = "" if answer.answer is None else str(answer.answer["sentence"])
        self.step_replayed.emit(StepReplayed(id=answer.id, sentence=sentence, error=answer.error))

    def _tested(self, answer: EngineAnswer) -> None:
        found = answer.answer
        if found is None:
            self.range_tested.emit(RangeTested(id=answer.id, error=answer.error))
            return
        tested = RangeTested(
            id=answer.id,
            rates=tuple(found["rates"]),
            losses=tuple(found["losses"]),
            smoothed=tuple(found["smoothed"]),
            steepest=found["steepest"],
            lowest=found["lowest"],
            proposal=found["proposal"],
            sentence=found["sentence"],
        )
        self.range_tested.emit(tested)
