"""Images that are too many for a script are read from their files, as the engine reads them."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
import torch
from exported import small
from image_files import cifar10_files, write_archive
from small_data import IMAGES, small_layers, small_parameters

from gradviz.data.load import describe, load, source_of
from gradviz.data.registry import data_sets
from gradviz.export.keras import export_keras
from gradviz.export.pytorch import data_section, export_pytorch, files_section
from gradviz.export.registry import ExportError
from gradviz.spec.experiment import DataSpec


@pytest.fixture
def tiny(monkeypatch):
    """So little room that no images fit."""
    monkeypatch.setattr(data_section, "_MOST_VALUES", 100)


def same(workshop, spec):
    """The script's samples are the engine's, and it has none of them in it."""
    experiment = replace(small(*small_layers(describe(spec))), data=spec)
    module = workshop.script(experiment)
    assert not hasattr(module, "STORED")
    data = load(spec, 0)
    parts = (data.train_x, data.train_y, data.val_x, data.val_y)
    assert all(torch.equal(*pair) for pair in zip(parts, module.load_data(), strict=True))


@pytest.mark.parametrize("classes", [None, [1, 0]])
@pytest.mark.parametrize("name", list(IMAGES))
def test_every_set_of_images_is_read_from_its_files(workshop, tmp_path, tiny, name, classes):
    given = small_parameters(name, tmp_path / "data")
    same(workshop, DataSpec(name=name, parameters={**given, "classes": classes}))


def test_an_archive_is_read_as_it_is_packed(workshop, tmp_path, tiny):
    packed = dict(reversed(cifar10_files().items()))
    write_archive(tmp_path / "data" / "cifar-10-binary.tar.gz", "cifar-10-batches-bin", packed)
    same(workshop, DataSpec(name="cifar10", parameters={"path": str(tmp_path / "data")}))


@pytest.mark.parametrize("given", [{"size": [3, 7]}, {"grey": True}])
def test_images_are_resized_and_made_grey(workshop, tmp_path, tiny, given):
    parameters = small_parameters("image_folder", tmp_path / "data")
    spec = DataSpec(name="image_folder", parameters={**parameters, **given})
    same(workshop, spec)
    experiment = replace(small(*small_layers(describe(spec))), data=spec)
    assert "It needs torch, numpy and Pillow, and" in export_pytorch(experiment)
    assert "It needs keras, numpy, Pillow and a backend, and" in export_keras(experiment)


def test_images_that_compress_badly_are_read_too(workshop, tmp_path, monkeypatch):
    monkeypatch.setattr(data_section, "_LARGEST", 1000)
    same(workshop, DataSpec(name="mnist", parameters=small_parameters("mnist", tmp_path / "data")))


def test_without_its_files_a_script_says_where_they_would_be(workshop, tmp_path, tiny):
    parameters = small_parameters("mnist", tmp_path / "data")
    spec = DataSpec(name="mnist", parameters=parameters)
    module = workshop.script(replace(small(*small_layers(describe(spec))), data=spec))
    shutil.rmtree(tmp_path / "data")
    with pytest.raises(FileNotFoundError, match="train-images-idx3-ubyte"):
        module.load_data()


def test_what_is_not_downloaded_yet_is_read_where_it_will_be(monkeypatch, tmp_path):
    monkeypatch.setenv("GRADVIZ_CACHE", str(tmp_path / "downloads"))
    text = export_pytorch(replace(small(), data=DataSpec(name="cifar10")))
    assert str(tmp_path / "downloads" / "data" / "cifar10" / "cifar-10-binary.tar.gz") in text


@pytest.mark.parametrize("name", list(data_sets))
def test_every_set_is_drawn_or_read_or_refused(tmp_path, tiny, name):
    """Of data that lie in files, those that no script reads are refused where they are too many."""
    spec = DataSpec(name=name, parameters=small_parameters(name, tmp_path / name))
    experiment = replace(small(*small_layers(describe(spec))), data=spec)
    if source_of(spec).stored and name not in files_section._READERS:
        with pytest.raises(ExportError, match=r"more than 100 values, which a script does not carry: choose"):
            export_pytorch(experiment)
    else:
        assert "STORED" not in export_pytorch(experiment)
