from __future__ import annotations

import numpy as np
import pytest
from sklearn import datasets

from gradviz.data import classic_tables
from gradviz.data.load import describe, load, source_of
from gradviz.data.registry import DataError
from gradviz.spec.data_info import Task
from gradviz.spec.experiment import DataSpec

NAMES = ("iris", "wine", "breast_cancer", "diabetes")


@pytest.mark.parametrize("name", NAMES)
def test_values_and_order_are_those_of_scikit_learn(name: str) -> None:
    given = {"scaled": False} if name == "diabetes" else {}
    expected = getattr(datasets, f"load_{name}")(**given)
    x, y = source_of(DataSpec(name=name)).make(np.random.default_rng(0))
    assert np.array_equal(x, expected.data.astype(np.float32))
    assert np.array_equal(y.reshape(-1), expected.target)
    info = describe(DataSpec(name=name))
    assert x.shape == (info.samples, *info.input_shape)
    if info.task is Task.REGRESSION:
        assert y.shape == (info.samples, info.classes)
    else:
        assert set(y.tolist()) == set(range(info.classes))


def test_the_target_of_diabetes_is_standardised() -> None:
    data = load(DataSpec(name="diabetes"), seed=0)
    assert data.info.task is Task.REGRESSION
    assert float(data.train_y.std(correction=0)) == pytest.approx(1, abs=1e-5)
    assert float((data.train_y**2).mean()) == pytest.approx(1, abs=1e-4)  # the error of foretelling the mean


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_file_is_named(name: str, tmp_path, monkeypatch) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / f"{name}.npz").write_bytes(b"PK\x03\x04 not really")
    monkeypatch.setattr(classic_tables, "resources", lambda: tmp_path)
    with pytest.raises(DataError, match=rf"{name}\.npz cannot be read"):
        load(DataSpec(name=name), seed=0)
