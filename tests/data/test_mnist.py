from __future__ import annotations

import gzip

import numpy as np
import pytest
from image_files import idx_bytes, mnist_arrays, write_mnist

from gradviz.data import mnist
from gradviz.data.load import describe, load
from gradviz.data.registry import DataError
from gradviz.data.seeds import Purpose, stream
from gradviz.nets.templates import new_experiment
from gradviz.paths import cache_folder
from gradviz.spec.experiment import DataSpec

LABELS = "train-labels-idx1-ubyte"


def spec(folder, name: str = "mnist", **parameters) -> DataSpec:
    return DataSpec(name=name, parameters={"path": str(folder), **parameters})


def samples(folder, classes: list[int] | None = None):
    return mnist.mnist(str(folder), classes).make(stream(0, Purpose.SAMPLES))


@pytest.mark.parametrize("packed", [False, True])
def test_images_and_labels_are_those_of_the_files(packed: bool, tmp_path) -> None:
    write_mnist(tmp_path, packed=packed)
    x, y = samples(tmp_path)
    images, labels = mnist_arrays()
    assert x.dtype == np.uint8
    assert np.array_equal(x[:, 0], images)
    assert y.tolist() == labels.tolist()


def test_names_with_a_dot_are_found_too(tmp_path) -> None:
    write_mnist(tmp_path, packed=False)
    for file in list(tmp_path.iterdir()):
        file.rename(tmp_path / file.name.replace("-idx", ".idx"))
    assert describe(spec(tmp_path)).samples == 100


def test_a_subset_is_described_and_loaded(tmp_path) -> None:
    write_mnist(tmp_path, samples=103)
    info = describe(spec(tmp_path, classes=[2, 7, 1]))
    assert (info.classes, info.samples) == (3, 11 + 11 + 10)
    x, y = samples(tmp_path, [2, 7, 1])
    images, labels = mnist_arrays(103)
    assert np.array_equal(x[y == 1, 0], images[labels == 2])
    assert load(spec(tmp_path, classes=[2, 7, 1]), seed=0).info == info


def test_a_changed_file_is_described_anew(tmp_path) -> None:
    write_mnist(tmp_path)
    assert describe(spec(tmp_path, classes=[0, 1])).samples == 20
    write_mnist(tmp_path, samples=50)
    assert describe(spec(tmp_path, classes=[0, 1])).samples == 10


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_without_a_folder_the_shape_is_known_and_nothing_is_downloaded(name: str, monkeypatch) -> None:
    monkeypatch.setattr(mnist, "download", lambda *_: pytest.fail("a description must not download"))
    info = describe(DataSpec(name=name))
    assert (info.input_shape, info.classes, info.samples) == ((1, 28, 28), 10, 60_000)
    assert 10_000 < describe(DataSpec(name=name, parameters={"classes": [3, 5]})).samples < 14_000
    assert not cache_folder().exists()


@pytest.mark.parametrize("template", ["lenet5", "mlp", "vgg11"])
def test_a_template_is_fitted_to_it(template: str) -> None:
    data = DataSpec(name="mnist")
    assert new_experiment(template, {}, data, describe(data)).data == data


def test_files_put_where_downloads_lie_are_found(monkeypatch) -> None:
    monkeypatch.setattr(mnist, "download", lambda *_: pytest.fail("the files are there"))
    write_mnist(cache_folder() / "data" / "fashion_mnist")
    assert describe(DataSpec(name="fashion_mnist")).samples == 100
    assert load(DataSpec(name="fashion_mnist"), seed=0).train_x.shape == (80, 1, 6, 6)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "has no file train-images-idx3-ubyte.gz, nor one without .gz"),
        ({"train-images-idx3-ubyte": idx_bytes(mnist_arrays()[0])}, f"has no file {LABELS}"),
        ({LABELS: idx_bytes(np.zeros(99))}, "has 100 images but .* has 99 labels"),
        ({LABELS: idx_bytes(np.zeros((100, 2)))}, "holds no labels"),
        ({LABELS: b""}, f"{LABELS} is empty"),
        ({LABELS: idx_bytes(np.full(100, 11))}, "has the label 11 at image 0, but the classes are 0 to 9"),
        ({"train-images-idx3-ubyte": idx_bytes(np.zeros(100))}, "holds no images"),
        (
            {"train-images-idx3-ubyte": idx_bytes(np.zeros((0, 3, 3))), LABELS: idx_bytes(np.zeros(0))},
            "no images",
        ),
        ({"train-images-idx3-ubyte": idx_bytes(mnist_arrays()[0])[:-4]}, "ends before that"),
        ({"train-images-idx3-ubyte.gz": gzip.compress(b"")}, "is empty"),
    ],
)
def test_what_cannot_be_used_is_a_sentence(files: dict, message: str, tmp_path) -> None:
    folder = tmp_path / "folder"
    if "no file" in message:
        folder.mkdir()
    else:
        write_mnist(folder, packed=False)
    for name, content in files.items():
        for old in folder.glob(f"{name.removesuffix('.gz')}*"):
            old.unlink()
        (folder / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        load(spec(folder), seed=0)


def test_classes_without_an_image_are_a_sentence(tmp_path) -> None:
    write_mnist(tmp_path, samples=5)
    with pytest.raises(DataError, match="has no image of the classes 8, 9"):
        describe(spec(tmp_path, classes=[8, 9]))


def test_a_folder_that_is_none_is_a_sentence(tmp_path) -> None:
    with pytest.raises(DataError, match=r"data\.path: there is no folder .*gone"):
        describe(spec(tmp_path / "gone"))
    (tmp_path / "file").write_text("text")
    with pytest.raises(DataError, match=r"data\.path must be a folder, and .*file is a file"):
        describe(spec(tmp_path / "file"))
    with pytest.raises(DataError, match=r"data\.path: .* cannot be read"):
        describe(spec("null\0byte"))
