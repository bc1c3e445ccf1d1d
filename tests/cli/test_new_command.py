"""`gradviz new`, and that what it writes can be trained."""

import json

import pytest
from small_templates import DATA, SMALL, fits

from gradviz.engine.catalogue import full_catalogue
from gradviz.nets.templates import new_experiment, templates
from gradviz.paths import cache_folder
from gradviz.records.session import open_session
from gradviz.spec.toml_codec import load_toml


def settings(template, kind):
    given = {f"data.{key}": value for key, value in DATA[kind].items()}
    for key, value in {**SMALL[template], **given}.items():
        yield from ("--set", f"{key}={json.dumps(value)}")


@pytest.mark.parametrize("name", templates)
def test_what_is_written_is_trained_for_twenty_steps(name, command, tmp_path):
    kind = next(kind for kind in ("next tokens", "texts", "digits") if fits(name, kind))
    status, out, err = command(
        "new", name, *settings(name, kind), "--set", "training.steps=20", "--set", "data.batch_size=16"
    )
    assert (status, err) == (0, "")
    assert "Train it with: gradviz run" in out
    status, out, err = command("run", f"{name}.toml", "--device", "cpu", "--json")
    assert (status, err) == (0, "")
    report = json.loads(out)
    assert (report["state"], report["steps"]) == ("completed", 20)
    assert open_session(tmp_path / report["session"]).experiment["data"]["name"] == DATA[kind]["name"]


@pytest.mark.parametrize("name", templates)
def test_without_settings_it_is_the_published_one(name, command, tmp_path):
    status, out, _ = command("new", name, "--json")
    report = json.loads(out)
    assert status == 0
    assert out.count("\n") == 1
    assert report["file"] == f"{name}.toml"
    written = load_toml(tmp_path / f"{name}.toml", full_catalogue())
    assert written == new_experiment(name, {}, None, None)
    status, out, _ = command("info", f"{name}.toml", "--json")
    assert status == 0
    assert json.loads(out)["parameters"] == report["parameters"]


def test_the_list_has_every_template_under_its_family(command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    status, out, _ = command("new")
    assert status == 0
    rows = [line.split() for line in out.splitlines() if line.strip()]
    listed = [words[0] for words in rows]
    assert [name for name in listed if name in templates] == list(templates)
    assert listed.index("Recurrent") < listed.index("lstm") < listed.index("Transformer")
    for name in templates:
        entry = templates.entry(name)
        assert rows[listed.index(name) + 1] == ", ".join(knob.name for knob in entry.parameters).split()
    status, out, _ = command("new", "--json")
    assert [template["name"] for template in json.loads(out)["templates"]] == list(templates)


@pytest.mark.parametrize("name", templates)
def test_help_explains_every_knob(name, command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "250")
    status, out, _ = command("new", name, "--help")
    assert status == 0
    for knob in templates.entry(name).parameters:
        assert knob.name in out
        assert knob.doc in out


def test_help_of_the_command(command):
    status, out, _ = command("new", "--help")
    assert status == 0
    assert out.startswith("usage: gradviz new")
    assert "--set KEY=VALUE" in out


def test_everything_else_can_be_set_too(command, tmp_path):
    given = [
        "data=digits",
        "data.validation=0.3",
        "optimizer.lr=0.5",
        "training.epochs=2",
        "name=Mine",
        "seed=7",
    ]
    given += ["model.initializer=orthogonal", "clip.threshold=2", "depth=3"]
    status, _, err = command("new", "mlp", *(part for one in given for part in ("--set", one)), "-o", "mine")
    assert (status, err) == (0, "")
    written = load_toml(tmp_path / "mine.toml", full_catalogue())
    assert (written.name, written.seed, written.optimizer.lr) == ("Mine", 7, 0.5)
    assert (written.data.name, written.data.validation) == ("digits", 0.3)
    assert (written.training.epochs, written.training.steps) == (2, None)
    assert (written.model.initializer.name, written.clip.parameters) == ("orthogonal", {"threshold": 2})
    assert written.model.layers[1].parameters == {"times": 3}


def test_the_published_data_can_be_changed_in_part(command, tmp_path):
    command("new", "resnet18", "--set", "data.shape=[1, 40, 40]", "--set", "data.classes=7")
    data = load_toml(tmp_path / "resnet18.toml", full_catalogue()).data
    assert data.parameters == {"shape": [1, 40, 40], "classes": 7, "samples": 32}


def test_standard_output(command, tmp_path):
    status, out, _ = command("new", "lenet5", "-o", "-")
    assert status == 0
    (tmp_path / "piped.toml").write_text(out)
    assert load_toml(tmp_path / "piped.toml", full_catalogue()) == new_experiment("lenet5", {}, None, None)
    assert not (tmp_path / "lenet5.toml").exists()


def test_nothing_is_overwritten_unless_asked(command, tmp_path):
    target = tmp_path / "lenet5.toml"
    target.write_text("mine")
    status, out, err = command("new", "lenet5")
    assert (status, out) == (2, "")
    assert "exists already" in err
    assert target.read_text() == "mine"
    assert command("new", "lenet5", "--overwrite")[0] == 0
    assert target.read_text().startswith("schema = 1")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rsnet18"], "no template is called “rsnet18”: did you mean “resnet18”?"),
        (["rsnet18", "--help"], "no template is called “rsnet18”: did you mean “resnet18”?"),
        (["qqq"], "no template is called “qqq”; “gradviz new” lists them"),
        (["mlp", "--set", "widht=3"], "mlp: widht: no knob of mlp is called so: did you mean “width”?"),
        (["mlp", "--set", "width=0"], "mlp: width: must be at least 1 and at most 65536, not 0"),
        (["mlp", "--set", "activation=RELU"], "did you mean “ReLU”?"),
        (["resnet18", "--set", "depth[0]=3"], "depth is set as a whole: --set depth=[2, 2, 2, 2]"),
        (["mlp", "--set", "optimizer.name=Adm"], "optimizer.name: no optimizer is called “Adm”"),
        (["mlp", "--set", "optimzer.lr=1"], "optimzer: unknown key: did you mean “optimizer”?"),
        (["mlp", "--set", "width"], "“width” is not KEY=VALUE"),
        (["mlp", "--set", "data=digts"], "data.name: no data set is called “digts”: did you mean “digits”?"),
        (["mlp", "--set", "data.shape=[0]"], "data.shape: must be at least 1, not 0"),
        (["resnet18", "--set", "data=moons"], "resnet18: data: “moons” has samples of shape [2], and this"),
        (["char_lm", "--set", "data=digits"], "char_lm: data: “digits” has one target a sample"),
        (["lstm", "--set", "data.per_position=true"], "“random” has a target at every position"),
        (["mlp", "-o", "nowhere/mine.toml"], "there is no folder"),
        (["mlp", "-o", "."], "is a folder"),
        (["mlp", "-o", "mine.gradviz"], "an experiment is a .toml file; write it to mine.toml"),
        (["mlp", "-o", "-", "--json"], "--json and an experiment cannot both go to standard output"),
        (["--set", "depth=3"], "name a template to write one"),
        (["mlp", "lenet5"], "unrecognized arguments: lenet5"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(arguments, message, command, tmp_path):
    status, out, err = command("new", *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("gradviz: error: ")
    assert err.count("\n") == 1
    assert message in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("template", "data", "shape"),
    [
        ("lenet5", "mnist", [1, 28, 28]),
        ("resnet20", "cifar10", [3, 32, 32]),
        ("mlp", "cifar100", [3, 32, 32]),
    ],
)
def test_a_template_is_fitted_to_data_that_are_not_downloaded_yet(template, data, shape, command, tmp_path):
    status, _, err = command("new", template, "--set", f"data={data}", "--set", "data.classes=[0, 3, 5]")
    assert (status, err) == (0, "")
    status, out, _ = command("info", tmp_path / f"{template}.toml", "--json")
    described = json.loads(out)
    assert (status, described["input_shape"], described["classes"]) == (0, shape, 3)
    assert not cache_folder().exists()


def test_bad_data_are_named_once(command, tmp_path):
    asked = ("--set", "data.path=nowhere")
    command("new", "lenet5", "--set", "data=mnist")
    told = f"lenet5.toml: data.path: there is no folder {tmp_path / 'nowhere'} (given with --set)"
    status, _, err = command("info", "lenet5.toml", *asked)
    assert (status, err) == (2, f"gradviz: error: {told}\n")
