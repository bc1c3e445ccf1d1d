"""Data sets: made or read, split, standardised. Importing the package registers all of them."""

from gradviz.data import (
    adding,
    copy_memory,
    digits,
    noise,
    planar,
    reber,
    sequential_digits,
    temporal_order,
    text,
    text_classification,
)

__all__ = [
    "adding",
    "copy_memory",
    "digits",
    "noise",
    "planar",
    "reber",
    "sequential_digits",
    "temporal_order",
    "text",
    "text_classification",
]
