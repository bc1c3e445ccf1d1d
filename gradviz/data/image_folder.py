"""A folder of images with one folder inside it for each class, as most people keep their own pictures.

The classes are the inner folders in the order of their names. Pillow reads the files; the description of the
data needs only a list of them and the header of the first.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from gradviz.data.class_subset import CLASSES, chosen_classes, samples_of
from gradviz.data.named_folder import named_folder
from gradviz.data.progress import Meter, Progress, unwatched
from gradviz.data.registry import DataError, Samples, Source, data_sets
from gradviz.spec.registry import boolean, integers
from gradviz.spec.registry import path as path_parameter

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm")
_SHOWN = 3
"""Files that are named in an error; of more, the number."""
_EIGHT_BITS = ("1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr", "LAB", "HSV")

Classes = tuple[tuple[Path, ...], ...]
"""The images of every class."""


@data_sets.register(
    "image_folder",
    group="Images",
    doc="Your own images: a folder with a folder of PNG, JPEG, BMP, GIF, WebP … files for each class",
    parameters=(
        path_parameter("The folder that has a folder of images for each class"),
        integers(
            "size",
            "Height and width to which every image is resized; without it all must have the same size",
            default=None,
            length=2,
            minimum=1,
            maximum=16_384,
        ),
        boolean("grey", "One grey channel instead of red, green and blue", default=False),
        CLASSES,
    ),
)
def image_folder(path: str, size: list[int] | None, grey: bool, classes: list[int] | None) -> Source:
    """Images `[samples, 3 or 1, height, width]` of values 0 to 255; what is transparent is black."""
    folder = named_folder(path)
    files = _listed(folder)
    chosen = chosen_classes(classes, len(files))
    height, width = size or _size(files[chosen[0]][0])
    shape = (1 if grey else 3, height, width)
    return Source(
        input_shape=shape,
        classes=len(chosen),
        samples=samples_of(chosen, [len(images) for images in files]),
        make=partial(_make, tuple(files[number] for number in chosen), shape, size is not None),
        stored=True,
        tells=True,
    )


def _make(
    files: Classes,
    shape: tuple[int, int, int],
    resize: bool,
    _rng: np.random.Generator,
    progress: Progress = unwatched,
) -> Samples:
    together = [(file, number) for number, images in enumerate(files) for file in images]
    x = np.empty((len(together), *shape), dtype=np.uint8)
    meter = Meter(progress, lambda done: f"Reading images: {done:,} of {len(together):,}")
    odd: list[str] = []
    broken: list[str] = []
    for place, (file, _) in enumerate(together):
        try:
            with _open(file) as image:
                upright = _upright(image, file)
                if not resize and upright.size != (shape[2], shape[1]):
                    odd.append(f"{file} is {upright.height} × {upright.width}")
                    continue
                x[place] = pixels(upright, shape)
        except DataError as error:
            broken.append(str(error))
        meter.advance(1)
    if broken:
        raise DataError(_several(broken))
    if odd:
        first = f"{together[0][0]} is {shape[1]} × {shape[2]}"
        raise DataError(
            f"the images differ in size: {first}, {_several(odd)}; data.size = [height, width] resizes all"
        )
    return x, np.array([number for _, number in together], dtype=np.int64)


def _listed(folder: Path) -> Classes:
    """The images of every class. Raises DataError."""
    try:
        inner = _folders(folder)
        stamps = (folder.stat().st_mtime_ns, *(place.stat().st_mtime_ns for place in inner))
        return _images(folder, tuple(inner), stamps)
    except OSError as error:
        raise DataError(f"{error.filename or folder} cannot be read: {error.strerror or error}") from error


@lru_cache(maxsize=16)
def _images(folder: Path, inner: tuple[Path, ...], _changed: tuple[int, ...]) -> Classes:
    """Listed once for every change of the folders."""
    if not inner:
        raise DataError(f"data.path: {folder} has no folders: it needs one for each class, with its images")
    classes: list[tuple[Path, ...]] = []
    for place in inner:
        images = tuple(sorted(file for file in _visible(place) if file.suffix.lower() in SUFFIXES))
        if not images and _folders(place):
            raise DataError(f"data.path: {place} has folders instead of images: is it the one to be named?")
        if not images:
            raise DataError(
                f"data.path: the class {place.name} has no images (files ending in {', '.join(SUFFIXES)}): "
                f"put some into {place}, or remove it"
            )
        classes.append(images)
    if len(inner) == 1:
        raise DataError(
            f"data.path: {folder} has only one class, {inner[0].name}: to tell apart, it takes two folders"
        )
    return tuple(classes)


def _folders(folder: Path) -> list[Path]:
    return sorted(place for place in _visible(folder) if place.is_dir())


def _visible(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        yield from (Path(entry.path) for entry in entries if not entry.name.startswith("."))


def _size(file: Path) -> tuple[int, int]:
    """Height and width, from the header alone."""
    with _open(file) as image:
        width, height = image.size
        turned = image.getexif().get(0x0112, 1) >= 5  # the orientation of the camera
    return (width, height) if turned else (height, width)


@contextmanager
def _open(file: Path) -> Iterator[Image.Image]:
    """The image; what goes wrong while it is open becomes a DataError that names the file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file) as image:
                yield image
    except DataError:
        raise
    except UnidentifiedImageError:
        what = "is empty" if not file.stat().st_size else "is no image, or a damaged one"
        raise DataError(f"{file} {what}") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise DataError(f"{file} has more than {Image.MAX_IMAGE_PIXELS or 0:,} pixels") from None
    except MemoryError:
        raise
    except Exception as error:
        raise DataError(f"{file} cannot be read: {error}") from error


def _upright(image: Image.Image, file: Path) -> Image.Image:
    """As the camera was held."""
    if image.mode not in _EIGHT_BITS:
        raise DataError(f"{file} has more than 8 bits a channel; save it with 8")
    return ImageOps.exif_transpose(image)


def pixels(image: Image.Image, shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    """The image as `shape` says, channels first."""
    channels, height, width = shape
    if image.has_transparency_data:
        image = Image.alpha_composite(Image.new("RGBA", image.size, (0, 0, 0, 255)), image.convert("RGBA"))
    plain = image.convert("L" if channels == 1 else "RGB")
    if plain.size != (width, height):
        plain = plain.resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(plain).reshape(height, width, channels).transpose(2, 0, 1)


def _several(sentences: list[str]) -> str:
    """The first few, and how many more there are."""
    more = len(sentences) - _SHOWN
    return "; ".join(sentences[:_SHOWN]) + (f"; and {more:,} more" if more > 0 else "")
