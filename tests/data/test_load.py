from __future__ import annotations

import numpy as np
import pytest
import torch
from small_data import small_parameters

from gradviz.data.load import describe, load, source_of, split, standardise
from gradviz.data.registry import DataError, Source, data_sets
from gradviz.spec.data_info import Task
from gradviz.spec.experiment import DataSpec


def spec(name: str, **parameters) -> DataSpec:
    return DataSpec(name=name, parameters=parameters)


@pytest.mark.parametrize("name", list(data_sets))
def test_every_registered_data_set_is_described_and_loads(name: str, tmp_path) -> None:
    asked = spec(name, **small_parameters(name, tmp_path))
    data = load(asked, seed=3)
    info = data.info
    assert describe(asked) == info
    for x, y in ((data.train_x, data.train_y), (data.val_x, data.val_y)):
        assert len(x) == len(y) > 0
        assert tuple(x.shape[1:]) == info.input_shape
        if info.vocabulary is None:
            assert x.dtype == torch.float32
            assert x.isfinite().all()
        else:
            assert x.dtype == torch.int64
            assert 0 <= int(x.min()) <= int(x.max()) < info.vocabulary
            assert len(data.tokens) in (0, info.vocabulary)
        if info.task is Task.REGRESSION:
            assert y.dtype == torch.float32
            assert tuple(y.shape[1:]) == (info.classes,)
        else:
            assert y.dtype == torch.int64
            assert tuple(y.shape[1:]) == (info.input_shape[:1] if info.per_position else ())
            assert 0 <= int(y.min()) <= int(y.max()) < max(2, info.classes)
    again = load(asked, seed=3)
    assert torch.equal(data.train_x, again.train_x)
    assert torch.equal(data.val_y, again.val_y)
    if not source_of(asked).ordered:
        assert not torch.equal(data.train_y, load(asked, seed=4).train_y)


def test_split_takes_every_sample_once_and_every_class_its_share() -> None:
    classes = np.repeat(np.arange(4), [100, 50, 20, 30])
    train, val = split(classes, 40, np.random.default_rng(0))
    assert sorted([*train, *val]) == list(range(200))
    assert np.bincount(classes[val]).tolist() == [20, 10, 4, 6]
    assert list(val) != sorted(val)


@pytest.mark.parametrize("held_out", [1, 3, 9])
def test_split_holds_out_as_many_as_asked(held_out: int) -> None:
    train, val = split(np.array([0, 1] * 5), held_out, np.random.default_rng(1))
    assert (len(train), len(val)) == (10 - held_out, held_out)


def test_images_have_one_mean_and_deviation() -> None:
    data = load(spec("digits"), seed=0)
    assert float(data.train_x.mean()) == pytest.approx(0, abs=1e-5)
    assert float(data.train_x.std(correction=0)) == pytest.approx(1, abs=1e-5)
    assert float(data.train_x[:, 0, 0, 0].std()) < 0.1  # a corner that is nearly always empty stays quiet


def test_tables_are_standardised_by_column() -> None:
    data = load(spec("blobs", classes=4, features=3), seed=0)
    torch.testing.assert_close(data.train_x.mean(0), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(data.train_x.std(0, correction=0), torch.ones(3), atol=1e-5, rtol=0)


def test_validation_part_does_not_move_the_scale() -> None:
    train = np.array([[0.0], [2.0]], dtype=np.float32)
    _, val = standardise(train, np.array([[11.0]], dtype=np.float32))
    assert val.tolist() == [[10.0]]


def test_pixels_are_standardised_as_the_same_numbers_in_float() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (2300, 1, 3, 4), dtype=np.uint8)
    train, val = standardise(pixels[:2200], pixels[2200:])
    slow_train, slow_val = standardise(pixels[:2200].astype(np.float64), pixels[2200:].astype(np.float64))
    assert train.dtype == val.dtype == np.float32
    np.testing.assert_allclose(train, slow_train, rtol=0, atol=1e-6)
    np.testing.assert_allclose(val, slow_val, rtol=0, atol=1e-6)


def test_what_is_larger_than_the_machine_is_refused_before_it_is_made(monkeypatch) -> None:
    monkeypatch.setattr("gradviz.data.load.machine_memory", lambda: 2**20)
    assert len(load(spec("moons"), seed=0).train_y) == 800
    with pytest.raises(DataError, match=r"“random” takes 0\.5 GiB, more memory than there is"):
        load(spec("random", samples=10_000), seed=0)


def test_constant_column_becomes_zero() -> None:
    train = np.array([[0.1, 1.0], [0.1, 3.0], [0.1, 5.0]], dtype=np.float32)
    scaled, val = standardise(train, train[:1])
    assert scaled[:, 0].tolist() == [0, 0, 0]
    assert val[0, 0] == 0
    assert np.isfinite(scaled).all()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (spec("digit"), "no data set is called “digit”: did you mean “digits”"),
        (spec("moons", samples=0), r"data\.samples must be at least 2.*, not 0"),
        (spec("circles", factor="x"), r"data\.factor must be a number"),
        (spec("text_classification"), r"data\.path must be the path of a file or folder; none is given"),
        (DataSpec(name="moons", validation=0.001, parameters={"samples": 100}), "leaves none for validation"),
        (DataSpec(name="moons", validation=0.999, parameters={"samples": 100}), "leaves none for training"),
    ],
)
def test_what_cannot_be_had_is_a_sentence(asked: DataSpec, message: str) -> None:
    with pytest.raises(DataError, match=message):
        load(asked, seed=0)


def test_too_much_for_the_memory_is_a_sentence(monkeypatch) -> None:
    def make(_rng):
        raise MemoryError

    source = Source(input_shape=(1024, 1024), classes=2, samples=1024, make=make)
    monkeypatch.setitem(data_sets._functions, "random", lambda **_: source)
    with pytest.raises(DataError, match=r"takes 16\.0 GiB"):
        load(spec("random"), seed=0)
