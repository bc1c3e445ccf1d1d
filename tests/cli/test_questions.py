"""What a command asks: never where nobody can answer, and nothing runs without a yes."""

import io

import pytest

from gradviz.cli import questions
from gradviz.cli.failure import BadInput
from gradviz.spec.experiment import ExperimentSpec, ModelSpec
from gradviz.trust import is_allowed


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def imported(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADVIZ_STATE", str(tmp_path / "state"))
    path = tmp_path / "net.py"
    path.write_text("class Net: pass")
    return path, ExperimentSpec(model=ModelSpec(source=f"{path}:Net"))


def test_code_runs_after_a_yes_and_is_not_asked_for_again(imported, monkeypatch, capsys):
    path, experiment = imported
    monkeypatch.setattr("sys.stdin", Terminal("n\n"))
    with pytest.raises(BadInput, match="not confirmed"):
        questions.need_permission(experiment, yes=False)
    assert not is_allowed(path)
    monkeypatch.setattr("sys.stdin", Terminal("y\n"))
    questions.need_permission(experiment, yes=False)
    assert is_allowed(path)
    questions.need_permission(experiment, yes=False)
    assert capsys.readouterr().err.count("Allow it, now and later?") == 2


def test_without_a_terminal_the_command_refuses_or_yes_answers(imported, monkeypatch):
    path, experiment = imported
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    with pytest.raises(BadInput, match="add --yes"):
        questions.need_permission(experiment, yes=False)
    questions.need_permission(experiment, yes=True)
    assert is_allowed(path)


def test_a_huge_network_is_asked_about(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(BadInput, match=r"1,000,000,000 parameters.*add --yes"):
        questions.need_memory(ExperimentSpec(), 10**9, yes=False)
    questions.need_memory(ExperimentSpec(), 10**9, yes=True)
    questions.need_memory(ExperimentSpec(), 1000, yes=False)
