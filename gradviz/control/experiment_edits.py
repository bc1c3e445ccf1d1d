"""Edits of the experiment that can be undone: an edit is the experiment before and after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QUndoCommand, QUndoStack

from gradviz.control.engine_state import EngineStatus
from gradviz.spec import tree
from gradviz.spec.catalogue import Catalogue, Value
from gradviz.spec.experiment import ExperimentSpec, LayerSpec, Path
from gradviz.spec.json_codec import from_raw, to_raw
from gradviz.spec.problem import Problem, SpecError

MERGING, SINGLE = 1, -1
"""Qt offers only commands of the same id to each other, and none of id -1."""


class ExperimentEdits(QObject):
    """The experiment, its undo stack, and what can be done to its layers.

    Whether it fits the catalogue is checked after every edit, as soon as there is a catalogue.
    """

    experiment_changed = Signal(object)
    """The new ExperimentSpec."""
    experiment_replaced = Signal(object)
    """The new ExperimentSpec, just before `experiment_changed`, where it is no edit of the old one."""
    catalogue_changed = Signal(object)
    """The new Catalogue."""
    problems_changed = Signal(object)
    """tuple[Problem, ...]: what the checks against the catalogue found."""

    def __init__(self, experiment: ExperimentSpec, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._experiment = experiment
        self._catalogue: Catalogue | None = None
        self._problems: tuple[Problem, ...] = ()
        self._undo_stack = QUndoStack(self)

    @property
    def experiment(self) -> ExperimentSpec:
        """What the next run is a function of."""
        return self._experiment

    @property
    def undo_stack(self) -> QUndoStack:
        """The edits of the experiment."""
        return self._undo_stack

    @property
    def catalogue(self) -> Catalogue | None:
        """What an experiment may name; None until the engine was ready."""
        return self._catalogue

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What the experiment's checks found; empty while there is no catalogue."""
        return self._problems

    def edit(self, experiment: ExperimentSpec, text: str, *, merge: str = "") -> None:
        """Make `experiment` current; consecutive edits with the same `merge`, if not empty, are one undo."""
        if experiment != self._experiment:
            self._undo_stack.push(_Edit(self._show, self._experiment, experiment, text, merge))

    def set_parameter(self, path: Path, name: str, value: Value) -> None:
        """Set one parameter of a layer; consecutive changes of the same one are one undo."""
        layer = self._layer(path)
        changed = replace(layer, parameters={**layer.parameters, name: value})
        text = self.tr("Change {name} of {kind}").format(name=name, kind=layer.kind)
        self._edit_layers(tree.replace(self._layers, path, changed), text, merge=f"{path} {name}")

    def reset_parameter(self, path: Path, name: str) -> None:
        """Let one parameter of a layer have its default again."""
        layer = self._layer(path)
        kept = {key: value for key, value in layer.parameters.items() if key != name}
        text = self.tr("Reset {name} of {kind}").format(name=name, kind=layer.kind)
        self._edit_layers(tree.replace(self._layers, path, replace(layer, parameters=kept)), text)

    def rename_layer(self, path: Path, name: str | None) -> None:
        """Give a layer a name, or take it away."""
        layer = self._layer(path)
        text = self.tr("Rename {kind}").format(kind=layer.kind)
        changed = replace(layer, name=name or None)
        self._edit_layers(tree.replace(self._layers, path, changed), text, merge=f"{path} name")

    def replace_layer(self, path: Path, layer: LayerSpec, text: str = "") -> None:
        """Put another layer in the place of one."""
        text = text or self.tr("Replace {kind}").format(kind=self._layer(path).kind)
        self._edit_layers(tree.replace(self._layers, path, layer), text)

    def add_layer(self, path: Path, layer: LayerSpec) -> None:
        """Insert a layer so that it will stand at `path`."""
        self._edit_layers(
            tree.insert(self._layers, path, layer), self.tr("Add {kind}").format(kind=layer.kind)
        )

    def remove_layers(self, *paths: Path) -> None:
        """Remove layers with all they hold."""
        outermost = tree.without_nested(paths)
        layers = self._layers
        for path in reversed(outermost):
            layers = tree.remove(layers, path)
        self._edit_layers(layers, self._text(self.tr("Remove {what}"), outermost))

    def move_layer(self, source: Path, target: Path) -> Path:
        """Move a layer to stand before what is at `target` now; returns its new place."""
        return self.move_layers((source,), target)[0]

    def move_layers(self, sources: tuple[Path, ...], target: Path) -> tuple[Path, ...]:
        """Move layers to stand before what is at `target` now; returns their new places.

        Raises ValueError when a block would go into itself.
        """
        outermost = tree.without_nested(sources)
        if any(len(target) > len(path) and target[: len(path)] == path for path in outermost):
            raise ValueError("a block cannot be moved into itself")
        text = self._text(self.tr("Move {what}"), outermost)
        moving = [tree.at(self._layers, path) for path in outermost]
        layers = self._layers
        for path in reversed(outermost):
            layers = tree.remove(layers, path)
            target = tree.after_removal(target, path)
        self._edit_layers(tree.insert(layers, target, *moving), text)
        return tuple((*target[:-1], target[-1] + offset) for offset in range(len(moving)))

    def duplicate_layer(self, path: Path) -> Path:
        """Put a copy behind a layer; returns the copy's place."""
        text = self._text(self.tr("Duplicate {what}"), [path])
        self._edit_layers(tree.duplicate(self._layers, path), text)
        return tree.next_to(path)

    @Slot(object)
    def on_engine_changed(self, status: EngineStatus) -> None:
        """Take the catalogue when it comes; check the experiment then."""
        if status.catalogue is not None and status.catalogue is not self._catalogue:
            self._catalogue = status.catalogue
            self.catalogue_changed.emit(self._catalogue)
            self._check()

    def _replace_experiment(self, experiment: ExperimentSpec) -> None:
        """Another experiment altogether: nothing of it can be undone."""
        self._undo_stack.clear()
        self._experiment = experiment
        self.experiment_replaced.emit(experiment)
        self._show(experiment)

    def _show(self, experiment: ExperimentSpec) -> None:
        self._experiment = experiment
        self.experiment_changed.emit(experiment)
        self._check()

    def _check(self) -> None:
        if self._catalogue is None:
            return
        problems: tuple[Problem, ...] = ()
        try:
            from_raw(to_raw(self._experiment), self._catalogue)
        except SpecError as error:
            problems = error.problems
        if problems != self._problems:
            self._problems = problems
            self.problems_changed.emit(problems)

    @property
    def _layers(self) -> tuple[LayerSpec, ...]:
        return self._experiment.model.layers

    def _layer(self, path: Path) -> LayerSpec:
        return tree.at(self._layers, path)

    def _edit_layers(self, layers: tuple[LayerSpec, ...], text: str, *, merge: str = "") -> None:
        model = replace(self._experiment.model, layers=layers)
        self.edit(replace(self._experiment, model=model), text, merge=merge)

    def _text(self, pattern: str, paths: list[Path]) -> str:
        only = self._layer(paths[0]).kind if len(paths) == 1 else ""
        return pattern.format(what=only or self.tr("{count} layers").format(count=len(paths)))


class _Edit(QUndoCommand):
    """From one experiment to another and back."""

    def __init__(
        self,
        show: Callable[[ExperimentSpec], None],
        before: ExperimentSpec,
        after: ExperimentSpec,
        text: str,
        merge: str,
    ) -> None:
        super().__init__(text)
        self._show = show
        self.before = before
        self.after = after
        self.merge = merge

    def redo(self) -> None:
        self._show(self.after)

    def undo(self) -> None:
        self._show(self.before)

    def id(self) -> int:
        return MERGING if self.merge else SINGLE

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Edit) or other.merge != self.merge:
            return False
        self.after = other.after
        self.setObsolete(self.after == self.before)
        return True
