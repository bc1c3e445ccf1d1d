import contextlib
import math
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.paths import resources
from gradviz.spec.examples import examples, load_experiment
from gradviz.spec.experiment import (
    AugmentationSpec,
    ClipSpec,
    DataSpec,
    ExperimentSpec,
    GroupSpec,
    InitializerSpec,
    LayerSpec,
    LossSpec,
    MeasureSpec,
    ModelSpec,
    OptimizerSpec,
    RegularizationSpec,
    ScheduleSpec,
    SeedsSpec,
    StartSpec,
    TrainingSpec,
)
from gradviz.spec.json_codec import from_json, from_raw, to_json, to_raw
from gradviz.spec.problem import SpecError
from gradviz.spec.toml_codec import read_toml, write_toml

FOLDER = resources() / "examples"
words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).filter(str.strip)
FIXED = {"kind", "name", "body", "batch_size", "validation", "lr", "groups", "method", "warmup"}
keys = words.filter(lambda w: w not in FIXED)
floats = st.floats(allow_nan=False, allow_infinity=False)
values = st.one_of(
    st.booleans(), st.integers(-(2**62), 2**62), floats, words, st.lists(st.integers(0, 99), max_size=3)
)
parameters = st.dictionaries(keys, values, max_size=3)
positive = st.floats(min_value=1e-300, max_value=1e300)
leaves = st.builds(LayerSpec, kind=words, name=st.none() | words, parameters=parameters)
layers = st.recursive(
    leaves,
    lambda inner: st.builds(
        LayerSpec, kind=words, parameters=parameters, body=st.lists(inner, min_size=1, max_size=3).map(tuple)
    ),
    max_leaves=8,
).filter(lambda layer: "times" not in layer.parameters)
seeds = st.none() | st.integers(0, 2**63 - 1)
counts = st.integers(1, 10**9)
training = {
    "device": st.sampled_from(["auto", "cpu", "cuda"]),
    "precision": st.sampled_from(["float32", "bfloat16", "float16"]),
    "accumulate": st.integers(1, 99),
    "compile": st.booleans(),
    "deterministic": st.booleans(),
    "patience": st.none() | st.integers(1, 99),
    "keep_best": st.booleans(),
    "checkpoint_every": st.none() | counts,
}
groups = st.builds(GroupSpec, layers=words, lr_factor=st.floats(0, 1e6), frozen=st.booleans()) | st.builds(
    GroupSpec, layers=words, frozen=st.just(value=True), unfreeze_at=counts
)
experiments = st.builds(
    ExperimentSpec,
    name=st.text(st.characters(codec="utf-8"), max_size=20),
    seed=st.integers(0, 2**63 - 1),
    seeds=st.builds(SeedsSpec, weights=seeds, data=seeds, dropout=seeds),
    augmentation=st.builds(
        AugmentationSpec,
        shift=st.integers(0, 9),
        crop=st.integers(0, 9),
        flip=st.booleans(),
        noise=st.floats(0, 9),
    ),
    start=st.none()
    | st.builds(StartSpec, session=words, run=st.none() | words, weights=st.sampled_from(["last", "best"])),
    loss=st.builds(LossSpec, name=words, parameters=parameters),
    schedule=st.builds(ScheduleSpec, name=words, warmup=st.integers(0, 10**9), parameters=parameters),
    data=st.builds(
        DataSpec,
        name=words,
        batch_size=st.integers(1, 9999),
        validation=st.floats(0.01, 0.99),
        parameters=parameters,
    ),
    model=st.builds(
        ModelSpec,
        layers=st.lists(layers, max_size=4).map(tuple),
        initializer=st.builds(InitializerSpec, name=words, parameters=parameters),
    ),
    optimizer=st.builds(
        OptimizerSpec,
        name=words,
        lr=positive,
        parameters=parameters,
        groups=st.lists(groups, max_size=3).map(tuple),
    ),
    clip=st.none() | st.builds(ClipSpec, method=words, parameters=parameters),
    regularization=st.builds(
        RegularizationSpec,
        l1=st.floats(0, 1),
        l2=st.floats(0, 1),
        max_norm=st.none() | positive,
        biases=st.booleans(),
        exclude=st.lists(words, max_size=3).map(tuple),
    ),
    training=st.builds(TrainingSpec, steps=counts, **training)
    | st.builds(TrainingSpec, epochs=st.integers(1, 99), **training),
    measure=st.builds(MeasureSpec, budget=st.floats(0, 1)),
)


@given(experiments)
def test_json_and_toml_keep_every_experiment(experiment):
    assert from_json(to_json(experiment)) == experiment
    assert from_raw(to_raw(experiment)) == experiment
    assert read_toml(write_toml(experiment), None) == experiment


@given(experiments)
def test_equal_experiments_have_equal_text(experiment):
    assert to_json(from_json(to_json(experiment))) == to_json(experiment)


@given(st.text())
def test_any_text_is_read_or_refused_in_words(text):
    for read in (lambda: read_toml(text, None), lambda: from_json(text)):
        with contextlib.suppress(SpecError):
            read()


@pytest.mark.parametrize("name", examples(FOLDER))
def test_the_bundled_examples_are_read_and_written(name):
    experiment = load_experiment(f"example:{name}", None, FOLDER)
    assert read_toml(write_toml(experiment), None) == experiment


def test_an_unknown_example_names_the_nearest():
    with pytest.raises(SpecError, match="did you mean “vanishing”"):
        load_experiment("example:vanish", None, FOLDER)
    with pytest.raises(SpecError, match=r"there are .*overflow"):
        load_experiment("example:zzz", None, FOLDER)


TEXT = """\
name = "Places"

[data]
batch_size = 0

[model]
layers = [
  { kind = "Flatten" },  # a comment with ] and }
  { kind = "Repeat", times = 2, body = [
      { kind = "Linear", out_feature = 64 },
  ] },
]

[optimizer]
lr = "a ] string"
"""


def test_every_error_has_its_line(catalogue):
    with pytest.raises(SpecError) as caught:
        read_toml(TEXT, catalogue, "places.toml")
    lines = {problem.where: problem.line for problem in caught.value.problems}
    assert lines == {
        "data.batch_size": 4,
        "model.layers[1].body[0].out_feature": 10,
        "model.layers[1].body[0].out_features": 10,
        "optimizer.lr": 15,
    }
    assert "places.toml:4: data.batch_size: must be at least 1, not 0" in str(caught.value)


def test_lines_of_tables_in_lists_and_of_every_kind_of_string(catalogue):
    text = (
        '"na\\u006de" = """two\nlines"""\n'
        "[[model.layers]]\nkind = 'Flatten'\n"
        "[[model.layers]]\nkind = '''Repeat'''\n"
        '[[model.layers.body]]\nkind = "Linear"\nout_features = 0\n'
    )
    with pytest.raises(SpecError) as caught:
        read_toml(text, catalogue)
    assert [(p.where, p.line) for p in caught.value.problems] == [("model.layers[1].body[0].out_features", 9)]


def test_toml_that_is_none_has_its_line():
    with pytest.raises(SpecError, match=r"bad\.toml:2: not valid TOML"):
        read_toml("seed = 1\nname = \n", None, "bad.toml")


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"\xff\xfe\x00", "not a text file"),
        (b"x" * (4 * 1024 * 1024 + 1), "too large"),
        (None, "no such file"),
    ],
)
def test_files_that_cannot_be_experiments(tmp_path, content, part):
    path = tmp_path / "some.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SpecError, match=part):
        load_experiment(str(path), None, FOLDER)


def test_a_folder_is_no_experiment(tmp_path):
    with pytest.raises(SpecError, match="is a folder"):
        load_experiment(str(tmp_path), None, FOLDER)


def test_overrides(catalogue):
    text = (FOLDER / "residual-cnn.toml").read_text("utf-8")
    given_ = ["training.steps=7", "optimizer.lr=1", "name=Other", "model.layers[0].shortcut=identity"]
    experiment = read_toml(text, None, "", given_)
    assert (experiment.training.steps, experiment.training.epochs) == (7, None)
    assert experiment.optimizer.lr == 1.0
    assert isinstance(experiment.optimizer.lr, float)
    assert experiment.name == "Other"
    assert experiment.model.layers[0].parameters["shortcut"] == "identity"
    assert read_toml("", None, "", ["clip.method=value"]).clip.method == "value"


@pytest.mark.parametrize(
    ("override", "part"),
    [
        ("optimizer", "is not KEY=VALUE"),
        ("=3", "is not KEY=VALUE"),
        ("model.layers[9].kind=ReLU", r"there is no model\.layers\[9\]"),
        ("seed.x=3", "there is no seed.x"),
        ("optimizer.lrr=3", r"optimizer\.lrr: unknown key of SGD: did you mean “lr”\? \(given with --set\)"),
    ],
)
def test_overrides_that_cannot_be(catalogue, override, part):
    with pytest.raises(SpecError, match=part):
        read_toml("seed = 1", catalogue, "", [override])


def test_numbers_survive_exactly():
    experiment = ExperimentSpec(optimizer=OptimizerSpec(lr=math.pi * 1e-7))
    assert tomllib.loads(write_toml(experiment))["optimizer"]["lr"] == math.pi * 1e-7
