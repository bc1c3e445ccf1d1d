"""A person's own table, from the file to what trains."""

from __future__ import annotations

import csv
import gzip
import math

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gradviz.data.load import describe, load, source_of
from gradviz.data.registry import DataError
from gradviz.data.table import preview
from gradviz.data.tables import reading
from gradviz.data.tables.text_table import read_text_table
from gradviz.spec.data_info import Task
from gradviz.spec.experiment import DataSpec
from gradviz.spec.table import ColumnKind, Role, TablePreview

PEOPLE = """\
id,name,height,city,smokes,born,income
1,Ada,1.71,Rome,no,1990-01-02,2100.5
2,Bob,1.80,Oslo,yes,1985-11-30,1800
3,Cid,1.65,Rome,no,1970-05-05,2500.25
4,Dot,1.59,Bern,no,2001-12-12,900
5,Eve,1.77,Oslo,yes,1999-09-09,3100.75
"""


@pytest.fixture
def write(tmp_path):
    """Writes a file and gives its data section."""

    def make(content: str | bytes, name: str = "people.csv", **parameters) -> DataSpec:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return DataSpec(name="table", validation=0.4, parameters={"path": str(path), **parameters})

    return make


def many(rows: int = 40) -> str:
    """People enough for identifiers to be recognised."""
    head = "id,name,height,city,smokes,born,income\n"
    return head + "".join(
        f"{i},Person {i},{1.5 + i / 100:.2f},{('Rome', 'Oslo', 'Bern')[i % 3]},{('no', 'yes')[i % 2]},"
        f"19{50 + i}-01-02,{1000.5 + i * i}\n"
        for i in range(rows)
    )


def made(spec: DataSpec) -> tuple[np.ndarray, np.ndarray]:
    return source_of(spec).make(np.random.default_rng(0))


def test_a_table_of_people_is_understood_column_by_column(write) -> None:
    spec = write(many())
    shown = preview(spec.parameters)
    kinds = {column.name: (column.kind, column.role, column.inputs) for column in shown.columns}
    assert kinds == {
        "id": (ColumnKind.IDENTIFIER, Role.UNUSED, 0),
        "name": (ColumnKind.IDENTIFIER, Role.UNUSED, 0),
        "height": (ColumnKind.NUMBER, Role.INPUT, 1),
        "city": (ColumnKind.CATEGORY, Role.INPUT, 3),
        "smokes": (ColumnKind.TWO_VALUES, Role.INPUT, 1),
        "born": (ColumnKind.DATE, Role.UNUSED, 0),
        "income": (ColumnKind.NUMBER, Role.TARGET, 0),
    }
    whys = [column.why for column in shown.columns if column.role is Role.UNUSED]
    assert whys == [
        "it only counts the rows",
        "it has 40 different texts",
        "dates are no inputs: bring what matters of them as numbers",
    ]
    assert (shown.samples, shown.features, shown.task, shown.problem) == (40, 5, "regression", "")
    assert len(shown.rows) == 20
    assert shown.rows[0] == ("0", "Person 0", "1.5", "Rome", "no", "1950-01-02", "1000.5")
    assert TablePreview.from_raw(shown.to_raw()) == shown
    info = describe(spec)
    assert (info.input_shape, info.classes, info.samples, info.task) == ((5,), 1, 40, Task.REGRESSION)
    x, y = made(spec)
    assert x[1].tolist() == pytest.approx([1.51, 0, 1, 0, 1])  # height; Bern, Oslo, Rome; smokes
    assert y[:3, 0].tolist() == [1000.5, 1001.5, 1004.5]


def test_targets_that_are_numbers_are_standardised_by_the_training_part(write) -> None:
    data = load(write(many()), seed=0)
    assert data.train_y.shape == (24, 1)
    assert float(data.train_y.mean()) == pytest.approx(0, abs=1e-6)
    assert float(data.train_y.std(correction=0)) == pytest.approx(1, abs=1e-5)
    assert float(data.val_y.std(correction=0)) != pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("mark", "given"), [(",", {}), (";", {}), ("\t", {}), ("|", {}), (";", {"separator": ";"})]
)
def test_every_separator_is_found(write, mark, given) -> None:
    x, y = made(write(f"a{mark}b{mark}kind\n1{mark}2.5{mark}no\n3{mark}-4e2{mark}yes\n", **given))
    assert x.tolist() == [[1, 2.5], [3, -400]]
    assert y.tolist() == [0, 1]


def test_quotes_decimal_commas_marks_and_line_ends(write) -> None:
    text = '\ufeff"a;1";"b ""x""";t\r\n"1,5";2;no\r\n\r\n"-0,5";3;yes\r\n'
    spec = write(text)
    assert [column.name for column in preview(spec.parameters).columns] == ["a;1", 'b "x"', "t"]
    x, y = made(spec)
    assert x.tolist() == [[1.5, 2], [-0.5, 3]]
    assert y.tolist() == [0, 1]


def test_a_file_without_a_header(write) -> None:
    spec = write("1,2,7\n3,4,8\n5,6,7\n5,6,8\n")
    names = [column.name for column in preview(spec.parameters).columns]
    assert names == ["column 1", "column 2", "column 3"]
    x, y = made(spec)
    assert (len(x), y.tolist()) == (4, [0, 1, 0, 1])
    assert len(made(write("a,b\na,c\nd,b\nd,c\n", header="no"))[0]) == 4
    assert len(made(write("1,2\n3,4\n5,8\n", header="yes"))[0]) == 2


def test_columns_target_and_categories_are_chosen(write) -> None:
    spec = write(many(), target="smokes", columns=["income", "id", "city"], categories=["city"])
    x, y = made(spec)
    assert x[2].tolist() == [2, 1, 0, 0, 1004.5]  # in the order of the file
    assert y[:4].tolist() == [0, 1, 0, 1]
    assert describe(spec).classes == 2
    codes = "code,t\n" + "".join(f"{(10, 20, 7)[i % 3]},{i % 2}\n" for i in range(12))
    assert made(write(codes))[0].shape == (12, 1)
    x, _ = made(write(codes, categories=["code"]))
    assert x[:3].tolist() == [[0, 1, 0], [0, 0, 1], [1, 0, 0]]


@pytest.mark.parametrize(
    ("cells", "asked", "task", "classes"),
    [
        ("0 1 2 0 1 2", "auto", Task.CLASSIFICATION, ("0", "1", "2")),
        ("5 -1 5 -1 5 5", "auto", Task.CLASSIFICATION, ("-1", "5")),
        ("10 2 33 2 10 33", "auto", Task.CLASSIFICATION, ("2", "10", "33")),
        ("b a b c a c", "auto", Task.CLASSIFICATION, ("a", "b", "c")),
        ("0.5 1 2 0 1 2", "auto", Task.REGRESSION, ()),
        ("1 2 3 4 5 6", "auto", Task.REGRESSION, ()),
        ("0 1 2 0 1 2", "regression", Task.REGRESSION, ()),
        ("0.5 1 0.5 1 1 1", "classification", Task.CLASSIFICATION, ("0.5", "1")),
    ],
)
def test_the_task_follows_the_target(write, cells, asked, task, classes) -> None:
    spec = write("x,t\n" + "".join(f"{i},{cell}\n" for i, cell in enumerate(cells.split())), task=asked)
    shown = preview(spec.parameters)
    assert (shown.task, shown.classes) == (task.value, classes)
    if classes:
        assert made(spec)[1].tolist() == [classes.index(cell) for cell in cells.split()]


HOLES = "a,b,c,t\n1,x,5,0\n,y,6,1\n3,?,NA,0\n5,x,7,1\n9,z,8,0\n"


def test_missing_cells_are_said_where_they_are(write) -> None:
    with pytest.raises(
        DataError, match=r"people.csv, line 3: the cell in column “a” is missing \(3 such cells in all\)"
    ):
        describe(write(HOLES))
    shown = preview(write(HOLES).parameters)
    assert [column.missing for column in shown.columns] == [1, 1, 1, 0]
    assert shown.problem.startswith("people.csv, line 3")
    assert shown.rows[2] == ("3", "", "", "0")


def test_missing_cells_are_filled_or_their_rows_left_out(write) -> None:
    x, y = made(write(HOLES, missing="drop"))
    assert x[:, [0, -1]].tolist() == [[1, 5], [5, 7], [9, 8]]
    assert y.tolist() == [0, 1, 0]
    assert describe(write(HOLES, missing="drop")).samples == 3
    x, y = made(write(HOLES, missing="mean"))
    assert x.shape == (5, 5)
    assert x[1, 0] == np.mean([1, 3, 5, 9])
    assert x[2, 4] == np.mean([5, 6, 7, 8])
    assert x[2, 1:4].tolist() == [0.5, 0.25, 0.25]  # x, y, z: their shares
    with pytest.raises(DataError, match=r"line 3: the cell in column “t” is missing; .* to drop"):
        describe(write("a,t\n1,0\n2,\n3,1\n", missing="mean"))


@pytest.mark.parametrize(
    ("content", "given", "message"),
    [
        (b"", {}, "people.csv is empty"),
        (b"  \n\n", {}, "people.csv is empty"),
        ("a,b\n", {}, "people.csv has no rows"),
        ("a,t\n1,0\n", {}, "people.csv has 1 usable row: at least 2 are needed"),
        ("a,t\n1,x\n2,x\n3,x\n", {}, "all 3 rows have “x” in the target “t”"),
        ("a,t\n1,0\n2,zero\n3,1\n", {}, "line 3: “zero” in column “t” is no number"),
        ("a,t\n1,0\nfoo,1\n3,1\n4,0\n", {}, "line 3: “foo” in column “a” is no number; .*data.categories"),
        ("a,t\n1,0\ninf,1\n3,1\n4,0\n", {}, "line 3: “inf” in column “a” is no number"),
        ("a,t\n1,0\n1e200,1\n3,1\n", {}, r"line 3: 1e\+200 in column “a” is too large"),
        ("a,b,t\n1,2,0\n1,2\n", {}, "line 3: 2 cells where the first line has 3"),
        ('a,t\n1,0\n"2,1\n3,0\n', {}, "line 4: the quotes do not match"),
        ("only\n1\n2\n", {}, "a single column"),
        ("a,t\n1,0\n2,1\n", {"target": "T"}, "data.target: there is no column “T”: did you mean “t”"),
        ("a,t\n1,0\n2,1\n", {"target": "zzz"}, "no column “zzz”; there are “a”, “t”"),
        ("age,t\n1,0\n2,1\n", {"columns": ["agge"]}, "data.columns: .*did you mean “age”"),
        ("a,t\n1,0\n2,1\n", {"categories": ["q"]}, "data.categories: there is no column “q”"),
        ("a,t\n1,0\n2,1\n", {"columns": ["t"]}, "“t” is the target and cannot be an input too"),
        ("a,t\n2001-01-01,0\n2002-02-02,1\n", {}, "no column that can be an input beside the target “t”"),
        ("d,a,t\n2001-01-01,1,0\n2002-02-02,2,1\n", {"columns": ["d"]}, "“d” cannot be an input: dates are"),
        ("a,t\n1,x\n2,y\n", {"task": "regression"}, "“t” holds texts, such as “x”"),
        ("a,t\n1,2001-01-01\n2,2001-01-02\n", {}, "data.target: “t” cannot be learnt: dates"),
        ("a,t\n1,\n2,\n", {}, "data.target: “t” cannot be learnt: it has no cells"),
        ("a,t\n1,0\n2,1\n", {"missing": "guess"}, "data.missing must be one of"),
        ("a,b\nx,1\n\x00,2\n", {}, "is no table"),
        ("a,t\n1,ä\n2,b\n".encode("latin-1"), {}, r"people.csv is not UTF-8 \(line 2\)"),
        ("a,t\n1,0\n".encode("utf-16"), {}, "is UTF-16 text: save it as UTF-8"),
        (gzip.compress(b"a,t\n1,0\n", mtime=0), {}, "is compressed: unpack it first"),
        (b"PK\x03\x04....[Content_Types].xml....", {}, "is an Excel workbook: save the table as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", {}, "is an Excel workbook"),
        (b"\x93NUMPY\x01\x00", {}, "is a single array"),
        (b"PK\x03\x04 broken", {}, "cannot be read as NumPy’s .npz"),
    ],
)
def test_bad_files_and_wishes_are_sentences(write, content, given, message) -> None:
    spec = write(content, **given)
    with pytest.raises(DataError, match=message):
        describe(spec)
    with pytest.raises(DataError, match=message):
        load(spec, seed=0)


def test_a_target_with_a_class_for_nearly_every_row(write) -> None:
    rows = "".join(f"{i},name {i}\n" for i in range(50))
    with pytest.raises(DataError, match="“t” would make 50 classes of 50 rows"):
        describe(write("x,t\n" + rows))


def test_what_is_no_file(tmp_path) -> None:
    for path, message in (
        ("", "data.path is empty"),
        (str(tmp_path), "is a folder"),
        (str(tmp_path / "nowhere.csv"), "nowhere.csv cannot be read: No such file"),
    ):
        with pytest.raises(DataError, match=message):
            describe(DataSpec(name="table", parameters={"path": path}))
    with pytest.raises(DataError, match=r"data\.path must be the path"):
        describe(DataSpec(name="table"))


def test_too_large_is_said_before_it_is_read(write, monkeypatch) -> None:
    monkeypatch.setattr("gradviz.data.tables.text_table.LARGEST", 10)
    with pytest.raises(DataError, match="is the most for a text file: save it as Parquet or NPZ"):
        describe(write(PEOPLE))
    monkeypatch.setattr("gradviz.data.tables.text_table.LARGEST", 10**9)
    monkeypatch.setattr("gradviz.data.tables.text_table.MOST_CELLS", 10)
    with pytest.raises(DataError, match="more than 10 cells"):
        describe(write(PEOPLE))


def test_constant_columns_are_fine_and_extreme_numbers_keep_their_digits(write) -> None:
    rows = "".join(f"7,{1.6e9 + i},{i}e-40,{i % 2}\n" for i in range(20))
    data = load(write("same,time,tiny,t\n" + rows), seed=0)
    assert data.train_x.isfinite().all()
    assert not data.train_x[:, 0].any()
    whole = torch.cat([data.train_x, data.val_x])[:, 1:]
    assert [len(torch.unique(column)) for column in whole.T] == [20, 20]


def test_describing_again_reads_nothing(write, monkeypatch) -> None:
    spec = write(PEOPLE)
    info = describe(spec)
    reads = []
    real = reading.read_text_table
    monkeypatch.setattr(reading, "read_text_table", lambda *a, **k: reads.append(1) or real(*a, **k))
    assert describe(spec) == info
    assert preview(spec.parameters).samples == 5
    load(spec, seed=0)
    assert not reads
    other = write(PEOPLE + "6,Flo,1.5,Rome,no,1999-01-01,12\n")
    assert describe(other).samples == info.samples + 1
    assert len(reads) == 1


CELLS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.integers(-(10**6), 10**6).map(str),
    st.sampled_from(["", "NA", "nan", "inf", "1_000", " 7 ", "1e5", "?"]),
)


@given(
    rows=st.integers(2, 4).flatmap(
        lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=8)
    )
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_written_is_read_cell_by_cell(tmp_path, rows) -> None:
    path = tmp_path / "any.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    read = read_text_table(path, separator=",", header="no")
    assert read.rows == len(rows)
    for row, cells in enumerate(rows):
        for column, cell in zip(read.columns, cells, strict=True):
            text = cell.strip()
            try:
                number = float(text)
            except ValueError:
                number = math.nan
            if math.isfinite(number) and "_" not in text:
                assert column.numbers[row] == number
            else:
                assert math.isnan(column.numbers[row])
                missing = text.lower() in ("", "na", "n/a", "nan", "null", "none", "?")
                assert column.missing[row] == missing
                assert column.cell(row) == ("" if missing else text)
