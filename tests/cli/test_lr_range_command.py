"""`gradviz lr-range`: the curve in the terminal and as JSON, and what it refuses."""

from __future__ import annotations

import json

import pytest

from gradviz.cli.main import main

EXPERIMENT = """
data = {name = "moons", samples = 100, batch_size = 16}
optimizer = {name = "Adam"}
[[model.layers]]
kind = "Linear"
out_features = 8
[[model.layers]]
kind = "Tanh"
[[model.layers]]
kind = "Linear"
out_features = "classes"
"""


@pytest.fixture
def command(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRADVIZ_THREADS", "1")
    (tmp_path / "net.toml").write_text(EXPERIMENT)

    def run(*arguments):
        status = main(["lr-range", *arguments])
        out, err = capsys.readouterr()
        return status, out, err

    return run


def test_the_curve_and_the_proposal_are_printed(command, tmp_path):
    status, out, err = command("net.toml", "--steps", "60")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "Learning-rate range test of Adam"
    assert sum("█" in line for line in lines) > 15
    for mark in ("proposed", "steepest", "lowest"):
        assert sum(mark in line.split("█")[-1] for line in lines if "█" in line) == 1
    assert "a tenth of that" in " ".join(lines)
    assert lines[-1].startswith("Use it with: --set optimizer.lr=")
    assert [path.name for path in tmp_path.iterdir()] == ["net.toml"]


def test_as_json_it_is_one_object(command):
    status, out, err = command("net.toml", "--json", "--from", "0.001", "--to", "1", "--steps", "40")
    assert (status, err) == (0, "")
    found = json.loads(out)
    assert found["optimizer"] == "Adam"
    assert found["rates"][0] == 0.001
    assert len(found["rates"]) == len(found["losses"]) == len(found["smoothed"]) <= 40
    assert {"steepest", "lowest", "proposal", "sentence", "ended"} < set(found)


def test_one_row_a_step_where_there_are_few(command):
    status, out, _ = command("net.toml", "--from", "1e20", "--to", "1e38", "--set", "optimizer.name=SGD")
    assert status == 0
    assert "begin at a lower rate" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--from", "1", "--to", "0.1"), "must rise from a rate above 0"),
        (("--steps", "3"), "takes 20 to 10,000 steps, not 3"),
        (("--steps", "x"), "invalid int value"),
        (("--from", "nan"), "must rise"),
        (("--set", "optimizer.name=Rprop"), "optimizer.name: has no learning rate that could be tested"),
        (("--set", "optimizer.groups=[{layers='x'}]"), "“x” matches no layer"),
        (("--set", "data.name=moon"), "did you mean “moons”"),
    ],
)
def test_what_cannot_be_tested_is_one_line(command, arguments, said):
    status, out, err = command("net.toml", *arguments)
    assert (status, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_an_experiment_that_is_not_there(command):
    assert command("none.toml")[0] == 2
