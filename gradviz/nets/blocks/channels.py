"""Which dimension of a sample holds its channels.

An image is [channels, height, width] and a vector all channels. A sequence is [length, features], but what
slides over it (Conv1d, MaxPool1d) takes [channels, length]: with two dimensions it is the layers that tell.
"""

from __future__ import annotations

from collections.abc import Iterable

from gradviz.nets.registry import Shape
from gradviz.spec.experiment import LayerSpec


def channel_dim(shape: Shape, body: Iterable[LayerSpec]) -> int:
    """The dimension of the channels, counted as torch does: the batch is 0."""
    return 2 if len(shape) == 2 and not slides(body) else 1


def slides(body: Iterable[LayerSpec]) -> bool:
    """Whether a layer of the body slides over sequences, which are [channels, length] then."""
    return any(layer.kind.endswith(("Conv1d", "Pool1d")) or slides(layer.body) for layer in body)
