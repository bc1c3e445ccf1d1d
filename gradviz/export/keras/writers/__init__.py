"""Every layer as Keras has it. Importing the package registers all writers."""

from gradviz.export.keras.writers import (
    activation,
    attention,
    convolution,
    linear,
    normalization,
    pooling,
    recurrent,
    scale,
    sequence,
    shape,
)
from gradviz.export.keras.writers.registry import Layer, writers

__all__ = [
    "Layer",
    "activation",
    "attention",
    "convolution",
    "linear",
    "normalization",
    "pooling",
    "recurrent",
    "scale",
    "sequence",
    "shape",
    "writers",
]
