"""What the checks find in a layer can be mended with a click, and is gone then."""

import math
from dataclasses import replace

import pytest

from gradviz.spec.catalogue import Catalogue, Entry
from gradviz.spec.experiment import ExperimentSpec, LayerSpec, ModelSpec
from gradviz.spec.json_codec import from_raw, to_raw
from gradviz.spec.mending import mending
from gradviz.spec.problem import Problem, SpecError
from gradviz.spec.registry import boolean, choice, integer, integers, number
from gradviz.spec.repair import repaired

CATALOGUE = Catalogue(
    layers=(
        Entry(
            name="Linear",
            group="",
            doc="",
            parameters=(
                integer("out_features", "", minimum=1, maximum=1000, choices=("classes",)),
                boolean("bias", "", default=True),
            ),
        ),
        Entry(
            name="Dropout", group="", doc="", parameters=(number("p", "", default=0.5, minimum=0, below=1),)
        ),
        Entry(
            name="Conv2d",
            group="",
            doc="",
            parameters=(
                integers("kernel_size", "", or_one=True, length=2, minimum=1),
                choice("padding_mode", "", choices=("zeros", "reflect"), default="zeros"),
            ),
        ),
        Entry(name="Repeat", group="", doc="", parameters=(integer("times", "", minimum=1),), body=True),
    ),
    initializers=(Entry(name="default", group="", doc=""),),
    data_sets=(Entry(name="digits", group="", doc=""),),
    optimizers=(Entry(name="SGD", group="", doc=""),),
)


def layer(kind, *body, **parameters):
    return LayerSpec(kind=kind, parameters=parameters, body=body)


def problems(model):
    try:
        from_raw(to_raw(ExperimentSpec(model=model)), CATALOGUE)
    except SpecError as error:
        return error.problems
    return ()


@pytest.mark.parametrize(
    ("wrong", "label"),
    [
        (layer("Linear", out_features=-3), "Set out_features to 1"),
        (layer("Linear", out_features=4000), "Set out_features to 1000"),
        (layer("Linear", out_features="clases"), "Set out_features to classes"),
        (layer("Linear"), "Set out_features to 64"),
        (layer("Linear", out_features=3, bias=1), "Set bias to true"),
        (layer("Linear", out_feature=3), "Call it out_features"),
        (layer("Linear", out_features=3, out_feature=3), "Take out_feature away"),
        (layer("Linear", out_features=3, colour="red"), "Take colour away"),
        (layer("Lineer", out_features=3), "Make it Linear"),
        (layer("Dropout", p=1.0), "Set p to 0.5"),
        (layer("Dropout", p=-1), "Set p to 0"),
        (layer("Dropout", p=math.inf), "Set p to 0.5"),
        (layer("Conv2d", kernel_size=[3, 3, 3]), "Set kernel_size to 3"),
        (layer("Conv2d", kernel_size=3, padding_mode="zeroes"), "Set padding_mode to zeros"),
        (layer("Repeat", times=2), "Remove the empty Repeat"),
        (layer("Repeat", layer("Linear", out_features=1), times=0), "Set times to 1"),
    ],
)
@pytest.mark.parametrize("deep", [False, True])
def test_it_is_gone_after_the_repair(wrong, label, deep):
    fine = layer("Linear", out_features=2)
    model = ModelSpec(layers=(fine, layer("Repeat", fine, wrong, times=2) if deep else wrong))
    found = problems(model)
    repairs = [mending(problem, model, CATALOGUE) for problem in found]
    assert label in [repair.label for repair in repairs if repair]
    for _ in range(3):
        repair = next((r for problem in problems(model) if (r := mending(problem, model, CATALOGUE))), None)
        if repair is not None:
            model = replace(model, layers=repaired(model.layers, repair))
    assert problems(model) == ()


def test_nothing_is_proposed_where_nothing_is_safe():
    model = ModelSpec(layers=(layer("Xyz"),))
    (problem,) = problems(model)
    assert mending(problem, model, CATALOGUE) is None
    assert mending(Problem(keys=("data", "name"), message=""), model, CATALOGUE) is None
    assert mending(Problem(keys=("model", "layers"), message=""), model, CATALOGUE) is None
