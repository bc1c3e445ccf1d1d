"""Images that are too many to travel in a script: it reads their files where the engine does.

Each is a few lines of the format as it was published; what our own readers say of damaged files is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from gradviz.data import cifar, image_folder, mnist
from gradviz.data.registry import Source
from gradviz.export.expression import Argument, Call, Value
from gradviz.export.layout import laid_out, literal
from gradviz.export.pytorch.source import Sources

_IDX = '''\
{images}
{labels}


def stored_samples() -> tuple[np.ndarray, np.ndarray]:
    """Images and labels from the files as they were published."""
    pixels = {read_images}[16:]
    x = np.frombuffer(pixels, np.uint8).reshape(-1, {shape})
    y = np.frombuffer({read_labels}[8:], np.uint8).astype(np.int64)
{chosen}'''

_RECORDS = '''\
{places}


def stored_samples() -> tuple[np.ndarray, np.ndarray]:
    """Images and labels from the records as they were published."""
{read}
    records = np.frombuffer(b"".join(parts), np.uint8).reshape(-1, {record})
    x, y = records[:, {labels}:].reshape(-1, 3, 32, 32), records[:, {label}].astype(np.int64)
{chosen}'''

_FOLDERS = '''\
FOLDERS = [
{folders}
]
SUFFIXES = {suffixes}


def stored_samples() -> tuple[np.ndarray, np.ndarray]:
    """The images in FOLDERS, one for each class."""
    x, y = [], []
    for number, folder in enumerate(FOLDERS):
        for file in sorted(folder.iterdir()):
            if file.suffix.lower() in SUFFIXES and not file.name.startswith("."):
                with Image.open(file) as image:
                    x.append(pixels(ImageOps.exif_transpose(image), {shape}))
                y.append(number)
    return np.stack(x), np.array(y)'''


def reading(name: str, source: Source, sources: Sources) -> list[str]:
    """The definitions, the last of them `stored_samples`; none for data that no script reads."""
    if name not in _READERS or not isinstance(source.make, partial):
        return []
    texts = _READERS[name](source.make.args, source, sources)
    sources.need("pathlib", "Path")
    return texts


def _idx(given: tuple[Any, ...], source: Source, sources: Sources) -> list[str]:
    published, folder, chosen = given
    files = [mnist.find(folder, file) or folder / file.name for file in (published.images, published.labels)]
    read = [
        f"gzip.decompress({constant}.read_bytes())" if file.suffix == ".gz" else f"{constant}.read_bytes()"
        for constant, file in zip(("IMAGES", "LABELS"), files, strict=True)
    ]
    if any("gzip" in line for line in read):
        sources.need("gzip")
    images, labels = (
        _path(f"{name} = ", file) for name, file in zip(("IMAGES", "LABELS"), files, strict=True)
    )
    return [
        _IDX.format(
            images=images,
            labels=labels,
            read_images=read[0],
            read_labels=read[1],
            shape=", ".join(map(str, source.input_shape)),
            chosen=_chosen(chosen, 10),
        )
    ]


def _records(given: tuple[Any, ...], _source: Source, sources: Sources) -> list[str]:
    version, folder, chosen = given
    found = cifar.find(version, folder) or (folder / version.archive.name,)
    names = literal(version.files)
    if found[0].suffix == ".bin":
        places = f"{_path('FOLDER = ', found[0].parent)}\nFILES = {names}"
        read = "    parts = [(FOLDER / name).read_bytes() for name in FILES]"
    else:
        sources.need("tarfile")
        places = f"{_path('ARCHIVE = ', found[0])}\nFILES = {names}"
        read = (
            "    with tarfile.open(ARCHIVE) as archive:\n"
            "        members = [member for member in archive if Path(member.name).name in FILES]\n"
            "        parts = [archive.extractfile(member).read() for member in members]"
        )
    return [
        _RECORDS.format(
            places=places,
            read=read,
            record=version.record,
            labels=version.label_bytes,
            label=version.label,
            chosen=_chosen(chosen, version.classes),
        )
    ]


def _folders(given: tuple[Any, ...], source: Source, sources: Sources) -> list[str]:
    files: tuple[tuple[Path, ...], ...] = given[0]
    sources.need("PIL", "Image", "ImageOps")
    listed = "\n".join(f"{_path('', images[0].parent, 4)}," for images in files)
    text = _FOLDERS.format(
        folders=listed, suffixes=literal(image_folder.SUFFIXES), shape=literal(source.input_shape)
    )
    return [*sources.carry(image_folder.pixels), text]


def _path(prefix: str, path: Path, indent: int = 0) -> str:
    """The lines that say where something is; one in a list is indented and a comma follows."""
    call = Call("Path", (Argument(Value(str(path))),))
    return " " * indent + prefix + laid_out(call, indent, before=indent + len(prefix), after=indent and 1)


def _chosen(chosen: tuple[int, ...], available: int) -> str:
    """The end of a reader: all samples, or those of some classes under new numbers."""
    if len(chosen) == available:
        return "    return x, y"
    return (
        f"    classes = {list(chosen)}\n"
        "    kept = np.isin(y, classes)\n"
        "    return x[kept], np.searchsorted(classes, y[kept])"
    )


_READERS: dict[str, Callable[[tuple[Any, ...], Source, Sources], list[str]]] = {
    "mnist": _idx,
    "fashion_mnist": _idx,
    "cifar10": _records,
    "cifar100": _records,
    "image_folder": _folders,
}
