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
    return insert(layers, next_to(path), _copy(at(layers, path)))


def move(layers: Layers, source: Path, target: Path) -> tuple[Layers, Path]:
    """The tree with the node at `source` put before `target`, and its new path.

    Both paths are those of the tree as it is. Raises ValueError when a block would go into itself.
    """
    if target[: len(source)] == source and len(target) > len(source):
        raise ValueError("a block cannot be moved into itself")
    node = at(layers, source)
    target = after_removal(target, source)
    return insert(remove(layers, source), target, node), target


def mapped(layers: Layers, paths: Iterable[Path], change: Callable[[LayerSpec], LayerSpec]) -> Layers:
    """The tree with `change` done to the nodes at `paths`, what is inside a block before the block."""
    return _mapped(layers, {path for path in paths if path}, change)


def remove_all(layers: Layers, paths: Iterable[Path]) -> Layers:
    """The tree without what is at `paths`."""
    for path in reversed(without_nested(paths)):
        layers = remove(layers, path)
    return layers


def splice(layers: Layers, path: Path, nodes: Iterable[LayerSpec]) -> tuple[Layers, tuple[Path, ...]]:
    """The tree with `nodes` in the place of the one at `path`, and where they stand."""
    nodes = tuple(nodes)
    changed = insert(remove(layers, path), path, *nodes)
    return changed, tuple((*path[:-1], path[-1] + offset) for offset in range(len(nodes)))


def neighbours(paths: Iterable[Path]) -> tuple[Path, int] | None:
    """(first, count) where the paths are siblings without a gap between them, None otherwise."""
    ordered = sorted(set(paths))
    if not ordered:
        return None
    first = ordered[0]
    wanted = [(*first[:-1], first[-1] + offset) for offset in range(len(ordered))]
    return (first, len(ordered)) if ordered == wanted else None


def group(layers: Layers, paths: Iterable[Path], block: LayerSpec) -> tuple[Layers, Path]:
    """The tree with neighbouring nodes put into `block` as its body, and the block's path.

    Raises ValueError where they are no neighbours.
    """
    run = neighbours(without_nested(paths))
    if run is None:
        raise ValueError("only neighbouring layers can be grouped")
    first, count = run
    inside = tuple(at(layers, (*first[:-1], first[-1] + offset)) for offset in range(count))
    for _ in range(count):
        layers = remove(layers, first)
    return insert(layers, first, with_fields(block, body=inside)), first


def ungroup(layers: Layers, path: Path, *, times: int = 1) -> tuple[Layers, tuple[Path, ...]]:
    """The tree with a block's body in its place, `times` times over, and where the layers stand then.

    Every round after the first loses the names, as a copy does.
    """
    body = at(layers, path).body
    later = [tuple(_copy(node) for node in body) for _ in range(times - 1)]
    return splice(layers, path, [*body, *(node for copies in later for node in copies)])


def rounds(nodes: Layers) -> tuple[Layers, int]:
    """(body, times) with the shortest body that makes `nodes` when repeated; names do not count.

    Nodes that do not repeat are their own body, once.
    """
    plain = [unnamed(node) for node in nodes]
    count = len(plain)
    for period in range(1, count // 2 + 1):
        if count % period == 0 and all(plain[i] == plain[i % period] for i in range(period, count)):
            return nodes[:period], count // period
    return nodes, 1


def unnamed(node: LayerSpec) -> LayerSpec:
    """The node without its name, and without those inside it."""
    return with_fields(node, name=None, body=tuple(unnamed(child) for child in node.body))


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
        if not kept or path[: len(kept[-1])] != kept[-1]:  # what is inside a node follows it
            kept.append(path)
    return kept


def _mapped(layers: Layers, paths: set[Path], change: Callable[[LayerSpec], LayerSpec]) -> Layers:
    here = {path[0] for path in paths if len(path) == 1}
    below: dict[int, set[Path]] = {}
    for path in paths:
        if len(path) > 1:
            below.setdefault(path[0], set()).add(path[1:])
    changed = list(layers)
    for index, inner in below.items():
        changed[index] = with_fields(changed[index], body=_mapped(changed[index].body, inner, change))
    for index in here:
        changed[index] = change(changed[index])
    return tuple(changed)


def _copy(node: LayerSpec) -> LayerSpec:
    return with_fields(node, name=None)


def _edit(layers: Layers, path: Path, change: Callable[[Layers, int], Layers]) -> Layers:
    index = path[0]
    if len(path) == 1:
        return change(layers, index)
    inside = with_fields(layers[index], body=_edit(layers[index].body, path[1:], change))
    return (*layers[:index], inside, *layers[index + 1 :])
