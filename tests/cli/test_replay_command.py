from __future__ import annotations

import json


def test_the_step_that_broke_is_done_again(command):
    status, out, _ = command("run", "example:overflow", "-o", "o.gradviz", "--json")
    assert (status, json.loads(out)["state"]) == (1, "diverged")
    status, out, err = command("replay", "o.gradviz", "--json")
    assert (status, err) == (0, "")
    report = json.loads(out)
    found = report["forward"] or report["backward"]
    assert found["operation"]
    assert found["value"] in {"NaN", "Inf"}
    assert report["same"]
    status, out, _ = command("replay", "o.gradviz")
    assert status == 0
    assert report["sentence"] in out
    assert "as recorded" in out


def test_any_step_can_be_asked_for(command):
    short = ("--set", "training.steps=30", "--set", "model.layers[1].times=3")
    assert command("run", "example:vanishing", *short, "--json")[0] == 0
    status, out, _ = command("replay", "vanishing.gradviz", "--step", 12, "--json")
    report = json.loads(out)
    assert (status, report["step"], report["start"], report["same"]) == (0, 12, 0, True)
    assert report["forward"] is report["backward"] is None
    assert "every value was finite" in report["sentence"]
    for arguments, message in (
        (("vanishing.gradviz",), "no spike and no value that is not finite; name one with --step"),
        (("vanishing.gradviz", "--step", 30), "Step 30 was not recorded: the run has the steps 0 to 29."),
        (("vanishing.gradviz", "--step", "x"), "invalid int value"),
        (("vanishing.gradviz", "--run", "Other"), "holds no run called “Other”"),
        (("none.gradviz",), "does not exist"),
        (("example:vanishing",), "train it first"),
    ):
        status, out, err = command("replay", *arguments)
        assert (status, out) == (2, "")
        assert message in err
        assert len(err.splitlines()) == 1
