"""Whatever a person's file does, it ends in a module or in a sentence that names file and line."""

import logging
import sys

import pytest
from torch import nn

from gradviz.nets.foreign.loading import ForeignError, NotAllowedError, make_module


def failing(model):
    with pytest.raises(ForeignError) as raised:
        make_module(model.source, model.arguments)
    return str(raised.value)


def test_a_class_a_function_and_a_name_in_a_class(foreign):
    code = "class Net(nn.Linear):\n    def __init__(self, size=2): super().__init__(6, size)\n"
    code += "    @classmethod\n    def small(cls): return cls(1)\ndef make(size): return Net(size)\n"
    for name, arguments, size in [("Net", {}, 2), ("make", {"size": 5}, 5), ("Net.small", {}, 1)]:
        model = foreign(code, name, **arguments)
        assert make_module(model.source, model.arguments).out_features == size


def test_nothing_runs_before_somebody_allowed_it(foreign, tmp_path):
    model = foreign("open('ran', 'w')\nclass Net(nn.Identity): pass", allowed=False)
    with pytest.raises(NotAllowedError, match="has not been allowed to run"):
        make_module(model.source, {})
    assert not (tmp_path / "ran").exists()


def test_what_goes_wrong_has_a_place(foreign, caplog, capsys):
    caplog.set_level(logging.INFO)
    assert (
        failing(foreign("x = 1 / 0\nNet = 1"))
        == "net.py:Net raises ZeroDivisionError: division by zero (net.py, line 3)"
    )
    said = failing(foreign("def Net():\n    raise ValueError('no\\nway')"))
    assert said == "Net() raises ValueError: no (net.py, line 4)"
    assert "Traceback" in caplog.text
    assert "Traceback" not in capsys.readouterr().err
    assert failing(foreign("def Net(): pass")) == "net.py:Net gives nothing, not a torch.nn.Module"
    assert failing(foreign("Net = 3")) == "net.py:Net is no class or function but a int"
    assert "unexpected keyword argument 'depth'" in failing(foreign("def Net(): pass", depth=3))
    assert "raises ModuleNotFoundError" in failing(foreign("import no_such_module\nNet = 1"))


@pytest.mark.parametrize("code", ["sys.exit(3)", "raise SystemExit(3)", "exit(3)"])
def test_a_file_that_exits_does_not_take_us_along(foreign, code):
    said = failing(foreign(f"import sys\n{code}\nNet = 1"))
    assert said == "net.py:Net calls sys.exit(3) (net.py, line 4)"


def test_what_it_prints_goes_to_standard_error(foreign, capsys):
    model = foreign(
        "print('hello')\nclass Net(nn.Identity):\n    def __init__(self): super().__init__(); print('made')"
    )
    make_module(model.source, {})
    assert capsys.readouterr() == ("", "hello\nmade\n")


def test_a_changed_file_and_its_neighbours_are_read_anew(foreign, tmp_path):
    (tmp_path / "parts.py").write_text("SIZE = 1")
    code = "from parts import SIZE\ndef Net(): return nn.Linear(6, SIZE)"
    assert make_module(foreign(code).source, {}).out_features == 1
    (tmp_path / "parts.py").write_text("SIZE = 12")
    before = list(sys.path)
    assert isinstance(made := make_module(foreign(code + "\n").source, {}), nn.Linear)
    assert made.out_features == 12
    assert sys.path == before
