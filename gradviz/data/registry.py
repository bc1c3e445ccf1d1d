"""The registry of data sets: a decorated function that says what the data are and how they are made.

The function itself is cheap: shapes are asked for at every edit of a network, the samples only when
a run starts, so it hands out a `Source` whose `make` does the work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradviz.spec.data_info import DataInfo
from gradviz.spec.registry import Registry

Samples = tuple[
    NDArray[np.float32] | NDArray[np.int64] | NDArray[np.uint8], NDArray[np.int64] | NDArray[np.float32]
]
"""Inputs `[samples, *input_shape]`, int64 where they are token ids, uint8 where they are pixels, and targets:
classes `[samples]`, or `[samples, length]` where there is one at every position; in a regression float32
`[samples, values]`."""


class DataError(ValueError):
    """Data that cannot be had as asked; the message is a sentence for people.

    `where` is the section of the experiment that it is about, or its field where one can be named.
    """

    where = "data"

    def __init__(self, message: str, where: str = "") -> None:
        super().__init__(message)
        self.where = where or type(self).where


@dataclass(frozen=True, kw_only=True, slots=True)
class Source(DataInfo):
    """A data set before it is made. `make` draws everything random from the stream it is given.

    One that is `stored` reads a file instead and draws nothing. One that is `ordered` is a whole from start
    to end, as a text is: its last samples are held out, and `gap` samples before them, which share some of
    it with both parts, are left out. One that `tells` how far it is, because it downloads or reads many
    files, also takes a `Progress`.
    """

    make: Callable[..., Samples]
    stored: bool = False
    tells: bool = False
    scaled_targets: bool = False
    """Whether the targets of a regression are standardised by the training part, each value by itself.

    Any unit can then be learnt at the usual rates, and foretelling the mean has a squared error of 1.
    """
    tokens: tuple[str, ...] = ()
    """The text of every token id, where the inputs are text."""
    separator: str = ""
    """What stands between two tokens when they are written as text."""
    ordered: bool = False
    gap: int = 0
    fit: Callable[[int], Source] | None = None
    """The same data set once it is known how many samples train, where it learns from those alone: a
    vocabulary, say."""


data_sets: Registry[Callable[..., Source]] = Registry("data set")
