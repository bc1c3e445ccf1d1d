"""A mark follows what code says, in the model's file and in those beside it that it imports."""

import platform

import pytest

from gradviz.spec.source_marks import changed_since, source_marks

CODE = "import math\nfrom layers import Wide\nclass Net(Wide):\n    def size(self):\n        return math.pi\n"
LAYERS = "class Wide:\n    width = 8\n"


@pytest.fixture
def source(tmp_path):
    (tmp_path / "net.py").write_text(CODE)
    (tmp_path / "layers.py").write_text(LAYERS)
    (tmp_path / "other.py").write_text("nothing = 0\n")
    return f"{tmp_path / 'net.py'}:Net"


def recorded(source):
    return {"python": platform.python_version(), **source_marks(source)}


def test_the_file_and_what_it_imports_beside_it_have_a_mark(source):
    assert set(source_marks(source)) == {"net.py", "layers.py"}
    assert source_marks("") == {}


def test_comments_and_layout_do_not_count(source, tmp_path):
    before = recorded(source)
    (tmp_path / "net.py").write_text("# a network\n" + CODE.replace("(self)", "( self )"))
    assert changed_since(before, source) == ""


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (("net.py",), "net.py says"),
        (("layers.py",), "layers.py says"),
        (("net.py", "layers.py"), "net.py and layers.py say"),
    ],
)
def test_what_says_something_else_is_named(files, names, source, tmp_path):
    before = recorded(source)
    for file in files:
        path = tmp_path / file
        path.write_text(path.read_text() + "more = 1\n")
    assert changed_since(before, source) == f"{names} something else than when the run was recorded"


def test_where_nobody_knows_nothing_is_said(source, tmp_path):
    before = recorded(source)
    (tmp_path / "net.py").write_text("class Net: pass\n")
    assert changed_since(before, source)
    assert changed_since({"python": platform.python_version()}, source) == ""
    assert changed_since({**before, "python": "3.0.1"}, source) == ""
    (tmp_path / "net.py").write_text("class Net(\n")
    assert changed_since(before, source) == ""
