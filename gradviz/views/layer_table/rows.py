"""Which rows the table of layers has: layers, or the blocks that they stand in, in what order.

A thousand rows are no overview. A block is what stands at one place of the model: an iteration of a Repeat,
or all of them where each has one measured layer only; in a network without such places it is the module
around. A long block stands in pieces.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby

from gradviz.records.layer import LayerInfo

Key = float | str | None
"""What rows are sorted by; None is what is not known and stands last."""


_LONG = 60
_PIECES = 30
FOLDS_FROM = 100
"""So many layers stand in blocks until the user wants each."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """The measured layers from `first` up to before `stop`: one, or a block of several.

    `inside` says that it is a layer below the row of its block.
    """

    first: int
    stop: int
    inside: bool = False

    @property
    def is_block(self) -> bool:
        """Whether it stands for several layers."""
        return self.stop - self.first > 1

    def __contains__(self, layer: int) -> bool:
        return self.first <= layer < self.stop


def blocks(layers: Sequence[LayerInfo]) -> tuple[Row, ...]:
    """The measured layers in blocks, in network order."""
    iterations = Counter((layer.path[:1], layer.repeat[:1]) for layer in layers)
    several = {place for (place, _), count in iterations.items() if count > 1}
    found = _runs(
        [(layer.path[:1], layer.repeat[:1] if layer.path[:1] in several else ()) for layer in layers]
    )
    if len(found) <= 1:
        modules = _runs([layer.module.rpartition(".")[0] for layer in layers])
        found = modules if len(modules) < len(layers) else found
    return tuple(piece for block in found for piece in _pieces(block))


def axis_blocks(layers: Sequence[LayerInfo]) -> tuple[tuple[int, int], ...]:
    """The blocks as (first, stop) for an axis: none where so few layers are measured that names are thinned.

    A layer without parameters is in the block of the measured one before it, so that an axis of all layers
    has the blocks of one of measured layers.
    """
    rows = [row for row, layer in enumerate(layers) if layer.parameters]
    if len(rows) < FOLDS_FROM:
        return ()
    first_rows = [0, *(rows[block.first] for block in blocks([layers[row] for row in rows])[1:])]
    return tuple(zip(first_rows, [*first_rows[1:], len(layers)], strict=True))


def measured_names(layers: Sequence[LayerInfo]) -> tuple[str, ...]:
    """What each of the layers is called in the name of a block: as the measured one at or before it."""
    names = [layer.name for layer in layers if layer.parameters]
    if not names:
        return tuple(layer.name for layer in layers)
    return tuple(names[max(at, 1) - 1] for at in accumulate(layer.parameters > 0 for layer in layers))


def span_name(first: str, last: str) -> str:
    """What the layers from one name to another are called together: “Linear 1–50”."""
    if first == last:
        return first
    word, _, number = last.rpartition(" ")
    same = bool(word) and first.startswith(f"{word} ")
    return f"{first}–{number}" if same else f"{first} – {last}"


def arranged(
    found: Sequence[Row],
    *,
    folding: bool,
    unfolded: Collection[int] = (),
    key: Callable[[Row], Key] | None = None,
    descending: bool = False,
) -> tuple[Row, ...]:
    """The rows from the top; below a block whose `first` is among `unfolded` come its layers.

    `key` None keeps the order of the network.
    """

    def ordered(rows: list[Row]) -> list[Row]:
        if key is None:
            return rows
        keyed = [(key(row), row) for row in rows]
        known = [(_rank(value), row) for value, row in keyed if value is not None]
        known.sort(key=lambda pair: pair[0], reverse=descending)
        return [row for _, row in known] + [row for value, row in keyed if value is None]

    if not folding:
        return tuple(ordered([layer for block in found for layer in _layers(block, inside=False)]))
    result = []
    for block in ordered(list(found)):
        result.append(block)
        if block.is_block and block.first in unfolded:
            result += ordered(_layers(block, inside=True))
    return tuple(result)


def _layers(block: Row, *, inside: bool) -> list[Row]:
    return [Row(first=layer, stop=layer + 1, inside=inside) for layer in range(block.first, block.stop)]


def _runs(keys: Sequence[object]) -> tuple[Row, ...]:
    """One row for each stretch of equal keys."""
    rows, first = [], 0
    for _, stretch in groupby(keys):
        stop = first + len(list(stretch))
        rows.append(Row(first=first, stop=stop))
        first = stop
    return tuple(rows)


def _pieces(block: Row) -> list[Row]:
    """A long block in pieces of a round number of layers."""
    length = block.stop - block.first
    if length <= _LONG:
        return [block]
    each = next(size for size in (10, 20, 50, 100, 200, 500, length) if length <= size * _PIECES)
    starts = range(block.first, block.stop, each)
    return [Row(first=first, stop=min(first + each, block.stop)) for first in starts]


def _rank(value: float | str) -> tuple[int, float | str]:
    """NaN counts for more than infinity: it is what is worst."""
    if isinstance(value, float) and math.isnan(value):
        return (1, 0.0)
    return (0, value)
