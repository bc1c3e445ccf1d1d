"""Every data set made small: its parameters, the files that it reads, and layers that take it.

For tests that go through all data sets.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from image_files import cifar10_files, cifar100_files, write_files, write_image_folder, write_mnist

from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import LayerSpec

REVIEWS = [f"{word} film number {i},{word}\n" for i in range(40) for word in ("good", "bad")]
PEOPLE = [f"{i % 7},{('Rome', 'Oslo', 'Bern')[i % 3]},{i % 5 / 4},{i * i % 11}.5\n" for i in range(80)]
TEXTS = {
    "text_classification": ("texts.csv", "text,label\n" + "".join(REVIEWS)),
    "table": ("table.csv", "a,b,c,y\n" + "".join(PEOPLE)),
}
"""Files of texts, by the data set whose `path` they are."""

IMAGES: dict[str, Callable[[Path], object]] = {
    "mnist": write_mnist,
    "fashion_mnist": lambda folder: write_mnist(folder, packed=False),
    "cifar10": lambda folder: write_files(folder, cifar10_files()),
    "cifar100": lambda folder: write_files(folder, cifar100_files()),
    "image_folder": write_image_folder,
}
"""What writes the images of a data set into the folder that is its `path`."""

SMALL: dict[str, dict[str, Any]] = {
    "digits": {},
    "iris": {},
    "wine": {},
    "breast_cancer": {},
    "diabetes": {},
    "table": {},
    "sequential_digits": {},
    "text": {"length": 1000},
    "text_classification": {"length": 5},
    "adding": {"length": 10, "samples": 100},
    "copy_memory": {"delay": 3, "remembered": 2, "samples": 100},
    "temporal_order": {"length": 20, "samples": 100},
    "reber": {"length": 12, "samples": 100},
}


def small_parameters(name: str, folder: Path) -> dict[str, Any]:
    """The parameters of a data set that make it small; what it reads is written into `folder`."""
    if name in IMAGES:
        folder.mkdir(parents=True, exist_ok=True)
        IMAGES[name](folder)
        return {"path": str(folder)}
    given = SMALL.get(name, {"samples": 100})
    if name in TEXTS:
        folder.mkdir(parents=True, exist_ok=True)
        file, text = TEXTS[name]
        (folder / file).write_text(text, encoding="utf-8")
        return {**given, "path": str(folder / file)}
    return given


def small_layers(info: DataInfo) -> tuple[LayerSpec, ...]:
    """A small network for such data."""
    start = () if info.vocabulary is None else (LayerSpec(kind="Embedding", parameters={"embedding_dim": 4}),)
    return (
        *start,
        *(() if info.per_position else (LayerSpec(kind="Flatten"),)),
        LayerSpec(kind="Linear", parameters={"out_features": 8}),
        LayerSpec(kind="Tanh"),
        LayerSpec(kind="Linear", parameters={"out_features": "classes"}),
    )
