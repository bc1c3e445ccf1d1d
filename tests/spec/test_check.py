import pytest

from gradviz.spec.catalogue import Catalogue, Entry
from gradviz.spec.check import check_experiment
from gradviz.spec.migrations import SCHEMA, migrate
from gradviz.spec.problem import SpecError
from gradviz.spec.registry import text


def problems(raw, catalogue):
    with pytest.raises(SpecError) as caught:
        check_experiment(raw, catalogue)
    return {problem.where: problem.message for problem in caught.value.problems}


def test_an_empty_experiment_is_all_defaults(catalogue):
    experiment = check_experiment({}, catalogue)
    assert experiment.data.name == "digits"
    assert experiment.training.steps == 1000
    assert experiment.training.epochs is None
    assert experiment.clip is None
    assert experiment.measure.budget == 0.05


@pytest.mark.parametrize(
    ("raw", "where", "part"),
    [
        ({"sed": 1}, "sed", "did you mean “seed”?"),
        ({"model": {"layer": []}}, "model.layer", "did you mean “layers”?"),
        ({"model": {"layers": [{"kind": "Linaer"}]}}, "model.layers[0].kind", "did you mean “Linear”?"),
        (
            {"model": {"layers": [{"kind": "Linear", "out_feature": 3}]}},
            "model.layers[0].out_feature",
            "unknown key of Linear: did you mean “out_features”?",
        ),
        ({"model": {"layers": [{"kind": "Linear"}]}}, "model.layers[0].out_features", "needs out_features"),
        (
            {"model": {"layers": [{"kind": "Linear", "out_features": 0}]}},
            "model.layers[0].out_features",
            "at least 1",
        ),
        ({"model": {"layers": [{}]}}, "model.layers[0].kind", "needs a kind"),
        ({"model": {"layers": ["Linear"]}}, "model.layers[0]", "must be a table"),
        ({"model": {"layers": {"kind": "Linear"}}}, "model.layers", "must be a list"),
        ({"model": {"layers": [{"kind": "Repeat", "times": 2}]}}, "model.layers[0].body", "needs a body"),
        ({"model": {"layers": [{"kind": "Flatten", "body": []}]}}, "model.layers[0].body", "is no block"),
        ({"model": {"layers": [{"kind": "Flatten", "name": " "}]}}, "model.layers[0].name", "not empty"),
        ({"model": {"initializer": "norml"}}, "model.initializer.name", "did you mean “normal”?"),
        ({"model": {"initializer": {"name": "normal", "std": -1}}}, "model.initializer.std", "above 0"),
        ({"model": 5}, "model", "must be a table"),
        ({"data": {"name": "digts"}}, "data.name", "did you mean “digits”?"),
        ({"data": {"batch_size": 0}}, "data.batch_size", "at least 1"),
        ({"data": {"validation": 1.0}}, "data.validation", "below 1"),
        ({"data": {"name": "moons", "nois": 1}}, "data.nois", "did you mean “noise”?"),
        ({"data": {"name": 3}}, "data.name", "must be the name of a data set"),
        ({"optimizer": {"lr": "fast"}}, "optimizer.lr", "must be a number"),
        ({"optimizer": {"lr": float("nan")}}, "optimizer.lr", "finite"),
        ({"clip": {"method": "value", "threshold": -1}}, "clip.threshold", "above 0"),
        ({"clip": {"method": "value", "threshold": float("nan")}}, "clip.threshold", "finite"),
        ({"regularization": {"l1": float("nan")}}, "regularization.l1", "finite"),
        ({"regularization": {"max_norm": float("inf")}}, "regularization.max_norm", "finite"),
        ({"optimizer": {"name": "SGD", "momentum": 1.0}}, "optimizer.momentum", "below 1"),
        ({"clip": {"method": "norm2"}}, "clip.method", "no clipping method"),
        ({"clip": {"method": "value", "threshold": 0}}, "clip.threshold", "above 0"),
        ({"seeds": {"weights": -1}}, "seeds.weights", "at least 0"),
        ({"augmentation": {"flip": 1}}, "augmentation.flip", "true or false"),
        ({"augmentation": {"shft": 1}}, "augmentation.shft", "did you mean “shift”?"),
        ({"start": {}}, "start.session", "is needed"),
        ({"start": {"session": "a.gradviz", "weights": "bst"}}, "start.weights", "did you mean “best”?"),
        ({"loss": {"name": "cross_entrop"}}, "loss.name", "no loss"),
        ({"schedule": {"name": "cosin"}}, "schedule.name", "no schedule"),
        ({"schedule": {"warmup": -1}}, "schedule.warmup", "at least 0"),
        ({"optimizer": {"groups": {}}}, "optimizer.groups", "list of tables"),
        ({"optimizer": {"groups": [{}]}}, "optimizer.groups[0].layers", "is needed"),
        (
            {"optimizer": {"groups": [{"layers": "*", "lr_factor": -1}]}},
            "optimizer.groups[0].lr_factor",
            "at",
        ),
        (
            {"optimizer": {"groups": [{"layers": "*", "unfreeze_at": 5}]}},
            "optimizer.groups[0].unfreeze_at",
            "fr",
        ),
        ({"regularization": {"max_norm": 0}}, "regularization.max_norm", "above 0"),
        ({"regularization": {"exclude": "*"}}, "regularization.exclude", "a list of texts"),
        ({"training": {"precision": "float8"}}, "training.precision", "float16"),
        ({"training": {"accumulate": 0}}, "training.accumulate", "at least 1"),
        ({"training": {"checkpoint_every": 0}}, "training.checkpoint_every", "at least 1"),
        ({"regularization": {"l2": -1}}, "regularization.l2", "at least 0"),
        ({"training": {"steps": 1, "epochs": 1}}, "training.epochs", "not both"),
        ({"training": {"device": "gpu"}}, "training.device", "cuda"),
        ({"measure": {"budget": 2}}, "measure.budget", "at most 1"),
        ({"schema": 0}, "schema", "at least 1"),
        ({"schema": SCHEMA + 1}, "schema", "newer gradviz"),
        ({"seed": True}, "seed", "whole number"),
    ],
)
def test_bad_input_is_named_with_its_place(catalogue, raw, where, part):
    found = problems(raw, catalogue)
    assert where in found
    assert part in found[where]


def test_every_problem_is_reported_at_once(catalogue):
    raw = {"seed": -1, "data": {"batch_size": 0}, "model": {"layers": [{"kind": "X"}, {"kind": "Linear"}]}}
    assert len(problems(raw, catalogue)) == 4


def test_what_is_no_table_at_all():
    with pytest.raises(SpecError, match="table of sections"):
        check_experiment([], None)


def nested(depth):
    layer = {"kind": "Flatten"}
    for _ in range(depth):
        layer = {"kind": "Repeat", "times": 1, "body": [layer]}
    return {"model": {"layers": [layer]}}


def test_depth_and_size_are_limited(catalogue):
    check_experiment(nested(40), catalogue)
    assert "nested more than" in "".join(problems(nested(200), catalogue).values())
    body = [{"kind": "Repeat", "times": 1000, "body": [{"kind": "Sigmoid"}]}]
    raw = {"model": {"layers": [{"kind": "Repeat", "times": 1000, "body": body}]}}
    assert "1,000,000 layers" in problems(raw, catalogue)["model.layers"]


def test_without_a_catalogue_own_parameters_pass_and_fixed_ones_do_not():
    experiment = check_experiment({"model": {"layers": [{"kind": "Anything", "x": 1}]}}, None)
    assert experiment.model.layers[0].parameters == {"x": 1}
    assert problems({"data": {"batch_size": 0}}, None)


def test_migrations_run_in_order_from_the_version_that_the_file_has():
    def first(raw):
        return {**raw, "seen": [*raw.get("seen", []), 1]}

    def second(raw):
        return {**raw, "seen": [*raw.get("seen", []), 2]}

    steps = (first, second)
    assert migrate({"schema": 1}, steps) == {"schema": 3, "seen": [1, 2]}
    assert migrate({"schema": 2}, steps) == {"schema": 3, "seen": [2]}
    assert migrate({"schema": 3}, steps) == {"schema": 3}
    with pytest.raises(SpecError, match="newer gradviz"):
        migrate({"schema": 4}, steps)


def test_an_unknown_name_or_key_is_answered_with_what_there_is() -> None:
    entry = Entry(name="text", group="", doc="", parameters=(text("unit", "", default="char"),))
    others = tuple(Entry(name=f"set{number}", group="", doc="") for number in range(40))
    catalogue = Catalogue(data_sets=(entry, *others))
    with pytest.raises(SpecError, match=r"no data set is called “nope”; there are text, set0, .* 41 in all"):
        check_experiment({"data": {"name": "nope"}}, catalogue)
    with pytest.raises(SpecError) as caught:
        check_experiment({"data": {"name": "text", "by": 3}}, catalogue)
    told = str(caught.value).splitlines()[0]
    assert told == "data.by: unknown key of text; there are unit, name, batch_size, validation"
