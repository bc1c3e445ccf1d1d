"""The registry is the test list: whatever is registered is built, run, trained and compared with its plan."""

import pytest
import torch
from registered_layers import fitting, infos, sample_of

from gradviz.nets.model import build, inspect
from gradviz.nets.registry import Tokens, initializers, layers, sample_shape, shown
from gradviz.spec.first_value import first_value
from gradviz.spec.other_names import OTHER_NAMES
from gradviz.training.optimizers import optimizers
from gradviz.training.schedules import schedules

OUR_OWN = {
    "LastStep",
    "LayerScale",
    "MeanOverTime",
    "PadChannels",
    "PositionalEncoding",
    "ReZero",
    "StochasticDepth",
    "Transpose",
}
"""Leaves that torch.nn has no module for."""


@pytest.mark.parametrize("kind", layers)
def test_every_layer_runs_and_trains_as_planned(kind):
    for case in fitting(kind):
        built = build(case.model, case.info, seed=1)
        seen = record_outputs(built)
        x, y = case.batch()
        optimizer = torch.optim.SGD(built.model.parameters(), lr=0.01)
        start = [p.detach().clone() for p in built.model.parameters()]
        for _ in range(3):
            seen.clear()
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(built.model(x), y)
            loss.backward()
            assert loss.isfinite()
            assert all(p.grad is not None and p.grad.isfinite().all() for p in built.model.parameters())
            optimizer.step()
        assert any(not torch.equal(a, b) for a, b in zip(start, built.model.parameters(), strict=True))
        assert seen == [(info.module, (5, *info.output_shape)) for info in built.layers]


@pytest.mark.parametrize("kind", layers)
def test_every_layer_has_the_parameters_that_inspection_counts(kind):
    for case in fitting(kind):
        built = build(case.model, case.info, seed=1)
        modules = dict(built.model.named_modules())
        for info in built.layers:
            assert sum(p.numel() for p in modules[info.module].parameters()) == info.parameters
        inspection = inspect(case.model, case.info)
        assert inspection.layers == built.layers
        assert inspection.parameters == sum(p.numel() for p in built.model.parameters())
        top = [node for node in inspection.nodes if len(node.path) == 1]
        assert sum(node.parameters for node in top) == inspection.parameters


@pytest.mark.parametrize("kind", layers)
def test_no_input_makes_a_layer_raise(kind, complaints):
    known = [sample_shape(info) for info in infos()]
    for shape in [*known, (1,), (1, 1), (1, 1, 1), (2, 3, 4, 5), (10**9,) * 2, (10**9,) * 3]:
        for _, message in complaints(sample_of(kind), shape=shape):
            assert message


@pytest.mark.parametrize("registry", [layers, initializers], ids=["layers", "initializers"])
def test_every_entry_explains_itself_and_accepts_its_own_defaults(registry):
    for entry in registry.entries():
        assert entry.doc.endswith(".")
        assert entry.group
        for parameter in entry.parameters:
            assert parameter.doc.endswith(".")
            assert parameter.required or parameter.complaint(parameter.default) is None


@pytest.mark.parametrize("kind", layers)
def test_every_layer_is_named_as_in_torch(kind):
    entry = layers.entry(kind)
    if not entry.body and not entry.composed:
        assert hasattr(torch.nn, kind) != (kind in OUR_OWN)


@pytest.mark.parametrize("kind", layers)
def test_a_new_layer_with_its_first_values_fits_something(kind, layer, complaints):
    """As the builder makes one: what cannot be left out begins with the usual."""
    entry = layers.entry(kind)
    given = {p.name: first_value(p) for p in entry.parameters if p.required}
    new = layer(kind, *([layer("Tanh")] if entry.body else []), **given)
    end = layer("Flatten"), layer("Linear", out_features="classes")
    usual = [(64, 32, 32), (64,), (16, 64), Tokens((16,), 50)]
    assert any(complaints(new, *end, shape=shape) == [] for shape in usual)


def test_other_libraries_names_lead_to_what_there_is():
    assert set(OTHER_NAMES.values()) <= {*layers, *initializers, *optimizers, *schedules}


def test_a_shape_is_shown_in_brackets():
    assert shown((1, 8, 8)) == "[1, 8, 8]"
    assert shown((64,)) == "[64]"


def record_outputs(built):
    """Qualified name and output shape of every leaf, in the order in which they run."""
    seen = []
    modules = dict(built.model.named_modules())
    for info in built.layers:

        def note(_module, _input, output, name=info.module):
            seen.append((name, tuple(output.shape)))

        modules[info.module].register_forward_hook(note)
    return seen
