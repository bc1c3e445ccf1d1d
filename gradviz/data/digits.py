"""Handwritten digits: 1,797 grey images of 8 × 8 pixels in 10 classes, bundled as a file.

The values are scikit-learn's `load_digits`, kept here because importing that takes 1.3 s. The source
is the test part of “Optical Recognition of Handwritten Digits” (Alpaydin and Kaynak, 1998, UCI).
"""

from __future__ import annotations

import zipfile
from functools import partial

import numpy as np
from numpy.typing import NDArray

from gradviz.data.class_subset import CLASSES, chosen_classes, samples_of, subset
from gradviz.data.registry import DataError, Samples, Source, data_sets
from gradviz.paths import resources

_SAMPLES = (178, 182, 177, 183, 181, 182, 181, 179, 174, 180)
"""Of every class."""


@data_sets.register(
    "digits",
    group="Images",
    doc="1,797 handwritten digits, 8 × 8 grey pixels, 10 classes; in the program, no download",
    parameters=(CLASSES,),
)
def digits(classes: list[int] | None = None) -> Source:
    """The bundled digits: images `[1797, 1, 8, 8]` of values 0 to 16."""
    chosen = chosen_classes(classes, len(_SAMPLES))
    return Source(
        input_shape=(1, 8, 8),
        classes=len(chosen),
        samples=samples_of(chosen, _SAMPLES),
        make=partial(_chosen, chosen),
        stored=True,
    )


def _chosen(chosen: tuple[int, ...], rng: np.random.Generator) -> Samples:
    return subset(*read_digits(rng), chosen, len(_SAMPLES))


def read_digits(_rng: np.random.Generator) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Images `[1797, 1, 8, 8]` and their classes. Raises DataError where the file is damaged."""
    path = resources() / "data" / "digits.npz"
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            return file["images"].astype(np.float32)[:, None], file["target"].astype(np.int64)
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise DataError(f"the bundled data file {path} cannot be read: {error}") from error
