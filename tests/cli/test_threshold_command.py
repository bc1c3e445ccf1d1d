from __future__ import annotations

import json

from gradviz.diagnosis.threshold import METHODS, threshold_of_run
from gradviz.records.reader import RunReader
from gradviz.records.session import open_session

SHORT = ("--set", "training.steps=60", "--set", "model.layers[1].times=3")


def test_a_threshold_for_every_method_that_has_one(command):
    assert command("run", "example:vanishing", *SHORT, "-o", "v.gradviz", "--json")[0] == 0
    status, out, err = command("threshold", "v.gradviz", "--json")
    assert (status, err) == (0, "")
    report = json.loads(out)
    assert report["steps"] == 60
    assert [proposal["method"] for proposal in report["proposals"]] == list(METHODS)
    run = open_session("v.gradviz").runs[0]
    with RunReader(run.path, run.id) as reader:
        for proposal in report["proposals"]:
            found = threshold_of_run(reader, proposal["method"])
            assert proposal["threshold"] == found.threshold > 0
            assert proposal["reason"] == found.reason
    status, out, _ = command("threshold", "v.gradviz", "--run", report["name"])
    assert status == 0
    assert "global_norm: Over 54 settled steps" in out


def test_a_run_that_is_too_short_says_so(command):
    assert command("run", "example:vanishing", *SHORT, "--set", "training.steps=3", "--json")[0] == 0
    status, out, _ = command("threshold", "vanishing.gradviz")
    assert status == 0
    assert "Only 3 steps have norms that are finite and settled; at least 20 are needed." in out


def test_a_frozen_first_layer_is_not_told_as_vanished(command):
    settings = ('optimizer.groups=[{layers="Linear 1", frozen=true}]', "model.initializer=kaiming_normal")
    relu = ("model.layers[1].body[1].kind=ReLU", *settings)
    arguments = [word for setting in relu for word in ("--set", setting)]
    assert command("run", "example:vanishing", *SHORT, *arguments, "-o", "f", "--json")[0] == 0
    status, out, _ = command("threshold", "f.gradviz", "--json")
    assert status == 0
    assert [proposal["warning"] for proposal in json.loads(out)["proposals"]] == [""] * len(METHODS)


def test_bad_input_is_one_line(command, tmp_path):
    assert command("run", "example:vanishing", *SHORT, "--set", "training.steps=1", "--json")[0] == 0
    (tmp_path / "e.toml").write_text("")
    (tmp_path / "e 1.toml").write_text("")
    (tmp_path / "net.py").write_text("")
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.gradviz").write_text("")
    for arguments, message in (
        (("none.gradviz",), "does not exist"),
        (("e.toml",), "is no session; train it first: gradviz run e.toml"),
        (("e 1.toml",), "e 1.toml is no session; train it first: gradviz run 'e 1.toml'"),
        (("folder",), "folder is a folder, not a session; give a file"),
        (("net.py",), "net.py is no session\n"),
        (("gone.py",), "there is no file gone.py\n"),
        (("",), "the name of the session is empty"),
        (("example:vanishing",), "train it first: gradviz run example:vanishing"),
        (("empty.gradviz",), "empty.gradviz"),
        (("vanishing.gradviz", "--run", "x"), "holds no run called “x”; there are “"),
        ((), "SESSION"),
    ):
        status, out, err = command("threshold", *arguments)
        assert (status, out) == (2, "")
        assert message in err
        assert err.count("\n") == 1
