"""Checking only what changed finds what checking everything finds."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gradviz.spec.catalogue import Catalogue, Entry
from gradviz.spec.experiment import DataSpec, ExperimentSpec, LayerSpec, ModelSpec
from gradviz.spec.json_codec import from_raw, to_raw
from gradviz.spec.problem import SpecError
from gradviz.spec.recheck import Recheck
from gradviz.spec.registry import integer

CATALOGUE = Catalogue(
    layers=(
        Entry(name="Linear", group="", doc="", parameters=(integer("out_features", "", minimum=1),)),
        Entry(name="Repeat", group="", doc="", parameters=(integer("times", "", minimum=1),), body=True),
    ),
    initializers=(Entry(name="default", group="", doc=""),),
    data_sets=(Entry(name="digits", group="", doc=""),),
    optimizers=(Entry(name="SGD", group="", doc=""),),
)
leaves = st.builds(
    lambda width, extra: LayerSpec(kind="Linear", parameters={"out_features": width, **extra}),
    st.integers(-1, 3),
    st.sampled_from([{}, {"x": 1}]),
) | st.just(LayerSpec(kind="Lineer"))
blocks = st.builds(
    lambda times, body: LayerSpec(kind="Repeat", parameters={"times": times}, body=tuple(body)),
    st.integers(0, 30_000),
    st.lists(leaves, max_size=2),
)
layer_lists = st.lists(leaves | blocks, max_size=5).map(tuple)


def all_problems(experiment):
    try:
        from_raw(to_raw(experiment), CATALOGUE)
    except SpecError as error:
        return error.problems
    return ()


@given(st.lists(layer_lists, min_size=1, max_size=4), st.sampled_from(["digits", "nothing"]))
def test_it_finds_what_the_whole_check_finds(states, data):
    checks = Recheck(CATALOGUE)
    known: list[LayerSpec] = []
    for state in states:
        layers = tuple(next((old for old in known if old == layer), layer) for layer in state)
        known.extend(layers)
        experiment = ExperimentSpec(data=DataSpec(name=data), model=ModelSpec(layers=layers))
        for _ in range(2):
            found = checks.problems(experiment)
            assert sorted(map(repr, found)) == sorted(map(repr, all_problems(experiment)))


def test_a_layer_that_is_fine_is_not_looked_at_again(monkeypatch):
    seen = []
    monkeypatch.setattr(
        "gradviz.spec.recheck.to_raw", lambda experiment: seen.append(experiment) or to_raw(experiment)
    )
    fine = tuple(LayerSpec(kind="Linear", parameters={"out_features": width}) for width in range(1, 9))
    checks = Recheck(CATALOGUE)
    experiment = ExperimentSpec(model=ModelSpec(layers=fine))
    assert checks.problems(experiment) == ()
    wrong = LayerSpec(kind="Linear", parameters={"out_features": 0})
    changed = replace(experiment, model=ModelSpec(layers=(*fine[:5], wrong, *fine[6:])))
    (problem,) = checks.problems(changed)
    assert problem.keys == ("model", "layers", 5, "out_features")
    assert checks.problems(changed) == (problem,)
    assert [len(experiment.model.layers) for experiment in seen] == [8, 1, 1]
