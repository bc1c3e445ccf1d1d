import pytest
from registered_layers import fitting
from torch import nn

from gradviz.nets.model import build
from gradviz.nets.registry import layers
from gradviz.records.biases import has_biases
from gradviz.spec.experiment import ExperimentSpec, LayerSpec, ModelSpec
from gradviz.spec.json_codec import to_raw

PLAIN = [kind for kind in layers if not (layers.entry(kind).composed or layers.entry(kind).body)]


def own_biases(module: nn.Module) -> bool:
    return any("bias" in name.rpartition(".")[2] for name, _ in module.named_parameters())


@pytest.mark.parametrize("kind", PLAIN)
def test_the_experiment_tells_what_the_network_has(kind: str) -> None:
    case = fitting(kind)[0]
    built = build(case.model, case.info, 0)
    raw = to_raw(ExperimentSpec(model=case.model))
    for layer in built.layers:
        if layer.parameters:
            assert has_biases(layer, raw) == own_biases(built.model.get_submodule(layer.module)), layer.name


def test_a_layer_that_is_told_to_have_none_has_none() -> None:
    case = fitting("Linear")[0]
    body = (LayerSpec(kind="Linear", parameters={"out_features": 6, "bias": False}),)
    spec = LayerSpec(kind="Repeat", parameters={"times": 2}, body=body)
    model = ModelSpec(layers=(case.model.layers[0], LayerSpec(kind="Flatten"), spec, case.model.layers[-1]))
    found = build(model, case.info, 0).layers
    raw = to_raw(ExperimentSpec(model=model))
    linear = [has_biases(layer, raw) for layer in found if layer.kind == "Linear"]
    assert linear == [False, False, True]


def test_where_the_experiment_does_not_tell_nothing_is_said() -> None:
    case = fitting("TransformerBlock")[0]
    found = build(case.model, case.info, 0).layers
    inside = next(layer for layer in found if layer.kind == "Linear" and len(layer.path) == 1)
    assert has_biases(inside, to_raw(ExperimentSpec(model=case.model))) is None
    imported = ExperimentSpec(model=ModelSpec(source="net.py:Net"))
    assert has_biases(inside, to_raw(imported)) is None
