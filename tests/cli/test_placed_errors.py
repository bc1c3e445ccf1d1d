"""What is found wrong after loading is told with the file and the line, as what is found while loading."""

from __future__ import annotations

import json

import pytest

from gradviz.cli.main import main

PLAIN = """name = "placed"

[data]
name = "{data}"
batch_size = 32
{classes}

[augmentation]
shift = {shift}

[loss]
name = "{loss}"

[model]
layers = [
  {{ kind = "Flatten" }},
  {{ kind = "Linear", out_features = {out} }},
]

[optimizer]
groups = [{{ layers = "{layers}", frozen = false }}]

[regularization]
exclude = ["{exclude}"]
"""
GOOD = {
    "data": "digits",
    "classes": "",
    "shift": 0,
    "loss": "auto",
    "out": '"classes"',
    "layers": "*",
    "exclude": "Flatten*",
}


@pytest.fixture
def fails(tmp_path, monkeypatch, capsys):
    def fail(command: str, change: dict, *settings: str) -> str:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "bad.toml").write_text(PLAIN.format(**{**GOOD, **change}))
        assert main([command, "bad.toml", *settings]) == 2
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1)
        return err

    return fail


@pytest.mark.parametrize("command", ["run", "info", "lr-range"])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"classes": "classes = [0, 99]"}, "bad.toml:6: data.classes has 99"),
        ({"shift": 8}, "bad.toml:9: augmentation.shift = 8"),
        ({"loss": "mse"}, "bad.toml:12: loss.name: mse is for numbers"),
        ({"out": 7}, "bad.toml:17: "),
    ],
)
def test_data_augmentation_loss_and_layers(fails, command, change, message):
    assert fails(command, change).startswith(f"gradviz: error: {message}")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"layers": "zzz*"}, "bad.toml:21: optimizer.groups[0].layers: “zzz*” matches no layer"),
        ({"exclude": "zzz*"}, "bad.toml:24: regularization.exclude[0]: "),
    ],
)
def test_patterns_of_layers(fails, change, message):
    assert fails("run", change).startswith(f"gradviz: error: {message}")


def test_what_was_given_on_the_command_line_has_no_line(fails):
    error = fails("run", {}, "--set", "data.classes=[0,98]")
    assert error == (
        "gradviz: error: bad.toml: data.classes has 98, but the classes are 0 to 9 (given with --set)\n"
    )


def test_data_beyond_the_memory_are_refused_before_they_are_made(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("gradviz.data.load.machine_memory", lambda: 4 * 2**30)
    settings = ("--set", "data.samples=10000000")
    monkeypatch.chdir(tmp_path)
    assert main(["run", "example:long-memory-rnn", *settings]) == 2
    error = capsys.readouterr().err
    assert error.startswith("gradviz: error: example:long-memory-rnn:")
    assert " GiB, more memory than there is; ask for fewer samples" in error
    assert list(tmp_path.iterdir()) == []


def test_a_batch_of_one_before_a_batch_normalisation_saves_nothing(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    layers = (
        'layers = [{ kind = "Flatten" }, { kind = "BatchNorm1d" }, { kind = "Linear", out_features = 10 }]'
    )
    (tmp_path / "one.toml").write_text(f"[data]\nbatch_size = 1\n[model]\n{layers}\n")
    assert main(["run", "one.toml"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("gradviz: error: one.toml:2: data.batch_size: every batch has a single sample")
    assert [path.name for path in tmp_path.iterdir()] == ["one.toml"]


def test_milestones_out_of_order(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    settings = ("--set", "schedule.name=multi_step", "--set", "schedule.milestones=[20,10]")
    assert main(["run", "example:vanishing", *settings]) == 2
    assert "schedule.milestones: must rise, as in [10, 20]; these are [20, 10]" in capsys.readouterr().err


def test_the_penalty_is_in_the_report(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    asked = ("run", "example:vanishing", "--set", "training.steps=2", "--set", "regularization.l2=0.1")
    assert main([*asked, "--json"]) == 0
    penalty = json.loads(capsys.readouterr().out)["penalty"]
    assert penalty["mean"] > 0
    assert penalty["last"] > 0
    assert main([*asked]) == 0
    assert f"‖∇penalty‖/‖∇loss‖ {penalty['mean']:.3g} in the mean" in capsys.readouterr().out
