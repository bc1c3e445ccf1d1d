"""Small files in the formats in which image data are published, and a folder of images, for tests."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

import numpy as np
from PIL import Image


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def idx_bytes(array: np.ndarray) -> bytes:
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, dtype=">u4").tobytes()
    return header + array.astype(np.uint8).tobytes()


def mnist_arrays(samples: int = 100, side: int = 6) -> tuple[np.ndarray, np.ndarray]:
    images = rng().integers(0, 256, (samples, side, side), dtype=np.uint8)
    return images, (np.arange(samples) % 10).astype(np.uint8)


def write_mnist(folder: Path, *, packed: bool = True, samples: int = 100, side: int = 6) -> None:
    """The training files of MNIST, as small as asked for."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in zip(("images-idx3", "labels-idx1"), mnist_arrays(samples, side), strict=True):
        content = idx_bytes(array)
        path = folder / f"train-{name}-ubyte{'.gz' if packed else ''}"
        path.write_bytes(gzip.compress(content) if packed else content)


def cifar_arrays(samples: int = 100, classes: int = 10) -> tuple[np.ndarray, np.ndarray]:
    images = rng().integers(0, 256, (samples, 3, 32, 32), dtype=np.uint8)
    return images, (np.arange(samples) % classes).astype(np.uint8)


def cifar10_files(samples: int = 100) -> dict[str, bytes]:
    images, labels = cifar_arrays(samples)
    records = np.concatenate([labels[:, None], images.reshape(samples, -1)], axis=1)
    parts = np.array_split(records, 5)
    return {f"data_batch_{number}.bin": part.tobytes() for number, part in enumerate(parts, 1)}


def cifar100_files(samples: int = 200) -> dict[str, bytes]:
    images, fine = cifar_arrays(samples, 100)
    records = np.concatenate([(fine // 5)[:, None], fine[:, None], images.reshape(samples, -1)], axis=1)
    return {"train.bin": records.tobytes()}


def write_files(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def write_archive(path: Path, inside: str, files: dict[str, bytes]) -> None:
    """The files in a folder `inside` of a .tar.gz, with a text beside them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as archive:
        for name, content in {"readme.html": b"hello", **files}.items():
            member = tarfile.TarInfo(f"{inside}/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def write_image_folder(folder: Path, classes: tuple[str, ...] = ("cat", "dog"), each: int = 50) -> None:
    """Small PNG images, `each` of every class."""
    for number, name in enumerate(classes):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for place in range(each):
            pixels = rng().integers(0, 120, (5, 4, 3), dtype=np.uint8) + np.uint8(100 * (number % 2) + place)
            Image.fromarray(pixels).save(folder / name / f"{place:03}.png")
