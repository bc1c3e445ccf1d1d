"""The registry of data sets: a decorated function that says what the data are and how they are made.

The function itself is cheap: shapes are asked for at every edit of a network, the samples only when
a run starts, so it hands out a `Source` whose `make` does the work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradviz.spec.registry import Registry

Samples = tuple[NDArray[np.float32], NDArray[np.int64]]
"""Inputs `[samples, *input_shape]` and classes `[samples]`."""


class DataError(ValueError):
    """Data that cannot be had as asked; the message is a sentence for people."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A data set before it is made. `make` draws everything random from the stream it is given."""

    input_shape: tuple[int, ...]
    classes: int
    samples: int
    make: Callable[[np.random.Generator], Samples]


data_sets: Registry[Callable[..., Source]] = Registry("data set")
