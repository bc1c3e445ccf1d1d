"""Whether two networks have the same layers in the same places, whatever their parameters.

While a slider is dragged every answer of the engine is about an earlier edit. Its shapes belong to the same
rows still, so they are shown, and the tree follows the hand.
"""

from __future__ import annotations

from gradviz.spec.experiment import ExperimentSpec, LayerSpec


def same_tree(one: ExperimentSpec, other: ExperimentSpec) -> bool:
    """Whether what is known of one can be shown at the layers of the other."""
    return one.data == other.data and _same(one.model.layers, other.model.layers)


def _same(one: tuple[LayerSpec, ...], other: tuple[LayerSpec, ...]) -> bool:
    return len(one) == len(other) and all(
        a is b or (a.kind == b.kind and _same(a.body, b.body)) for a, b in zip(one, other, strict=True)
    )
