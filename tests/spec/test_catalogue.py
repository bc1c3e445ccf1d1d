import json
import math

import pytest

from gradviz.spec.catalogue import Catalogue, did_you_mean, find
from gradviz.spec.registry import Registry, boolean, choice, integer, integers, number, numbers, text


@pytest.mark.parametrize(
    ("parameter", "good", "bad"),
    [
        (integer("n", "", default=1, minimum=1), [1, 10**9], [0, -1, 1.0, True, "1", None, [1], {}]),
        (integer("n", "", minimum=1, choices=("classes",)), [3, "classes"], ["clases", 0, False]),
        (
            number("x", "", default=0.5, above=0, below=1),
            [0.5, 1e-300],
            [0, 1, 1.0, math.nan, math.inf, True, "0.5"],
        ),
        (number("x", "", default=None, minimum=0), [None, 0, 3], [-1, "none"]),
        (boolean("b", "", default=True), [True, False], [0, 1, "true", None]),
        (choice("c", "", choices=("auto", "cpu"), default="auto"), ["auto", "cpu"], ["gpu", 1, None]),
        (
            integers("k", "", or_one=True, length=2, minimum=1),
            [3, [3, 5], (1, 1)],
            [0, [3], [3, 0], [1.5, 2], [True, 2]],
        ),
        (integers("shape", "", minimum=1, default=[2]), [[1], [1, 2, 3]], [3, [0], ["1"]]),
        (
            numbers("betas", "", length=2, default=[0.9, 0.999], minimum=0, below=1),
            [[0.5, 0.9]],
            [[0.5], [1.0, 0.5], 0.5],
        ),
        (text("t", "", default=""), ["", "anything"], [1, None, True]),
    ],
)
def test_a_parameter_accepts_and_refuses(parameter, good, bad):
    assert [value for value in good if parameter.complaint(value)] == []
    assert [value for value in bad if not parameter.complaint(value)] == []


def test_infinity_is_a_word_where_there_is_one():
    order = number("p", "Which norm", default=2.0, minimum=1, choices=("inf",))
    assert order.complaint("inf") is None
    assert order.complaint(math.inf) is None
    assert order.in_words(math.inf) == "inf"
    assert order.complaint(math.nan) == "must be a finite number, not nan"
    assert order.complaint(-math.inf) == "must be a finite number, not -inf"
    assert "finite" in order.complaint(-math.inf)
    assert "finite" in order.complaint(math.nan)


def test_a_complaint_says_what_is_expected_and_what_was_given():
    parameter = integer("out_features", "Width", minimum=1, choices=("classes",))
    assert parameter.complaint(2.5) == "must be a whole number or one of “classes”, at least 1, not 2.5"
    assert parameter.complaint(0) == "must be at least 1, not 0"
    assert "did you mean “classes”?" in parameter.complaint("clases")


def test_nearest_name():
    assert did_you_mean("relu", ["ReLU", "SELU"]) == ": did you mean “ReLU”?"
    assert did_you_mean("out_feature", ["out_features", "bias"]) == ": did you mean “out_features”?"
    assert did_you_mean("zzzz", ["ReLU"]) == ""


def test_the_catalogue_survives_the_wire(catalogue):
    assert Catalogue.from_raw(json.loads(json.dumps(catalogue.to_raw()))) == catalogue


def test_an_entry_completes_what_was_given(catalogue):
    linear = find(catalogue.layers, "Linear")
    assert linear.complete({"out_features": 5}) == {"out_features": 5, "bias": True}
    assert linear.parameter("bias").default is True
    assert linear.parameter("nothing") is None


def test_a_registry_keeps_functions_with_their_descriptions():
    registry = Registry("thing")

    @registry.register("One", group="Things", doc="The first", parameters=(integer("n", "", default=2),))
    def one(n):
        return n + 1

    assert list(registry) == ["One"]
    assert len(registry) == 1
    assert "One" in registry
    assert registry["One"](**registry.entry("One").complete({})) == 3
    with pytest.raises(KeyError, match="no thing is called “one”: did you mean “One”"):
        registry["one"]
    with pytest.raises(ValueError, match="twice"):
        registry.register("One", group="Things", doc="Again")
