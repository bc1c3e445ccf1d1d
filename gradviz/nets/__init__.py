"""Networks: the layers, blocks and initializers that an experiment may name, and what builds them.

Importing the package registers them all, so that no registry is ever met half filled.
"""

from gradviz.nets import (
    activations,
    blocks,
    convolution,
    dropout,
    initializers,
    linear,
    normalization,
    pooling,
    reshaping,
)

__all__ = [
    "activations",
    "blocks",
    "convolution",
    "dropout",
    "initializers",
    "linear",
    "normalization",
    "pooling",
    "reshaping",
]
