"""Every block with every value of its parameters that are words, and with the ends of those that are not."""

import pytest
import torch
from registered_layers import GIVEN, infos

from gradviz.nets.model import build, inspect
from gradviz.nets.registry import layers
from gradviz.spec.catalogue import Kind
from gradviz.spec.experiment import LayerSpec, ModelSpec

MOST = 5
"""Words that are tried of one parameter: all, but for activations, which are tested by themselves."""
BLOCKS = [entry.name for entry in layers.entries() if entry.body or entry.composed]


def turned(entry):
    """The parameters of a block, each knob turned once."""
    needed = {p.name: GIVEN[p.name] for p in entry.parameters if p.required}
    yield needed
    for parameter in entry.parameters:
        values = list(parameter.choices[:MOST])
        if Kind.BOOLEAN in parameter.kinds:
            values = [True, False]
        if parameter.kinds == (Kind.NUMBER,):
            values = [parameter.minimum, 0.5, 1.0]
        for value in values:
            if parameter.complaint(value) is None:
                yield {**needed, parameter.name: value}


@pytest.mark.parametrize("kind", BLOCKS)
def test_every_turn_of_a_knob_builds_and_runs_as_planned(kind):
    entry = layers.entry(kind)
    body = (LayerSpec(kind="LayerNorm"), LayerSpec(kind="Mish")) if entry.body else ()
    end = (LayerSpec(kind="Flatten"), LayerSpec(kind="Linear", parameters={"out_features": "classes"}))
    built_at_all = 0
    for given in turned(entry):
        spec = LayerSpec(kind=kind, parameters=given, body=body)
        model = ModelSpec(layers=(spec, *end))
        for info in infos():
            if info.vocabulary is not None or inspect(model, info).problems:
                continue
            built_at_all += 1
            built = build(model, info, seed=0)
            x = torch.randn(4, *info.input_shape, generator=torch.Generator().manual_seed(0))
            built.model(x).square().sum().backward()
            assert all(p.grad is not None for p in built.model.parameters()), given
            modules = dict(built.model.named_modules())
            for layer in built.layers:
                own = sum(p.numel() for p in modules[layer.module].parameters())
                assert own == layer.parameters, (given, layer)
    assert built_at_all >= len(entry.parameters)
