"""The classic tables that everybody has seen: iris, wine, breast cancer, diabetes, bundled as files.

The values are scikit-learn's, kept here because importing that takes 1.3 s; `tools/classic_tables.py` writes
the files. Diabetes is the raw one, of which scikit-learn's own default is a scaled copy.
"""

from __future__ import annotations

import zipfile
from functools import partial

import numpy as np

from gradviz.data.registry import DataError, Samples, Source, data_sets
from gradviz.paths import resources
from gradviz.spec.data_info import Task


@data_sets.register("iris", group="Tables", doc="150 iris flowers, 4 lengths in cm, 3 species (Fisher 1936)")
def iris() -> Source:
    """Sepal length and width, petal length and width; setosa, versicolor, virginica."""
    return Source(input_shape=(4,), classes=3, samples=150, make=partial(read_classic, "iris"), stored=True)


@data_sets.register("wine", group="Tables", doc="178 wines, 13 chemical measurements, 3 cultivars")
def wine() -> Source:
    """Three cultivars from one region of Italy."""
    return Source(input_shape=(13,), classes=3, samples=178, make=partial(read_classic, "wine"), stored=True)


@data_sets.register(
    "breast_cancer", group="Tables", doc="569 tumours, 30 measurements of cell nuclei, malignant or benign"
)
def breast_cancer() -> Source:
    """Class 0 is malignant, class 1 benign."""
    make = partial(read_classic, "breast_cancer")
    return Source(input_shape=(30,), classes=2, samples=569, make=make, stored=True)


@data_sets.register(
    "diabetes",
    group="Tables",
    doc="442 patients, 10 measurements, and a number: how far diabetes went in a year (regression)",
)
def diabetes() -> Source:
    """The target is 25 to 346; training standardises it."""
    return Source(
        input_shape=(10,),
        classes=1,
        samples=442,
        task=Task.REGRESSION,
        make=partial(read_classic, "diabetes"),
        stored=True,
        scaled_targets=True,
    )


def read_classic(name: str, _rng: np.random.Generator) -> Samples:
    """The samples of a bundled table. Raises DataError."""
    path = resources() / "data" / f"{name}.npz"
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            x, y = file["x"].astype(np.float32), file["y"]
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise DataError(f"the bundled data file {path} cannot be read: {error}") from error
    return x, (y.astype(np.int64) if y.ndim == 1 else y.astype(np.float32))
