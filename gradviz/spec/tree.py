"""Edits of the layer tree. Each gives a new tuple of layers; the old one stays as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace as with_fields

from gradviz.spec.experiment import LayerSpec, Path

Layers = tuple[LayerSpec, ...]


def at(layers: Layers, path: Path) -> LayerSpec:
    """The node at `path`. Raises IndexError where there is none."""
    node = layers[path[0]]
    return at(node.body, path[1:]) if len(path) > 1 else node


def replace(layers: Layers, path: Path, node: LayerSpec) -> Layers:
    """The tree with `node` in the place of what is at `path`."""
    return _edit(layers, path, lambda siblings, i: (*siblings[:i], node, *siblings[i + 1 :]))


def insert(layers: Layers, path: Path, *nodes: LayerSpec) -> Layers:
    """The tree with `nodes` before what is at `path`; an index past the end appends."""
    return _edit(layers, path, lambda siblings, i: (*siblings[:i], *nodes, *siblings[i:]))


def remove(layers: Layers, path: Path) -> Layers:
    """The tree without what is at `path`."""
    return _edit(layers, path, lambda siblings, i: (*siblings[:i], *siblings[i + 1 :]))


def duplicate(layers: Layers, path: Path) -> Layers:
    """The tree with a copy right after what is at `path`; a copy has no name of its own."""
    return insert(layers, next_to(path), with_fields(at(layers, path), name=None))


def move(layers: Layers, source: Path, target: Path) -> tuple[Layers, Path]:
    """The tree with the node at `source` put before `target`, and its new path.

    Both paths are those of the tree as it is. Raises ValueError when a block would go into itself.
    """
    if target[: len(source)] == source and len(target) > len(source):
        raise ValueError("a block cannot be moved into itself")
    node = at(layers, source)
    target = after_removal(target, source)
    return insert(remove(layers, source), target, node), target


def next_to(path: Path) -> Path:
    """The place right after `path`."""
    return (*path[:-1], path[-1] + 1)


def after_removal(path: Path, removed: Path) -> Path:
    """Where `path` points once the node at `removed` is gone."""
    level = len(removed) - 1
    if len(path) > level and path[:level] == removed[:level] and path[level] > removed[level]:
        return (*path[:level], path[level] - 1, *path[level + 1 :])
    return path


def without_nested(paths: Iterable[Path]) -> list[Path]:
    """The paths in order, less those inside another of them."""
    kept: list[Path] = []
    for path in sorted(set(paths)):
        if not any(path[: len(other)] == other for other in kept):
            kept.append(path)
    return kept


def _edit(layers: Layers, path: Path, change: Callable[[Layers, int], Layers]) -> Layers:
    index = path[0]
    if len(path) == 1:
        return change(layers, index)
    inside = with_fields(layers[index], body=_edit(layers[index].body, path[1:], change))
    return (*layers[:index], inside, *layers[index + 1 :])
