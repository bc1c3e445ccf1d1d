"""Networks: the layers, blocks and initializers that an experiment may name, and what builds them.

Importing the package registers them all, so that no registry is ever met half filled.
"""

from gradviz.nets import (
    activations,
    attention,
    blocks,
    convolution,
    dropout,
    embedding,
    initializers,
    linear,
    normalization,
    pooling,
    recurrent,
    reshaping,
    sequence,
)

__all__ = [
    "activations",
    "attention",
    "blocks",
    "convolution",
    "dropout",
    "embedding",
    "initializers",
    "linear",
    "normalization",
    "pooling",
    "recurrent",
    "reshaping",
    "sequence",
]
