"""Tables in NPZ and Parquet files: types, gaps, and files that cannot be used."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from gradviz.data.load import describe, source_of
from gradviz.data.registry import DataError
from gradviz.data.table import preview
from gradviz.spec.experiment import DataSpec
from gradviz.spec.table import Role


def made(spec: DataSpec) -> tuple[np.ndarray, np.ndarray]:
    return source_of(spec).make(np.random.default_rng(0))


def test_npz_arrays_are_columns(tmp_path) -> None:
    path = tmp_path / "a.npz"
    x = np.arange(12, dtype=np.float64).reshape(6, 2)
    x[3, 1] = np.nan
    np.savez(
        path,
        x=x,
        flag=np.array([True, False] * 3),
        word=np.array(["a", "b", "c"] * 2),
        raw=np.array([b"k", b"l"] * 3),
        y=np.array([3, 9] * 3, dtype=np.uint8)[:, None],
    )
    spec = DataSpec(name="table", parameters={"path": str(path), "missing": "mean"})
    shown = preview(spec.parameters)
    assert shown.format == "NPZ"
    assert [(c.name, c.role, c.inputs) for c in shown.columns] == [
        ("x[0]", Role.INPUT, 1),
        ("x[1]", Role.INPUT, 1),
        ("flag", Role.INPUT, 1),
        ("word", Role.INPUT, 3),
        ("raw", Role.INPUT, 1),
        ("y", Role.TARGET, 0),
    ]
    assert shown.classes == ("3", "9")
    got, y = made(spec)
    assert got[3].tolist() == pytest.approx([6, np.nanmean(x[:, 1]), 0, 1, 0, 0, 1])
    assert y.tolist() == [0, 1] * 3
    with pytest.raises(DataError, match=r"a\.npz, row 4: the cell in column “x\[1\]” is missing"):
        describe(DataSpec(name="table", parameters={"path": str(path)}))


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": np.zeros((3, 2)), "y": np.zeros(4)}, r"different lengths \(x: 3, y: 4\)"),
        ({"x": np.zeros((3, 2, 2)), "y": np.zeros(3)}, "“x” has 3 dimensions"),
        ({"x": np.zeros((3, 2)), "y": np.eye(3)}, "“y” has 3 columns, and a target has one"),
        ({"x": np.array([object(), 1, 2]), "y": np.zeros(3)}, "it holds Python objects"),
        ({"x": np.zeros(3, dtype=complex), "y": np.zeros(3)}, "“x” holds complex128"),
        ({"x": np.zeros(()), "y": np.zeros(())}, "holds no arrays"),
    ],
)
def test_bad_archives_are_sentences(tmp_path, arrays, message) -> None:
    path = tmp_path / "bad.npz"
    np.savez(path, **arrays)
    with pytest.raises(DataError, match=message):
        describe(DataSpec(name="table", parameters={"path": str(path)}))


def test_an_archive_that_would_not_fit_is_not_unpacked(tmp_path, monkeypatch) -> None:
    path = tmp_path / "bomb.npz"
    np.savez_compressed(path, x=np.zeros((1000, 100)), y=np.zeros(1000))
    monkeypatch.setattr("gradviz.data.tables.npz_table.MOST_VALUES", 10_000)
    with pytest.raises(DataError, match="“x” has more than 10,000 values"):
        describe(DataSpec(name="table", parameters={"path": str(path)}))


def test_parquet_types_are_understood(tmp_path) -> None:
    from datetime import date
    from decimal import Decimal

    import pyarrow as pa
    from pyarrow import parquet

    path = tmp_path / "a.parquet"
    columns = {
        "n": pa.array([1, 2, None, 4], pa.int64()),
        "f": pa.array([0.5, 1.5, 2.5, 3.5], pa.float32()),
        "money": pa.array([Decimal("1.25")] * 3 + [Decimal("2.50")], pa.decimal128(5, 2)),
        "flag": pa.array([True, False, None, True]),
        "kind": pa.array(["a", "b", "a", "c"]).dictionary_encode(),
        "day": pa.array([date(2020, 1, day) for day in range(1, 5)]),
        "list": pa.array([[1], [2], [], [3]]),
        "y": pa.array(["no", "yes", "no", "yes"]),
    }
    parquet.write_table(pa.table(columns), path)
    spec = DataSpec(name="table", parameters={"path": str(path), "missing": "drop"})
    shown = preview(spec.parameters)
    assert (shown.format, shown.samples, shown.features) == ("Parquet", 3, 7)
    assert [column.kind.value for column in shown.columns] == [
        *("number", "number", "number", "two values", "category", "date", "other", "two values")
    ]
    assert shown.columns[6].why.startswith("it holds list")
    x, y = made(spec)
    assert x.tolist() == [[1, 0.5, 1.25, 1, 1, 0, 0], [2, 1.5, 1.25, 0, 0, 1, 0], [4, 3.5, 2.5, 1, 0, 0, 1]]
    assert y.tolist() == [0, 1, 1]
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(DataError, match="cannot be read as Parquet"):
        describe(spec)


def test_parquet_without_its_library_says_what_to_install(tmp_path, monkeypatch) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1 and more")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(DataError, match=r"needs pyarrow: install it with pip install 'gradviz\[parquet\]'"):
        describe(DataSpec(name="table", parameters={"path": str(path)}))
