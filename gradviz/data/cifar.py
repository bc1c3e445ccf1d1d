"""CIFAR-10 and CIFAR-100: 50,000 colour images of 32 × 32 pixels, as the binary version has them.

An image is one record: its label (CIFAR-100 has two, of 20 coarse and 100 fine classes), then 1,024 bytes
each of red, green and blue. Only the published training part is used; `validation` is split off it as from
all data, so that the test part stays what its name says. The files are read from a folder, packed or not,
or downloaded once. The Python version is not read: it is a pickle, which can run any code.

A. Krizhevsky, “Learning multiple layers of features from tiny images”, 2009.
"""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gradviz.data.class_subset import CLASSES, chosen_classes, samples_of, subset
from gradviz.data.download import RemoteFile, download
from gradviz.data.named_folder import cache_of, named_folder
from gradviz.data.progress import Progress, unwatched
from gradviz.data.registry import DataError, Samples, Source, data_sets
from gradviz.spec.registry import choice
from gradviz.spec.registry import path as path_parameter

_PATH = path_parameter(
    "The folder that has the binary version, packed or not; without it, it is downloaded once", optional=True
)
_SHAPE = (3, 32, 32)
_PIXELS = 3 * 32 * 32
_SAMPLES = 50_000
_MOST_BYTES = 2**30
"""More than any of these files has, so that a wrong archive does not fill the memory."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Version:
    """A data set as it was published: one archive with a folder of files of records."""

    name: str
    archive: RemoteFile
    folder: str
    files: tuple[str, ...]
    label_bytes: int
    label: int
    classes: int

    @property
    def record(self) -> int:
        """Bytes of an image with its labels."""
        return self.label_bytes + _PIXELS


def _archive(name: str, sha256: str, size: int) -> RemoteFile:
    places = ("https://www.cs.toronto.edu/~kriz", "https://cave.cs.toronto.edu/kriz")
    return RemoteFile(name=name, urls=tuple(f"{place}/{name}" for place in places), sha256=sha256, size=size)


_CIFAR10 = _Version(
    name="cifar10",
    archive=_archive(
        "cifar-10-binary.tar.gz",
        "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        170_052_171,
    ),
    folder="cifar-10-batches-bin",
    files=tuple(f"data_batch_{number}.bin" for number in range(1, 6)),
    label_bytes=1,
    label=0,
    classes=10,
)
_ARCHIVE100 = _archive(
    "cifar-100-binary.tar.gz", "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec", 168_513_733
)
_CIFAR100 = {
    labels: _Version(
        name="cifar100",
        archive=_ARCHIVE100,
        folder="cifar-100-binary",
        files=("train.bin",),
        label_bytes=2,
        label=label,
        classes=classes,
    )
    for labels, label, classes in (("coarse", 0, 20), ("fine", 1, 100))
}


@data_sets.register(
    "cifar10",
    group="Images",
    doc="50,000 photographs, 32 × 32 pixels in colour, 10 classes; downloads 170 MB once",
    parameters=(_PATH, CLASSES),
)
def cifar10(path: str | None, classes: list[int] | None) -> Source:
    """The training part of CIFAR-10: images `[50000, 3, 32, 32]` of values 0 to 255."""
    return _source(_CIFAR10, path, classes)


@data_sets.register(
    "cifar100",
    group="Images",
    doc="50,000 photographs, 32 × 32 pixels in colour, 100 classes; downloads 169 MB once",
    parameters=(
        _PATH,
        CLASSES,
        choice("labels", "100 fine classes, or 20 coarse ones", choices=("fine", "coarse"), default="fine"),
    ),
)
def cifar100(path: str | None, classes: list[int] | None, labels: str) -> Source:
    """The training part of CIFAR-100: images `[50000, 3, 32, 32]` of values 0 to 255."""
    return _source(_CIFAR100[labels], path, classes)


def _source(version: _Version, path: str | None, classes: list[int] | None) -> Source:
    chosen = chosen_classes(classes, version.classes)
    folder = named_folder(path) if path else cache_of(version.name)
    found = find(version, folder)
    if path and not found:
        raise DataError(_missing(version, folder))
    samples = _samples(version, found, None if classes is None else chosen)
    if not samples:
        raise DataError(f"{found[0]} has no image of the classes {', '.join(map(str, chosen))}")
    return Source(
        input_shape=_SHAPE,
        classes=len(chosen),
        samples=samples,
        make=partial(_make, version, folder, chosen),
        stored=True,
        tells=True,
    )


def _make(
    version: _Version,
    folder: Path,
    chosen: tuple[int, ...],
    _rng: np.random.Generator,
    progress: Progress = unwatched,
) -> Samples:
    found = find(version, folder) or (download(version.archive, folder, progress),)
    progress("Reading the images")
    records = np.concatenate([_records(version, *part) for part in _contents(version, found)])
    images = records[:, version.label_bytes :].reshape(-1, *_SHAPE)
    return subset(images, records[:, version.label].astype(np.int64), chosen, version.classes)


def find(version: _Version, folder: Path) -> tuple[Path, ...]:
    """The unpacked files, or else the archive; nothing where neither is whole."""
    for place in (folder, folder / version.folder):
        files = tuple(place / name for name in version.files)
        if all(file.is_file() for file in files):
            return files
    archive = folder / version.archive.name
    return (archive,) if archive.is_file() else ()


def _missing(version: _Version, folder: Path) -> str:
    there = [name for name in version.files if (folder / name).is_file()]
    if there:
        lacking = ", ".join(name for name in version.files if name not in there)
        return f"data.path: {folder} lacks {lacking}"
    wanted = f"neither {version.archive.name} nor {version.files[0]}"
    python = version.archive.name.replace("binary", "python")
    files = ("data_batch_1", "train", python)
    if any((place / name).is_file() for place in (folder, folder / "cifar-10-batches-py") for name in files):
        return (
            f"data.path: {folder} has the Python version, a pickle that is not read: get the binary version"
        )
    return f"data.path: {folder} has {wanted}"


def _samples(version: _Version, found: tuple[Path, ...], chosen: tuple[int, ...] | None) -> int:
    """How many images there are of the `chosen` classes, or of all, with as little reading as can be."""
    if not found or found[0].stat().st_size == version.archive.size:
        return len(chosen or range(version.classes)) * _SAMPLES // version.classes
    if chosen is None and found[0].suffix == ".bin":
        return sum(_count(version, file, file.stat().st_size) for file in found)
    counts = _counts(version, found, tuple(file.stat().st_mtime_ns for file in found))
    return samples_of(chosen or range(version.classes), counts)


@lru_cache(maxsize=16)
def _counts(version: _Version, found: tuple[Path, ...], _changed: tuple[int, ...]) -> tuple[int, ...]:
    """How many images each class has; read once for every change of the files."""
    counts = np.zeros(version.classes, dtype=np.int64)
    for part in _contents(version, found):
        counts += np.bincount(_records(version, *part)[:, version.label], minlength=version.classes)
    return tuple(counts.tolist())


def _contents(version: _Version, found: tuple[Path, ...]) -> Iterator[tuple[Path, bytes]]:
    """Every file of records and what is in it. Raises DataError."""
    try:
        if found[0].suffix == ".bin":
            for file in found:
                _count(version, file, file.stat().st_size)
                yield file, file.read_bytes()
            return
        with tarfile.open(found[0], "r:gz") as archive:
            waiting = list(version.files)
            for member in archive:
                name = Path(member.name).name
                if not member.isfile() or name not in waiting:
                    continue
                waiting.remove(name)
                _count(version, found[0] / name, member.size)
                opened = archive.extractfile(member)
                yield found[0] / name, opened.read() if opened is not None else b""
        if waiting:
            raise DataError(f"{found[0]} lacks {', '.join(waiting)}")
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise DataError(f"{found[0]} cannot be read: {error}; delete it and get it again") from error


def _count(version: _Version, file: Path, size: int) -> int:
    """How many records a file of that size has. Raises DataError for none, and for a part of one."""
    if not size:
        raise DataError(f"{file} is empty")
    if size % version.record or size > _MOST_BYTES:
        raise DataError(
            f"{file} has {size:,} bytes, which is no number of images of {version.record:,} bytes: "
            "it is damaged or was not copied whole"
        )
    return size // version.record


def _records(version: _Version, file: Path, content: bytes) -> NDArray[np.uint8]:
    if _count(version, file, len(content)) < 1:
        raise DataError(f"{file} is empty")
    records = np.frombuffer(content, dtype=np.uint8).reshape(-1, version.record)
    labels = records[:, version.label]
    if (largest := int(labels.max())) >= version.classes:
        where = int(labels.argmax())
        raise DataError(
            f"{file} has the label {largest} at image {where}, but the classes are 0 to {version.classes - 1}"
        )
    return records
