"""What can be done to the layers of an experiment, each as one step that can be undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from gradviz.control.undoable_experiment import UndoableExperiment
from gradviz.spec import tree
from gradviz.spec.catalogue import Value
from gradviz.spec.experiment import InitializerSpec, LayerSpec, Path
from gradviz.spec.repair import Repair, repaired

Paths = Sequence[Path]


class ExperimentEdits(UndoableExperiment):
    """The experiment with the edits of its layer tree; they take and return places in the tree."""

    def change_layers(
        self, paths: Iterable[Path], change: Callable[[LayerSpec], LayerSpec], text: str, *, merge: str = ""
    ) -> None:
        """Do something to several layers at once; `text` names it in the menu."""
        self._edit_layers(tree.mapped(self._layers, paths, change), text, merge=merge)

    def set_parameter(self, path: Path, name: str, value: Value) -> None:
        """Set one parameter of a layer; consecutive changes of the same one are one undo."""
        self.set_parameter_of((path,), name, value)

    def set_parameter_of(self, paths: Paths, name: str, value: Value, *, merge: str = "") -> None:
        """Set one parameter of several layers; consecutive changes of the same one are one undo."""
        text = self._text(self.tr("Change {name} of {what}").replace("{name}", name), paths)
        merge = merge or f"{tuple(paths)} {name}"
        self.change_layers(paths, lambda layer: _with(layer, name, value), text, merge=merge)

    def reset_parameter(self, path: Path, name: str) -> None:
        """Let one parameter of a layer have its default again."""
        self.reset_parameter_of((path,), name)

    def reset_parameter_of(self, paths: Paths, name: str) -> None:
        """Let one parameter of several layers have its default again."""
        text = self._text(self.tr("Reset {name} of {what}").replace("{name}", name), paths)
        self.change_layers(paths, lambda layer: _without(layer, name), text)

    def set_initializer_of(self, paths: Paths, initializer: InitializerSpec | None) -> None:
        """Let several layers start by a rule of their own, or (None) as what is around them."""
        text = self._text(self.tr("Change initializer of {what}"), paths)
        merge = f"{tuple(paths)} initializer {initializer.name if initializer else ''}"
        self.change_layers(paths, lambda layer: replace(layer, initializer=initializer), text, merge=merge)

    def rename_layer(self, path: Path, name: str | None) -> None:
        """Give a layer a name, or take it away."""
        text = self._text(self.tr("Rename {what}"), [path])
        self.change_layers(
            [path], lambda layer: replace(layer, name=name or None), text, merge=f"{path} name"
        )

    def replace_layer(self, path: Path, layer: LayerSpec, text: str = "", *, merge: str = "") -> None:
        """Put another layer in the place of one."""
        text = text or self._text(self.tr("Replace {what}"), [path])
        self._edit_layers(tree.replace(self._layers, path, layer), text, merge=merge)

    def replace_by(self, path: Path, layers: Iterable[LayerSpec], text: str) -> tuple[Path, ...]:
        """Put several layers in the place of one; returns where they stand."""
        changed, paths = tree.splice(self._layers, path, layers)
        self._edit_layers(changed, text)
        return paths

    def add_layer(self, path: Path, layer: LayerSpec) -> None:
        """Insert a layer so that it will stand at `path`."""
        self.insert_layers(path, (layer,), self.tr("Add {kind}").format(kind=layer.kind))

    def insert_layers(self, path: Path, layers: Sequence[LayerSpec], text: str) -> tuple[Path, ...]:
        """Insert layers before what is at `path`; returns where they stand."""
        self._edit_layers(tree.insert(self._layers, path, *layers), text)
        return _following(path, len(layers))

    def remove_layers(self, *paths: Path, text: str = "") -> None:
        """Remove layers with all they hold."""
        outermost = tree.without_nested(paths)
        text = self._text(text or self.tr("Remove {what}"), outermost)
        self._edit_layers(tree.remove_all(self._layers, outermost), text)

    def move_layer(self, source: Path, target: Path) -> Path:
        """Move a layer to stand before what is at `target` now; returns its new place."""
        return self.move_layers((source,), target)[0]

    def move_layers(self, sources: Paths, target: Path) -> tuple[Path, ...]:
        """Move layers to stand before what is at `target` now; returns their new places.

        Raises ValueError when a block would go into itself.
        """
        outermost = tree.without_nested(sources)
        if any(len(target) > len(path) and target[: len(path)] == path for path in outermost):
            raise ValueError("a block cannot be moved into itself")
        text = self._text(self.tr("Move {what}"), outermost)
        moving = [tree.at(self._layers, path) for path in outermost]
        layers = tree.remove_all(self._layers, outermost)
        for path in reversed(outermost):
            target = tree.after_removal(target, path)
        self._edit_layers(tree.insert(layers, target, *moving), text)
        return _following(target, len(moving))

    def copy_layers(self, sources: Paths, target: Path) -> tuple[Path, ...]:
        """Put copies before what is at `target`; returns their places. A copy has no name of its own."""
        outermost = tree.without_nested(sources)
        copies = [replace(tree.at(self._layers, path), name=None) for path in outermost]
        return self.insert_layers(target, copies, self._text(self.tr("Copy {what}"), outermost))

    def duplicate_layer(self, path: Path) -> Path:
        """Put a copy behind a layer; returns the copy's place."""
        return self.duplicate_layers((path,))[0]

    def duplicate_layers(self, paths: Paths) -> tuple[Path, ...]:
        """Put copies behind the last of the layers in each block; returns the copies' places."""
        outermost = tree.without_nested(paths)
        layers, copies = self._layers, set[int]()
        for above in sorted({path[:-1] for path in outermost}, reverse=True):
            inside = [path for path in outermost if path[:-1] == above]
            fresh = [replace(tree.at(self._layers, path), name=None) for path in inside]
            copies |= {id(layer) for layer in fresh}
            layers = tree.insert(layers, tree.next_to(inside[-1]), *fresh)
        self._edit_layers(layers, self._text(self.tr("Duplicate {what}"), outermost))
        return tuple(path for path, layer in self.experiment.model.walk() if id(layer) in copies)

    def group_layers(self, paths: Paths, block: LayerSpec) -> Path:
        """Put neighbouring layers into a block; returns its place. Raises ValueError if they are none.

        A block that has a body keeps it: it stands for them, as one round stands for all.
        """
        text = self._text(self.tr("Group {what} into {kind}").replace("{kind}", block.kind), paths)
        layers, path = tree.group(self._layers, paths, block)
        if block.body:
            layers = tree.replace(layers, path, block)
        self._edit_layers(layers, text)
        return path

    def ungroup_layers(self, paths: Paths) -> tuple[Path, ...]:
        """Put the bodies of blocks in their places, once each; returns where the layers stand."""
        outermost = tree.without_nested(paths)
        text = self._text(self.tr("Ungroup {what}"), outermost)
        layers, places = self._layers, list[Path]()
        for path in reversed(outermost):
            before = len(tree.at(layers, path).body) - 1
            layers, inside = tree.ungroup(layers, path)
            places = [_shifted(place, path, before) for place in places] + list(inside)
        self._edit_layers(layers, text)
        return tuple(sorted(places))

    def unroll_layer(self, path: Path, times: int) -> tuple[Path, ...]:
        """Write the rounds of a block out in its place; returns where the layers stand."""
        text = self._text(self.tr("Unroll {what}"), [path])
        layers, places = tree.ungroup(self._layers, path, times=times)
        self._edit_layers(layers, text)
        return places

    def repair(self, repair: Repair) -> bool:
        """Do a proposed repair; whether the tree still was the one that it is for."""
        try:
            layers = repaired(self._layers, repair)
        except IndexError:
            return False
        self._edit_layers(layers, repair.label)
        return True

    @property
    def _layers(self) -> tuple[LayerSpec, ...]:
        return self.experiment.model.layers

    def _edit_layers(self, layers: tuple[LayerSpec, ...], text: str, *, merge: str = "") -> None:
        model = replace(self.experiment.model, layers=layers)
        self.edit(replace(self.experiment, model=model), text, merge=merge)

    def _text(self, pattern: str, paths: Paths) -> str:
        """The pattern with what it is about: one kind where all are of it, else their number."""
        found = {tree.at(self._layers, path).kind for path in paths}
        only = found.pop() if len(found) == 1 else ""
        if len(paths) == 1:
            return pattern.format(what=only)
        what = self.tr("{count} {kind} layers") if only else self.tr("{count} layers")
        return pattern.format(what=what.format(count=len(paths), kind=only))


def _with(layer: LayerSpec, name: str, value: Value) -> LayerSpec:
    return replace(layer, parameters={**layer.parameters, name: value})


def _without(layer: LayerSpec, name: str) -> LayerSpec:
    return replace(layer, parameters={key: value for key, value in layer.parameters.items() if key != name})


def _following(path: Path, count: int) -> tuple[Path, ...]:
    return tuple((*path[:-1], path[-1] + offset) for offset in range(count))


def _shifted(place: Path, path: Path, by: int) -> Path:
    """Where a later place is once `by` more siblings stand at `path`."""
    level = len(path) - 1
    if place[:level] == path[:level] and len(place) > level and place[level] > path[level]:
        return (*place[:level], place[level] + by, *place[level + 1 :])
    return place
