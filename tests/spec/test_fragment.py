"""What is copied can be pasted: anywhere, as written by this program or by a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.spec.catalogue import Catalogue, Entry
from gradviz.spec.experiment import ExperimentSpec, InitializerSpec, LayerSpec, ModelSpec
from gradviz.spec.fragment import read_fragment, write_fragment
from gradviz.spec.problem import SpecError
from gradviz.spec.registry import integer
from gradviz.spec.toml_codec import write_toml

CATALOGUE = Catalogue(
    layers=(
        Entry(name="Linear", group="", doc="", parameters=(integer("out_features", "", minimum=1),)),
        Entry(name="ReLU", group="", doc=""),
        Entry(name="Repeat", group="", doc="", parameters=(integer("times", "", minimum=1),), body=True),
    ),
    initializers=(Entry(name="default", group="", doc=""), Entry(name="zeros", group="", doc="")),
    data_sets=(Entry(name="digits", group="", doc=""),),
    optimizers=(Entry(name="SGD", group="", doc=""),),
)
LINEAR = LayerSpec(kind="Linear", parameters={"out_features": 64})
RELU = LayerSpec(kind="ReLU")
REPEAT = LayerSpec(kind="Repeat", name="trunk", parameters={"times": 3}, body=(LINEAR, RELU))

words = st.text(st.characters(blacklist_categories=["Cs"]), min_size=1).filter(str.strip)
keys = words.filter(lambda word: word not in ("kind", "name", "initializer", "body", "schema"))
plain = st.one_of(
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.floats(allow_nan=False),
    words,
    st.lists(st.integers(0, 99)),
)
tables = st.dictionaries(keys, plain, max_size=3)
initializers = st.none() | st.builds(InitializerSpec, name=words, parameters=tables)
leaves = st.builds(LayerSpec, kind=words, name=st.none() | words, parameters=tables, initializer=initializers)
trees = st.recursive(
    leaves,
    lambda inner: st.builds(
        LayerSpec, kind=words, parameters=tables, body=st.lists(inner, min_size=1, max_size=3).map(tuple)
    ),
    max_leaves=8,
)


@given(st.lists(trees, min_size=1, max_size=4).map(tuple))
def test_layers_read_back_as_they_were(layers):
    assert read_fragment(write_fragment(layers)) == layers


@given(st.lists(trees, min_size=1, max_size=3).map(tuple))
def test_a_whole_experiment_gives_its_layers(layers):
    assert read_fragment(write_toml(ExperimentSpec(model=ModelSpec(layers=layers)))) == layers


@given(st.text())
def test_any_text_is_read_or_refused_with_a_sentence(text):
    problems = ()
    try:
        layers = read_fragment(text, CATALOGUE)
    except SpecError as error:
        layers, problems = (), error.problems
    assert bool(layers) != bool(problems)
    assert all(problem.message and (problem.line is None or problem.line >= 1) for problem in problems)


@pytest.mark.parametrize(
    "text",
    [
        'layers = [{ kind = "Linear", out_features = 64 }, { kind = "ReLU" }]',
        'seed = 1\n[model]\nlayers = [{ kind = "Linear", out_features = 64 }, { kind = "ReLU" }]\n[data]',
        '[[layers]]\nkind = "Linear"\nout_features = 64\n[[layers]]\nkind = "ReLU"\n',
        '{ kind = "Linear", out_features = 64 },\n{ kind = "ReLU" },\n',
        '{ kind = "Linear", out_features = 64 }\n  { kind = "ReLU" }',
        '\n\n  [ { kind = "Linear", out_features = 64 }, { kind = "ReLU" } ]  ',
    ],
)
def test_forms_that_people_write(text):
    assert read_fragment(text, CATALOGUE) == (LINEAR, RELU)


@pytest.mark.parametrize("text", ['{ kind = "ReLU" }', 'kind = "ReLU"', '{ kind = "ReLU" },'])
def test_one_layer(text):
    assert read_fragment(text, CATALOGUE) == (RELU,)


def test_a_block_with_everything():
    assert read_fragment(write_fragment([REPEAT]), CATALOGUE) == (REPEAT,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "there is no text"),
        ("  \n", "there is no text"),
        ("hello", "not valid TOML"),
        ("x = 1", "there are no layers in it; a layer looks like"),
        ("layers = []", "there are no layers in it"),
        ("layers = 3", "line 1: layers: must be a list of layers"),
        (
            '{ kind = "Lineer" }',
            "line 1: layers[0].kind: no layer is called “Lineer”: did you mean “Linear”?",
        ),
        (
            'layers = [\n  { kind = "ReLU" },\n  { kind = "Linear", out_feature = 3 },\n]',
            "line 3: layers[1].out_feature: unknown key of Linear: did you mean “out_features”?",
        ),
        (
            '{ kind = "ReLU" },\n{ kind = "Linear", out_features = 0 },',
            "line 2: layers[1].out_features: must be at least 1",
        ),
        ('\n\n{ kind = "Linear", out_features = 0 }', "line 3: layers[0].out_features: must be at"),
        ('{ kind = "Repeat", times = 2 }', "Repeat needs a body"),
        ('{ kind = "ReLU", initializer = "zeroes" }', "no initializer is called “zeroes”"),
        ('{ kind = "ReLU" ', "not valid TOML"),
        ("x" * 5_000_000, "too large"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text, said):
    with pytest.raises(SpecError) as error:
        read_fragment(text, CATALOGUE)
    assert said in str(error.value)


def test_a_text_of_the_program_may_hold_what_the_checks_refuse():
    wrong = LayerSpec(kind="Linear", parameters={"out_features": -3})
    empty = LayerSpec(kind="Repeat", parameters={"times": 2})
    assert read_fragment(write_fragment([wrong, empty])) == (wrong, empty)
