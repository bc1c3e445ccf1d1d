"""MNIST and Fashion-MNIST: 60,000 grey images of 28 × 28 pixels in 10 classes, as idx files.

Only the published training part is used; `validation` is split off it as from all data, so that the test part
stays what its name says. The files are read from a folder, or downloaded once.

Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, “Gradient-based learning applied to document recognition”, 1998.
H. Xiao, K. Rasul, R. Vollgraf, “Fashion-MNIST”, arXiv:1708.07747, 2017.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from gradviz.data.class_subset import CLASSES, chosen_classes, samples_of, subset
from gradviz.data.download import RemoteFile, download
from gradviz.data.idx import idx_shape, read_idx
from gradviz.data.named_folder import cache_of, named_folder
from gradviz.data.progress import Progress, unwatched
from gradviz.data.registry import DataError, Samples, Source, data_sets
from gradviz.spec.registry import path as path_parameter

_PATH = path_parameter(
    "The folder that has the idx files, plain or .gz; without it they are downloaded once", optional=True
)
_CLASSES = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class _Published:
    """A data set as it was published: its files, and how many images each class has."""

    name: str
    images: RemoteFile
    labels: RemoteFile
    counts: tuple[int, ...]


def _published(
    name: str, places: tuple[str, ...], images: tuple[str, int], labels: tuple[str, int], *counts: int
) -> _Published:
    def remote(file: str, sha256: str, size: int) -> RemoteFile:
        return RemoteFile(
            name=file, urls=tuple(f"{place}/{file}" for place in places), sha256=sha256, size=size
        )

    return _Published(
        name=name,
        images=remote("train-images-idx3-ubyte.gz", *images),
        labels=remote("train-labels-idx1-ubyte.gz", *labels),
        counts=counts,
    )


_MNIST = _published(
    "mnist",
    ("https://ossci-datasets.s3.amazonaws.com/mnist", "https://storage.googleapis.com/cvdf-datasets/mnist"),
    ("440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609", 9_912_422),
    ("3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", 28_881),
    *(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949),
)
_FASHION = _published(
    "fashion_mnist",
    (
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion",
    ),
    ("3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", 26_421_880),
    ("a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", 29_515),
    *(6000,) * _CLASSES,
)


@data_sets.register(
    "mnist",
    group="Images",
    doc="60,000 handwritten digits, 28 × 28 grey pixels, 10 classes; downloads 10 MB once",
    parameters=(_PATH, CLASSES),
)
def mnist(path: str | None, classes: list[int] | None) -> Source:
    """The training part of MNIST: images `[60000, 1, 28, 28]` of values 0 to 255."""
    return _source(_MNIST, path, classes)


@data_sets.register(
    "fashion_mnist",
    group="Images",
    doc="60,000 pieces of clothing, 28 × 28 grey pixels, 10 classes; downloads 26 MB once",
    parameters=(_PATH, CLASSES),
)
def fashion_mnist(path: str | None, classes: list[int] | None) -> Source:
    """The training part of Fashion-MNIST: images `[60000, 1, 28, 28]` of values 0 to 255."""
    return _source(_FASHION, path, classes)


def _source(published: _Published, path: str | None, classes: list[int] | None) -> Source:
    chosen = chosen_classes(classes, _CLASSES)
    folder = named_folder(path) if path else cache_of(published.name)
    images, labels = (find(folder, file) for file in (published.images, published.labels))
    if images is not None and labels is not None:
        shape = _checked_shape(images, labels)
        stamp = labels.stat().st_mtime_ns
        samples = shape[0] if classes is None else samples_of(chosen, _counts(labels, stamp))
    elif path:
        missing = published.images if images is None else published.labels
        raise DataError(f"data.path: {folder} has no file {missing.name}, nor one without .gz")
    else:
        shape, samples = (60_000, 28, 28), samples_of(chosen, published.counts)
    if not samples:
        raise DataError(f"{labels} has no image of the classes {', '.join(map(str, chosen))}")
    return Source(
        input_shape=(1, *shape[1:]),
        classes=len(chosen),
        samples=samples,
        make=partial(_make, published, folder, chosen),
        stored=True,
        tells=True,
    )


def _make(
    published: _Published,
    folder: Path,
    chosen: tuple[int, ...],
    _rng: np.random.Generator,
    progress: Progress = unwatched,
) -> Samples:
    images, labels = (
        find(folder, file) or download(file, folder, progress)
        for file in (published.images, published.labels)
    )
    _checked_shape(images, labels)
    y = _read_labels(labels)
    return subset(read_idx(images)[:, None], y, chosen, _CLASSES)


def find(folder: Path, file: RemoteFile) -> Path | None:
    """The file in `folder`, plain or packed, also by the name with a dot that some archives give it."""
    plain = file.name.removesuffix(".gz")
    names = (plain, plain.replace("-idx", ".idx"), file.name, f"{plain.replace('-idx', '.idx')}.gz")
    return next((folder / name for name in names if (folder / name).is_file()), None)


def _checked_shape(images: Path, labels: Path) -> tuple[int, ...]:
    """The shape of the images, from the headers; there must be as many labels."""
    shape, of_labels = idx_shape(images), idx_shape(labels)
    if len(shape) != 3 or 0 in shape[1:]:
        raise DataError(
            f"{images} holds no images: its items have {len(shape) - 1} dimensions of {shape[1:]}"
        )
    if len(of_labels) != 1:
        raise DataError(f"{labels} holds no labels: a label is one number, not {of_labels[1:]}")
    if shape[0] != of_labels[0]:
        raise DataError(f"{images} has {shape[0]:,} images but {labels.name} has {of_labels[0]:,} labels")
    if not shape[0]:
        raise DataError(f"{images} has no images")
    return shape


def _read_labels(path: Path) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    labels = read_idx(path).astype(np.int64)
    if (largest := int(labels.max())) >= _CLASSES:
        where = int(labels.argmax())
        raise DataError(f"{path} has the label {largest} at image {where}, but the classes are 0 to 9")
    return labels


@lru_cache(maxsize=16)
def _counts(labels: Path, _changed: int) -> tuple[int, ...]:
    """How many images each class has; read once for every change of the file."""
    return tuple(np.bincount(_read_labels(labels), minlength=_CLASSES).tolist())
