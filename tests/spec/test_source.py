"""What a Python file offers is read without running it."""

from pathlib import Path

import pytest

from gradviz.spec.experiment import DataSpec, ExperimentSpec, ModelSpec, StartSpec
from gradviz.spec.source import anchored, offered, source_problem, split_source

CODE = """
import sys
from torchish import Imported, Other as Renamed
sys.exit("never run")
class Net: pass
def make(): pass
def _private(): pass
Alias = Net
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "net.py"
    path.write_text(CODE)
    return path


def test_classes_and_functions_are_offered(file):
    assert offered(file) == ("Net", "make")


@pytest.mark.parametrize("name", ["Net", "make", "_private", "Alias", "Imported", "Renamed", "Net.Inner"])
def test_what_is_bound_in_the_file_can_be_imported(file, name):
    expected = "has no class or function “_private”" if name == "_private" else None
    problem = source_problem(f"{file}:{name}")
    assert problem is None if expected is None else expected in problem


def test_what_is_wrong_is_told(file, tmp_path):
    assert "did you mean “Net”?" in source_problem(f"{file}:net")
    assert "There is no file" in source_problem(f"{tmp_path / 'none.py'}:Net")
    file.write_text("class Net(:\n")
    assert "no valid Python: line 1" in source_problem(f"{file}:Net")
    file.write_bytes(b"\xff\x00\xfe")
    assert "no valid Python" in source_problem(f"{file}:Net")
    file.write_text("-" * 100_000 + "1")
    assert "nested too deep" in source_problem(f"{file}:Net")


def test_a_relative_path_counts_from_the_experiment(tmp_path):
    spec = ExperimentSpec(model=ModelSpec(source="nets/a.py:Net"))
    assert anchored(spec, tmp_path).model.source == f"{tmp_path / 'nets' / 'a.py'}:Net"
    assert anchored(ExperimentSpec(), tmp_path) == ExperimentSpec()
    read = ExperimentSpec(
        data=DataSpec(name="table", parameters={"path": "a.csv"}), start=StartSpec(session="b.gradviz")
    )
    assert anchored(read, tmp_path).data.parameters["path"] == str(tmp_path / "a.csv")
    assert anchored(read, tmp_path).start.session == str(tmp_path / "b.gradviz")
    assert split_source("C:\\nets\\a.py:Net") == (Path("C:\\nets\\a.py"), "Net")
