"""The width of a block: the one number that its layers' outputs have in common.

Width is called out_features, out_channels or hidden_size, as in torch.nn. A layer whose width is a word
(“classes”) keeps it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gradviz.spec import tree
from gradviz.spec.experiment import LayerSpec, Path

WIDTH_KEYS = ("out_features", "out_channels", "hidden_size")


def widths(block: LayerSpec) -> tuple[int, ...]:
    """The different widths inside a block, in the order they come."""
    return tuple(dict.fromkeys(width for _, _, width in _given(block)))


def with_width(block: LayerSpec, width: int) -> LayerSpec:
    """The block with all widths inside it set to one number."""
    keys = {path: key for path, key, _ in _given(block)}
    body = block.body
    for key in dict.fromkeys(keys.values()):
        paths = [path for path, own in keys.items() if own == key]
        body = tree.mapped(body, paths, lambda node, key=key: _set(node, key, width))  # type: ignore[misc]
    return replace(block, body=body)


def _set(node: LayerSpec, key: str, width: int) -> LayerSpec:
    return replace(node, parameters={**node.parameters, key: width})


def _given(block: LayerSpec) -> Iterator[tuple[Path, str, int]]:
    for path, node in _walk((), block.body):
        for key in WIDTH_KEYS:
            value = node.parameters.get(key)
            if isinstance(value, int) and not isinstance(value, bool):
                yield path, key, value


def _walk(above: Path, layers: tuple[LayerSpec, ...]) -> Iterator[tuple[Path, LayerSpec]]:
    for index, node in enumerate(layers):
        yield (*above, index), node
        yield from _walk((*above, index), node.body)
