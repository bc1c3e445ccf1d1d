import pytest
from small_templates import DATA, SMALL, fits

from gradviz.data.load import describe
from gradviz.engine.catalogue import full_catalogue
from gradviz.nets.model import inspect
from gradviz.nets.templates import new_experiment, published_info, templates
from gradviz.spec.experiment import DataSpec
from gradviz.spec.json_codec import from_raw, to_raw
from gradviz.spec.problem import SpecError
from gradviz.spec.toml_codec import read_toml, write_toml

MOST_TRIED = 8
"""Words of a knob that are all tried; of the many activations a few are."""


def data_of(kind):
    return from_raw({"data": DATA[kind]}).data


def tried(knob):
    """Other values of a knob: all of a few words, some of many; the smallest and a larger number."""
    if isinstance(knob.default, bool):
        return [not knob.default]
    if isinstance(knob.default, list):
        return [[2] * len(knob.default)]
    if knob.choices:
        return list(knob.choices if len(knob.choices) <= MOST_TRIED else ("none", "Tanh", "PReLU"))
    return [knob.minimum, 0.5 if knob.below else 2 * knob.default]


@pytest.mark.parametrize("name", templates)
def test_every_knob_makes_a_network(name):
    data = DataSpec(name="digits") if fits(name, "digits") else None
    info = describe(data) if data else published_info(name)
    for knob in templates.entry(name).parameters:
        for value in tried(knob):
            knobs = {**SMALL[name], knob.name: value}
            if "heads" in knobs:
                knobs["width"] = 4 * knobs["heads"]
            experiment = new_experiment(name, knobs, data, info if data else None)
            assert inspect(experiment.model, info).problems == (), (knob.name, value)


@pytest.mark.parametrize("name", templates)
def test_a_knob_left_alone_is_the_published_one(name):
    entry = templates.entry(name)
    assert new_experiment(name, entry.complete({}), None, None) == new_experiment(name, {}, None, None)


@pytest.mark.parametrize("name", templates)
def test_an_experiment_reads_back_as_itself(name):
    for knobs in ({}, SMALL[name]):
        experiment = new_experiment(name, knobs, None, None)
        catalogue = full_catalogue()
        assert read_toml(write_toml(experiment), catalogue) == experiment
        assert from_raw(to_raw(experiment), catalogue) == experiment


@pytest.mark.parametrize("name", templates)
def test_a_tree_stays_short(name):
    """Rounds that are alike stand in a Repeat: 110 layers are no longer to read than 20."""
    assert len(write_toml(new_experiment(name, {}, None, None)).splitlines()) <= 100


@pytest.mark.parametrize("name", templates)
@pytest.mark.parametrize("kind", DATA)
def test_fitted_or_refused(name, kind):
    data = data_of(kind)
    info = describe(data)
    if fits(name, kind):
        experiment = new_experiment(name, SMALL[name], data, info)
        assert inspect(experiment.model, info).problems == ()
        assert experiment.data == data
        return
    with pytest.raises(SpecError) as error:
        new_experiment(name, SMALL[name], data, info)
    [problem] = error.value.problems
    assert problem.keys == ("data",)
    assert problem.message.startswith(f"“{data.name}” has ")
    assert "choose " in problem.message


@pytest.mark.parametrize(
    ("name", "knobs", "where", "message"),
    [
        ("rsnet18", {}, "", "no template is called “rsnet18”: did you mean “resnet18”?"),
        ("resnet18", {"widht": 3}, "widht", "no knob of resnet18 is called so: did you mean “width”?"),
        ("lenet5", {"qqq": 3}, "qqq", "no knob of lenet5 is called so; there are width, activation, pooling"),
        ("mlp", {"depth": 0}, "depth", "must be at least 1 and at most 1000, not 0"),
        ("mlp", {"depth": 1.5}, "depth", "must be a whole number, at least 1 and at most 1000, not 1.5"),
        ("transformer_lm", {"heads": 5}, "heads", "5 do not share a width of 192 evenly: 4 would"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_for(name, knobs, where, message):
    with pytest.raises(SpecError) as error:
        new_experiment(name, knobs, None, None)
    assert [(problem.where, problem.message) for problem in error.value.problems] == [(where, message)]


def test_an_experiment_is_called_what_it_is():
    digits = DataSpec(name="digits")
    named = [
        ("resnet20", {}, None, "ResNet-20"),
        ("resnet20", {"depth": 3}, digits, "ResNet-20 on digits"),
        ("resnet20", {"depth": 5, "residual": False}, digits, "ResNet-20, depth 5, residual off, on digits"),
        ("mlp", {"activation": "Tanh"}, None, "Multilayer perceptron, activation Tanh"),
    ]
    for name, knobs, data, wanted in named:
        info = describe(data) if data else None
        assert new_experiment(name, knobs, data, info).name == wanted


def test_data_and_what_is_known_of_them_go_together():
    with pytest.raises(ValueError, match="go together"):
        new_experiment("mlp", {}, DataSpec(name="digits"), None)


def test_the_rate_of_gradient_descent_follows_the_batch():
    def rate(name, **given):
        data = DataSpec(name="digits", **given)
        return new_experiment(name, {}, data, describe(data)).optimizer.lr

    assert new_experiment("resnet18", {}, None, None).optimizer.lr == 0.0016
    assert rate("resnet18", batch_size=64) == 0.026
    assert rate("resnet18", batch_size=4) == 0.0016
    assert rate("resnet18", batch_size=1000) == 0.1
    assert rate("mlp", batch_size=8) == rate("mlp", batch_size=512) == 0.001
