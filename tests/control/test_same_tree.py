from dataclasses import replace

from gradviz.control.same_tree import same_tree
from gradviz.spec.experiment import DataSpec, ExperimentSpec, LayerSpec, ModelSpec

LINEAR, RELU = LayerSpec(kind="Linear"), LayerSpec(kind="ReLU")


def repeat(times: int, *body: LayerSpec) -> LayerSpec:
    return LayerSpec(kind="Repeat", parameters={"times": times}, body=body)


def of(*layers: LayerSpec) -> ExperimentSpec:
    return ExperimentSpec(model=ModelSpec(layers=layers))


def test_parameters_do_not_matter_and_places_do() -> None:
    assert same_tree(of(RELU, repeat(2, LINEAR)), of(RELU, repeat(9, replace(LINEAR, name="x"))))
    assert not same_tree(of(repeat(2, LINEAR)), of(repeat(2, RELU)))
    assert not same_tree(of(repeat(2, LINEAR)), of(repeat(2, LINEAR, RELU)))
    assert not same_tree(of(RELU), of(RELU, RELU))


def test_other_data_has_other_shapes() -> None:
    assert not same_tree(of(RELU), replace(of(RELU), data=DataSpec(name="moons")))
