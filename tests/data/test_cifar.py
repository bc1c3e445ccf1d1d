from __future__ import annotations

import gzip

import numpy as np
import pytest
from image_files import cifar10_files, cifar100_files, cifar_arrays, write_archive, write_files

from gradviz.data import cifar
from gradviz.data.load import describe, load
from gradviz.data.registry import DataError
from gradviz.data.seeds import Purpose, stream
from gradviz.spec.experiment import DataSpec

ARCHIVE = "cifar-10-binary.tar.gz"


def spec(folder, name: str = "cifar10", **parameters) -> DataSpec:
    return DataSpec(name=name, parameters={"path": str(folder), **parameters})


def unpacked(folder) -> None:
    write_files(folder, cifar10_files())


def inner(folder) -> None:
    write_files(folder / "cifar-10-batches-bin", cifar10_files())


def packed(folder) -> None:
    write_archive(folder / ARCHIVE, "cifar-10-batches-bin", cifar10_files())


@pytest.mark.parametrize("write", [unpacked, inner, packed])
def test_images_and_labels_are_those_of_the_files(write, tmp_path) -> None:
    write(tmp_path)
    source = cifar.cifar10(str(tmp_path), None)
    x, y = source.make(stream(0, Purpose.SAMPLES))
    images, labels = cifar_arrays()
    assert source.samples == 100
    assert np.array_equal(x, images)
    assert y.tolist() == labels.tolist()


@pytest.mark.parametrize("write", [unpacked, packed])
def test_a_subset_is_described_and_loaded(write, tmp_path) -> None:
    write(tmp_path)
    asked = spec(tmp_path, classes=[9, 4])
    info = describe(asked)
    assert (info.classes, info.samples) == (2, 20)
    assert load(asked, seed=0).info == info


def test_cifar100_has_fine_and_coarse_labels(tmp_path) -> None:
    write_files(tmp_path, cifar100_files())
    fine, coarse = (cifar.cifar100(str(tmp_path), None, labels) for labels in ("fine", "coarse"))
    assert (fine.classes, coarse.classes) == (100, 20)
    numbers, wide = (source.make(stream(0, Purpose.SAMPLES))[1] for source in (fine, coarse))
    assert numbers.tolist() == [*range(100), *range(100)]
    assert wide.tolist() == [number // 5 for number in numbers]


@pytest.mark.parametrize(
    ("asked", "classes", "samples"),
    [
        (DataSpec(name="cifar10"), 10, 50_000),
        (DataSpec(name="cifar10", parameters={"classes": [1, 2, 3]}), 3, 15_000),
        (DataSpec(name="cifar100"), 100, 50_000),
        (DataSpec(name="cifar100", parameters={"labels": "coarse", "classes": [0, 19]}), 2, 5_000),
    ],
)
def test_without_a_folder_the_shape_is_known_and_nothing_is_downloaded(
    asked: DataSpec, classes: int, samples: int, monkeypatch
) -> None:
    monkeypatch.setattr(cifar, "download", lambda *_: pytest.fail("a description must not download"))
    info = describe(asked)
    assert (info.input_shape, info.classes, info.samples) == ((3, 32, 32), classes, samples)


def test_the_label_of_another_class_is_a_sentence(tmp_path) -> None:
    files = cifar10_files()
    files["data_batch_3.bin"] = bytes([12]) + files["data_batch_3.bin"][1:]
    write_files(tmp_path, files)
    with pytest.raises(DataError, match=r"data_batch_3\.bin has the label 12 at image 0.* 0 to 9"):
        load(spec(tmp_path), seed=0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data_batch_2.bin": b""}, r"data_batch_2\.bin is empty"),
        ({"data_batch_2.bin": b"x" * 3072}, r"has 3,072 bytes, which is no number of images of 3,073 bytes"),
        ({"data_batch_2.bin": None, "data_batch_5.bin": None}, r"lacks data_batch_2\.bin, data_batch_5\.bin"),
        (dict.fromkeys(cifar10_files()), r"has neither cifar-10-binary\.tar\.gz nor data_batch_1\.bin"),
        ({**dict.fromkeys(cifar10_files()), "data_batch_1": b"pickle"}, "has the Python version, a pickle"),
    ],
)
@pytest.mark.parametrize("archive", [False, True])
def test_what_cannot_be_used_is_a_sentence(changes: dict, message: str, archive: bool, tmp_path) -> None:
    files = {name: content for name, content in {**cifar10_files(), **changes}.items() if content is not None}
    if archive and files.keys() & cifar10_files().keys():
        write_archive(tmp_path / ARCHIVE, "cifar-10-batches-bin", files)
    else:
        write_files(tmp_path, files)
    with pytest.raises(DataError, match=message):
        load(spec(tmp_path), seed=0)


@pytest.mark.parametrize(
    "content",
    [b"", b"text", gzip.compress(b"text"), gzip.compress(b"\0" * 5000)[:-9]],
    ids=["empty", "text", "gzip", "cut off"],
)
def test_a_damaged_archive_is_named(content: bytes, tmp_path) -> None:
    (tmp_path / ARCHIVE).write_bytes(content)
    with pytest.raises(DataError, match=r"binary\.tar\.gz (cannot be read|lacks data_batch_1)"):
        load(spec(tmp_path), seed=0)


def test_an_archive_that_was_cut_off_is_named(tmp_path) -> None:
    packed(tmp_path)
    whole = (tmp_path / ARCHIVE).read_bytes()
    (tmp_path / ARCHIVE).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"binary\.tar\.gz cannot be read"):
        load(spec(tmp_path), seed=0)
