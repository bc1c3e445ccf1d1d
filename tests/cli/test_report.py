"""What the report of a run says beside its layers."""

from __future__ import annotations

import json
import math
import re

import pytest
import torch

from gradviz.cli.main import main
from gradviz.cli.report import _printable
from gradviz.training import compiling
from gradviz.training.loss_scale import LossScale

SHORT = ("--set", "training.steps=5", "--set", "model.layers[1].times=2")
HALF = ("--set", "training.precision=float16")


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run(capsys):
    def run(*arguments):
        status = main(["run", "example:vanishing", *SHORT, *arguments])
        return status, capsys.readouterr().out

    return run


def test_loss_scale_and_skipped_steps_are_told_where_there_are_any(run, monkeypatch) -> None:
    status, out = run(*HALF, "--json")
    report = json.loads(out)
    assert (status, report["loss_scale"], report["skipped_steps"]) == (0, 65536.0, 0)
    assert "skipped" not in run(*HALF)[1]
    real = LossScale.__init__
    monkeypatch.setattr(LossScale, "__init__", lambda *a, **k: real(*a, **{**k, "first": 2.0**40}))
    _, out = run(*HALF, "--set", "training.steps=1")
    assert "\n1 step was skipped: the gradient overflowed in float16; loss scale now " in out
    _, out = run(*HALF, "--json", "-o", "many")
    report = json.loads(out)
    assert report["skipped_steps"] == 5
    assert report["loss_scale"] == 2.0**36


def test_one_step_is_one_step(run) -> None:
    assert "\nCompleted after 1 step: " in run("--set", "training.steps=1")[1]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            ("clip.threshold=1e-9",),
            r"Clipped 100% of the steps: .* shortened, at the strongest cut to \S+ of its norm\n",
        ),
        (("clip.threshold=1e9",), r"Clipped no step: every gradient was within the threshold\n"),
    ],
)
def test_what_clipping_did_is_a_sentence(run, settings, said) -> None:
    settings = ("clip.method=global_norm", *settings)
    _, out = run(*(word for setting in settings for word in ("--set", setting)))
    assert re.search(said, out)


def test_in_float32_there_is_no_word_of_it(run) -> None:
    report = json.loads(run("--json")[1])
    assert not {"loss_scale", "skipped_steps"} & set(report)


def test_what_a_run_warns_of_is_told(run, monkeypatch) -> None:
    def compile_badly(*_arguments, **_given):
        raise RuntimeError("InvalidCxxCompiler")

    monkeypatch.setattr(torch, "compile", compile_badly)
    monkeypatch.setattr(compiling, "import_module", lambda _name: None)
    said = "The network is trained without compiling: there is no C++ compiler on this machine."
    arguments = ("--set", "training.compile=true")
    assert f"\n{said}\n" in run(*arguments)[1]
    assert json.loads(run(*arguments, "--json")[1])["warnings"] == [said]
    assert "warnings" not in json.loads(run("--json")[1])


SMALL_MODEL = (
    "--set",
    "training.steps=2",
    "--set",
    "model.layers[1].hidden_size=8",
    "-o",
    "lm",
    "--overwrite",
)


def test_a_language_model_has_a_perplexity_and_writes(capsys) -> None:
    assert main(["run", "example:char-lm", *SMALL_MODEL, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    metrics = report["metrics"]
    assert metrics["val_perplexity"] == pytest.approx(math.exp(metrics["val_loss"]), rel=1e-5)
    assert len(report["text_sample"]) == 300
    assert main(["run", "example:char-lm", *SMALL_MODEL]) == 0
    out = capsys.readouterr().out
    assert f"val perplexity {metrics['val_perplexity']:.3g}" in out
    shown = "".join(
        c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in report["text_sample"]
    )
    assert f"It writes:\n{shown}\n" in out


def test_others_have_neither(run) -> None:
    report = json.loads(run("--json")[1])
    assert "val_perplexity" not in report["metrics"]
    assert "text_sample" not in report


def test_layers_with_gates_have_the_norm_of_each(run, capsys) -> None:
    small = ("--set", "training.steps=2", "--set", "model.layers[0].hidden_size=8")
    assert main(["run", "example:long-memory-lstm", *small, "-o", "gates", "--json"]) == 0
    layers = json.loads(capsys.readouterr().out)["layers"]
    (lstm,) = [row for row in layers if row["kind"] == "LSTM"]
    assert [(part["kind"], part["name"]) for part in lstm["parts"]] == [("gate", name) for name in "ifgo"]
    assert math.hypot(*(part["grad_norm"] for part in lstm["parts"])) == pytest.approx(
        lstm["grad_norm"], rel=1e-5
    )
    assert not [row for row in layers if row["kind"] != "LSTM" and "parts" in row]


def test_a_frozen_layer_is_not_told_as_a_dead_one(run) -> None:
    """Its gradient is exactly zero, but nothing is wrong with it."""
    first = ("--set", 'optimizer.groups=[{layers="Linear 1", frozen=true, unfreeze_at=%d}]')
    lines = run(first[0], first[1] % 50, "-o", "still")[1].splitlines()
    row = next(line.split() for line in lines if line.split()[:2] == ["Linear", "1"])
    assert row[-2] == "frozen"
    float(row[-1])  # the weights' norm; a ratio there is not
    layers = json.loads(run(first[0], first[1] % 50, "-o", "json", "--json")[1])["layers"]
    assert [layer["name"] for layer in layers if layer["frozen"]] == ["Linear 1"]
    assert {layer["grad_norm"] for layer in layers if layer["frozen"]} == {0}
    out = run(first[0], first[1] % 2, "-o", "thawed")[1]
    assert "frozen" not in out  # nor is one that learns by now


def test_what_would_move_the_cursor_is_not_printed() -> None:
    assert _printable("a\x1b[2Jb\tc\r\nd") == "a\N{REPLACEMENT CHARACTER}[2Jb\tc\N{REPLACEMENT CHARACTER}\nd"


def test_an_early_end_is_complete_and_says_why(run) -> None:
    settings = ("optimizer.lr=1e-30", "training.patience=1", "data.batch_size=720", "training.steps=12")
    status, out = run(*(word for setting in settings for word in ("--set", setting)))
    assert status == 0
    assert "\nStopped early: no lower validation loss in 1 validation, best at step 1 with " in out
    assert "\nCompleted after 4 steps: " in out


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("training.precision=half", "training.precision"),
        ("training.accumulate=0", "training.accumulate"),
        ("training.patience=0", "training.patience"),
        ("training.patience=1.5", "training.patience"),
        ("training.compile=yes", "training.compile"),
        ("training.deterministic=1", "training.deterministic"),
        ("seeds.weights=-1", "seeds.weights"),
        ("seeds.order=1", "seeds.order"),
    ],
)
def test_bad_settings_are_named_at_their_place(setting: str, message: str, capsys) -> None:
    assert main(["run", "example:vanishing", "--set", setting]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith("gradviz: error: ")
    assert message in err
    assert err.count("\n") == 1
