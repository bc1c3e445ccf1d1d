"""Which layers of the edited model are still those of the shown run.

Only layers with parameters count, for only they are measured. Two are the same where kind, output shape and
number of parameters agree and they stand in the part before the first or after the last difference: an
edit is at one place, so what lies around it keeps its colours, whatever its new path or number is. A guess
across the difference would colour a layer with another's gradient.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from gradviz.records.layer import LayerInfo


def rows_of_run(shown: Sequence[LayerInfo], run: Sequence[LayerInfo]) -> tuple[int, ...]:
    """For every shown measured layer its row in the run, -1 where the run has no such layer."""
    ours, theirs = [_signature(layer) for layer in shown], [_signature(layer) for layer in run]
    pairs = zip(ours, theirs, strict=False)
    first = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    room = min(len(ours), len(theirs)) - first
    ends = zip(reversed(ours), reversed(theirs), strict=False)
    last = min(room, sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], ends)))
    offset = len(theirs) - len(ours)
    middle = len(ours) - first - last
    return (
        *range(first),
        *([-1] * middle),
        *(row + offset for row in range(len(ours) - last, len(ours))),
    )


def _signature(layer: LayerInfo) -> tuple[object, ...]:
    return (layer.kind, layer.output_shape, layer.parameters)
