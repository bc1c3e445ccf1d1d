import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gradviz.cli.main import main
from gradviz.paths import resources
from gradviz.records.errors import RecordsError
from gradviz.records.reader import RunReader
from gradviz.records.session import open_session
from gradviz.spec.examples import examples

SHORT = ("--set", "training.steps=3", "--set", "model.layers[1].times=3")


def test_run_saves_a_session_and_prints_one_json_object(command, tmp_path):
    status, out, err = command("run", "example:vanishing", *SHORT, "--json")
    assert (status, err) == (0, "")
    assert out.count("\n") == 1
    report = json.loads(out)
    assert report["state"] == "completed"
    assert report["steps"] == 3
    assert set(report["metrics"]) >= {"train_loss", "val_loss", "train_accuracy", "val_accuracy"}
    assert report["loss"] == report["metrics"]["train_loss"]
    assert report["findings"] == []
    kinds = [layer["kind"] for layer in report["layers"]]
    assert kinds == ["Flatten", *["Linear", "Sigmoid"] * 3, "Linear"]
    for layer in report["layers"]:
        measured = [layer[key] for key in ("grad_norm", "weight_norm", "update_ratio")]
        assert all(v is not None for v in measured) if layer["parameters"] else measured == [None] * 3
    assert report["session"] == "vanishing.gradviz"
    session = open_session(tmp_path / report["session"])
    with RunReader(session.runs[0].path, session.runs[0].id) as reader:
        assert reader.last_step == 2
        assert reader.at("train_loss", 2)[1][0] == pytest.approx(report["loss"])


def test_run_without_json_ends_with_the_layers_and_the_path(command, tmp_path):
    status, out, _ = command("run", "example:vanishing", *SHORT, "-o", "mine.gradviz")
    assert status == 0
    assert "Linear 4" in out
    assert "Completed after 3 steps" in out
    assert out.splitlines()[-1] == "Saved mine.gradviz"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine.gradviz"]


def test_an_output_without_a_suffix_gets_one_and_a_session_is_overwritten(command, tmp_path):
    for options in ((), ("--overwrite",)):
        assert command("run", "example:vanishing", *SHORT, "-o", "mine", *options)[0] == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine.gradviz"]


def test_runs_get_names_of_their_own(command, tmp_path):
    for _ in range(2):
        assert command("run", "example:vanishing", *SHORT)[0] == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["vanishing-2.gradviz", "vanishing.gradviz"]


def test_a_long_table_is_cut_in_the_middle(command):
    _, out, _ = command(
        "run", "example:vanishing", "--set", "training.steps=1", "--set", "model.layers[1].times=40"
    )
    assert "17 more" in out
    assert "Linear 1 " in out
    assert "Linear 41 " in out


def test_a_run_that_diverges_is_kept_and_says_where(command, tmp_path):
    status, out, _ = command("run", "example:overflow", "--json")
    report = json.loads(out)
    assert status == 1
    assert report["state"] == "diverged"
    assert report["loss"] in ("NaN", "Infinity")
    assert "step 1" in report["reason"]
    assert "forward pass of Linear 4" in report["reason"]
    assert (tmp_path / report["session"]).exists()


def test_nothing_is_left_in_the_state_folder(command):
    command("run", "example:vanishing", *SHORT)
    sessions = Path(os.environ["GRADVIZ_STATE"]) / "sessions"
    assert [p for p in sessions.iterdir() if p.is_dir()] == []


def test_a_failed_save_keeps_the_run(command, monkeypatch, tmp_path):
    from gradviz.cli import run_command

    def fail(*_arguments):
        raise RecordsError("The disk is full.")

    monkeypatch.setattr(run_command, "save_session", fail)
    status, _, err = command("run", "example:vanishing", *SHORT)
    assert status == 2
    assert "The disk is full." in err
    assert "The run is kept: open the window with the command gradviz, recover it there and save it." in err
    kept = list((Path(os.environ["GRADVIZ_STATE"]) / "sessions").glob("*/runs/*.sqlite"))
    with RunReader(kept[0]) as reader:
        assert reader.last_step == 2


@pytest.fixture
def no_training(monkeypatch):
    def forbid():
        from gradviz.cli import run_command

        monkeypatch.setattr(run_command, "train", lambda *_, **__: pytest.fail("it trained before it looked"))

    return forbid


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="only Linux has a folder that takes no file")
def test_where_nothing_can_be_written_is_found_out_before_training(command, no_training):
    no_training()
    status, _, err = command("run", "example:vanishing", *SHORT, "-o", "/proc/x.gradviz")
    assert status == 2
    assert err.startswith("gradviz: error: “/proc/x.gradviz” cannot be written (")
    assert err.endswith("). Choose another place with -o.\n")
    assert "old file" not in err
    assert list((Path(os.environ["GRADVIZ_STATE"]) / "sessions").glob("*")) == []


def test_a_name_that_is_too_long_is_found_out_before_training(command, no_training, tmp_path):
    no_training()
    status, _, err = command("run", "example:vanishing", *SHORT, "-o", "x" * 300 + ".gradviz")
    assert (status, err.count("\n")) == (2, 1)
    assert err.endswith("). Choose another place with -o.\n")
    assert list(tmp_path.iterdir()) == []


def test_a_read_only_session_is_not_gone_on_with_in_place(command, no_training, monkeypatch, tmp_path):
    command("run", "example:vanishing", *SHORT, "-o", "a")
    no_training()
    monkeypatch.setattr(os, "access", lambda asked, mode: asked != Path("a.gradviz"))  # root may write all
    status, _, err = command("run", "a.gradviz", "--resume", "--set", "training.steps=5")
    assert status == 2
    assert err == "gradviz: error: “a.gradviz” is read-only. Choose another place with -o.\n"
    assert list(tmp_path.iterdir()) == [tmp_path / "a.gradviz"]


def test_info_of_an_experiment(command):
    status, out, _ = command("info", "example:residual-cnn", "--json")
    report = json.loads(out)
    assert status == 0
    assert report["parameters"] == sum(layer["parameters"] for layer in report["layers"]) == 269_322
    assert set(report["layers"][0]) == {"name", "kind", "output_shape", "parameters", "multiply_adds"}
    assert report["layers"][-1]["output_shape"] == [10]
    status, out, _ = command("info", "example:residual-cnn")
    assert "269,322 parameters" in out


def test_a_regression_has_no_accuracy_anywhere(command):
    short = ("--set", "training.steps=12", "-o", "d.gradviz")
    status, out, _ = command("run", "example:diabetes", *short, "--json")
    report = json.loads(out)
    assert (status, report["state"]) == (0, "completed")
    assert set(report["metrics"]) == {"train_loss", "val_loss"}
    assert report["metrics"]["val_loss"] > 0
    status, out, _ = command("info", "d.gradviz")
    assert (status, "completed" in out) == (0, True)
    status, out, _ = command("info", "example:diabetes")
    assert "input 10, 1 number" in " ".join(out.split())
    report = json.loads(command("info", "example:diabetes", "--json")[1])
    assert (report["task"], report["classes"]) == ("regression", 1)


def test_info_of_a_session(command):
    command("run", "example:overflow", "-o", "o.gradviz")
    status, out, _ = command("info", "o.gradviz", "--json")
    report = json.loads(out)
    assert status == 0
    assert [run["state"] for run in report["runs"]] == ["diverged"]
    assert report["damage"] == []
    status, out, _ = command("info", "o.gradviz")
    assert "diverged" in out
    assert f"\n{report['runs'][0]['reason']}\n" in out


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("frobnicate", "there is no command “frobnicate”, and no file of that name (see gradviz --help)"),
        ("treshold", "there is no command “treshold”, and no file of that name: did you mean “threshold”?"),
        ("Info", "there is no command “Info”, and no file of that name: did you mean “info”?"),
    ],
)
def test_a_word_that_is_no_command_is_said_to_be_none(command, word, said):
    assert command(word, "x.gradviz") == (2, "", f"gradviz: error: {said}\n")


def test_a_file_may_be_called_as_it_likes(command, tmp_path, monkeypatch):
    (tmp_path / "treshold").write_text("")
    monkeypatch.setattr("gradviz.cli.window_command.missing_display", lambda: "no display")
    assert command("treshold") == (2, "", "gradviz: error: no display\n")


def test_examples(command):
    status, out, _ = command("examples", "--json")
    names = [example["name"] for example in json.loads(out)["examples"]]
    assert status == 0
    assert names == [f"example:{name}" for name in examples(resources() / "examples")]
    assert {"vanishing", "exploding", "overflow", "residual-cnn"} <= {
        n.removeprefix("example:") for n in names
    }
    assert "example:vanishing" in command("examples")[1]


def bad(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "binary.toml").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "broken.toml").write_text("name = ", "utf-8")
    (tmp_path / "there.gradviz").write_bytes(b"not a session")
    (tmp_path / "cut.gradviz").write_bytes(b"SQLite format 3\x00" + bytes(500))


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("run",), "required"),
        (("run", "nothing.toml"), "no such file"),
        (("run", "folder"), "is a folder"),
        (("run", "binary.toml"), "not a text file"),
        (("run", "broken.toml"), "not valid TOML"),
        (("run", "example:vanishin"), "did you mean “vanishing”"),
        (("run", "example:vanishing", "--set", "optimizer.lr"), "is not KEY=VALUE"),
        (("run", "example:vanishing", "--set", "optimizer.lr=-1"), "must be above 0"),
        (("run", "example:vanishing", "--set", "optimizer.nam=SGD"), "did you mean “name”"),
        (("run", "example:vanishing", "--set", "model.layers[0].kind=Conv2d"), "needs kernel_size"),
        (("run", "example:vanishing", "--set", "model.layers[2].out_features=3"), "must end in [10]"),
        (("run", "example:vanishing", "--set", "model.layers[0].kind=Dropout2d"), "Linear 21"),
        (("run", "example:vanishing", "--device", "gpu"), "invalid choice"),
        (("run", "example:vanishing", "-o", "folder"), "is a folder"),
        (("run", "example:vanishing", "-o", "-"), "--json"),
        (("run", "example:vanishing", "-o", "broken.toml", "--overwrite"), "is not overwritten"),
        (("run", "example:vanishing", "--set", "training.clip=1"), "there is a section [clip]"),
        (("run", "example:vanishing", "--set", "data.name=diggits"), "did you mean “digits”?"),
        (("run", "example:vanishing", "--set", "loss.name=mse"), "loss.name: mse is for numbers"),
        (("info", "example:vanishing", "--set", "loss.name=mse"), "use cross_entropy or auto"),
        (
            ("info", "example:diabetes", "--set", "loss.name=cross_entropy"),
            "targets of these data are numbers",
        ),
        (("run", "example:diabetes", "--set", "loss.delta=1"), "loss.delta"),
        (("run", "cut.gradviz"), "is a session, not an experiment"),
        (("run", "example:vanishing", "-o", "there.gradviz"), "exists already"),
        (("run", "example:vanishing", "-o", "no/such/x.gradviz"), "there is no folder"),
        (("run", "example:vanishing", "--frobnicate"), "unrecognized arguments"),
        (("info", "there.gradviz"), "there.gradviz"),
        (("info", "cut.gradviz"), "cut.gradviz"),
        (("info", "nothing.gradviz"), "nothing.gradviz"),
        (("info", "folder"), "is a folder"),
        (("frobnicate", "x"), "there is no command “frobnicate”"),
        (("a.toml", "x"), "unrecognized arguments"),
    ],
)
def test_bad_input_is_one_line_and_status_2(command, tmp_path, arguments, part):
    bad(tmp_path)
    status, out, err = command(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("gradviz: error: ")
    assert err.count("\n") == 1
    assert part in err


def test_cuda_that_is_not_there(command, monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    status, _, err = command("run", "example:vanishing", "--device", "cuda")
    assert status == 2
    assert "CUDA" in err
    assert "auto" in err


@pytest.mark.parametrize("arguments", [("--help",), ("run", "--help"), ("--version",)])
def test_help_and_version(capsys, arguments):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    assert "gradviz" in capsys.readouterr().out


def _has_steps(store: Path) -> bool:
    try:
        with RunReader(store) as reader:
            return reader.last_step > 0
    except RecordsError:  # it is being made
        return False


@pytest.mark.parametrize(("stop", "times"), [(signal.SIGINT, 1), (signal.SIGTERM, 1), (signal.SIGINT, 3)])
def test_an_interrupt_saves_what_was_measured(tmp_path, stop, times):
    arguments = ["run", "example:vanishing", "--set", "training.steps=1000000", "-o", "cut.gradviz", "--json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "gradviz", *arguments],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        sessions = Path(os.environ["GRADVIZ_STATE"]) / "sessions"
        deadline = time.monotonic() + 60
        while not any(map(_has_steps, sessions.glob("*/runs/*.sqlite"))) and time.monotonic() < deadline:
            time.sleep(0.05)
        for _ in range(times):  # handed on once more by what started the program
            process.send_signal(stop)
            time.sleep(0.02)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130, err
    report = json.loads(out)
    assert report["state"] == "stopped"
    session = open_session(tmp_path / "cut.gradviz")
    with RunReader(session.runs[0].path) as reader:
        assert reader.last_step + 1 == report["steps"] > 0


def test_a_bare_inf_is_the_word_where_there_is_one(command, tmp_path):
    short = ("run", "example:vanishing", *SHORT, "--set", "clip.threshold=1")
    assert command(*short, "--set", "clip.p=inf", "-o", "a")[0] == 0
    assert open_session(tmp_path / "a.gradviz").experiment["clip"]["p"] == "inf"
    status, _, err = command(*short, "--set", "clip.p=nan", "-o", "b")
    assert (status, "clip.p: must be a finite number, not nan" in err) == (2, True)
