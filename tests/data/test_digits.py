from __future__ import annotations

import numpy as np
import pytest
from sklearn import datasets

from gradviz.data import digits
from gradviz.data.load import describe, load
from gradviz.data.registry import DataError
from gradviz.data.seeds import Purpose, stream
from gradviz.paths import resources
from gradviz.spec.experiment import DataSpec


def test_values_and_order_are_those_of_scikit_learn() -> None:
    expected = datasets.load_digits()
    images, target = digits.digits().make(stream(0, Purpose.SAMPLES))
    assert np.array_equal(images[:, 0], expected.images)
    assert np.array_equal(target, expected.target)


def test_description_says_what_loading_gives() -> None:
    info = describe(DataSpec(name="digits"))
    data = load(DataSpec(name="digits"), seed=0)
    assert info == data.info
    assert data.train_x.shape[1:] == (1, 8, 8)
    assert len(data.train_x) + len(data.val_x) == info.samples == 1797
    assert len(data.val_x) == 359


def test_licence_lies_beside_the_file() -> None:
    text = (resources() / "data" / "LICENSE-scikit-learn").read_text(encoding="utf-8")
    assert "BSD 3-Clause" in text
    assert "UCI" in text


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not really", b"text"])
def test_damaged_file_is_named(content: bytes, tmp_path, monkeypatch) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "digits.npz").write_bytes(content)
    monkeypatch.setattr(digits, "resources", lambda: tmp_path)
    with pytest.raises(DataError, match=r"digits\.npz cannot be read"):
        load(DataSpec(name="digits"), seed=0)


def test_missing_file_is_named(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(digits, "resources", lambda: tmp_path)
    with pytest.raises(DataError, match=r"digits\.npz cannot be read"):
        load(DataSpec(name="digits"), seed=0)
