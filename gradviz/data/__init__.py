"""Data sets: made or read, split, standardised. Importing the package registers all of them."""

from gradviz.data import (
    adding,
    cifar,
    classic_tables,
    copy_memory,
    digits,
    image_folder,
    mnist,
    noise,
    planar,
    reber,
    sequential_digits,
    table,
    temporal_order,
    text,
    text_classification,
)

__all__ = [
    "adding",
    "cifar",
    "classic_tables",
    "copy_memory",
    "digits",
    "image_folder",
    "mnist",
    "noise",
    "planar",
    "reber",
    "sequential_digits",
    "table",
    "temporal_order",
    "text",
    "text_classification",
]
