"""`gradviz export`: what it takes, where it writes, and what it refuses."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from gradviz.export.registry import formats

SHORT = ("--set", "training.steps=3", "--set", "model.layers[1].times=2")


def test_a_script_of_an_example_runs_as_it_is(command, tmp_path):
    status, out, err = command("export", "example:vanishing", "--to", "pytorch", *SHORT, "-o", "mine.py")
    assert (status, err) == (0, "")
    assert out.splitlines()[-1] == "Run it with: python mine.py"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.py"]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-I", "mine.py"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "step 3 of 3: loss 2." in done.stdout
    assert "validation: loss" in done.stdout
    assert "gradviz" not in "".join(
        line for line in (tmp_path / "mine.py").read_text("utf-8").splitlines() if not line.startswith("#")
    )


@pytest.mark.parametrize("name", list(formats))
def test_every_format_goes_to_standard_output(command, name, tmp_path):
    status, out, err = command("export", "example:vanishing", "--to", name, *SHORT, "-o", "-")
    assert (status, err) == (0, "")
    compile(out, "script.py", "exec")
    assert list(tmp_path.iterdir()) == []


def test_without_an_output_it_takes_a_free_name(command, tmp_path):
    for _ in range(2):
        assert command("export", "example:vanishing", "--to", "pytorch", *SHORT)[0] == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["vanishing-2.py", "vanishing.py"]


def test_json_is_one_object(command):
    status, out, err = command("export", "example:vanishing", "--to", "pytorch", *SHORT, "-o", "a", "--json")
    assert (status, err) == (0, "")
    report = json.loads(out)
    assert report["file"] == "a.py"
    assert report["format"] == "pytorch"
    assert report["lines"] > 100


def test_a_session_gives_its_own_experiment(command, tmp_path):
    assert command("run", "example:vanishing", *SHORT, "-o", "mine.gradviz")[0] == 0
    status, _, err = command("export", "mine.gradviz", "--to", "pytorch", "--set", "optimizer.lr=0.25")
    assert (status, err) == (0, "")
    text = (tmp_path / "mine.py").read_text("utf-8")
    assert "STEPS = 3\n" in text
    assert "LEARNING_RATE = 0.25\n" in text


def test_nothing_is_overwritten_unless_asked_for(command, tmp_path):
    mine = tmp_path / "mine.py"
    mine.write_text("kept")
    asked = ("export", "example:vanishing", "--to", "pytorch", *SHORT, "-o", "mine.py")
    status, _, err = command(*asked)
    assert status == 2
    assert "exists already" in err
    assert mine.read_text() == "kept"
    assert command(*asked, "--overwrite")[0] == 0
    assert mine.read_text("utf-8").startswith("# Vanishing")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("example:vanishing", "--to", "pytorchh"), "did you mean “pytorch”"),
        (("example:vanishin", "--to", "pytorch"), "did you mean “vanishing”"),
        (("nowhere.toml", "--to", "pytorch"), "no such file"),
        (("example:vanishing",), "--to"),
        (("example:vanishing", "--to", "pytorch", "-o", "no/such/a.py"), "there is no folder"),
        (("example:vanishing", "--to", "pytorch", "-o", "."), "is a folder"),
        (("example:vanishing", "--to", "pytorch", "-o", "-", "--json"), "--json"),
        (("example:vanishing", "--to", "pytorch", "--set", "model.layers[0].kind=Conv2"), "Conv2"),
        (("example:vanishing", "--to", "pytorch", "--set", "data.samples=1"), "samples"),
        (("bent.toml", "--to", "pytorch"), "must end in [10]"),
        (("huge.toml", "--to", "pytorch"), "leaves none for validation"),
    ],
)
def test_bad_input_is_one_line_and_status_2(command, tmp_path, arguments, said):
    (tmp_path / "bent.toml").write_text('[model]\nlayers = [{ kind = "Flatten" }]\n')
    (tmp_path / "huge.toml").write_text(
        '[data]\nname = "moons"\nsamples = 4\nvalidation = 0.01\n[model]\nlayers = [{ kind = "Flatten" }]\n'
    )
    status, out, err = command("export", *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("gradviz: error:")
    assert err.count("\n") == 1
    assert said in err
